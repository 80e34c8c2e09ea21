"""The topics of out.mcap."""

from __future__ import annotations

OVERLAY = '/realvlg/overlay/compressed'
MARKERS = '/realvlg/markers'
DETECTIONS = '/realvlg/detections_3d'
TARGET = '/realvlg/target'
GROUNDING = '/realvlg/grounding'
CAMERA_INFO = '/realvlg/camera_info'
CLOUD = '/realvlg/cloud'
DIAGNOSTICS = '/diagnostics'
TF = '/tf'
TF_STATIC = '/tf_static'
# Frame of tf at the best grasp.
GRASP_FRAME = 'realvlg_grasp'

"""The topics of out.mcap; those that are read back are named where they are."""

from __future__ import annotations

from ..runs.recording import CAMERA_INFO, CLOUD, MARKERS, OVERLAY

__all__ = [
    'CAMERA_INFO', 'CLOUD', 'DETECTIONS', 'DIAGNOSTICS', 'GRASP_FRAME', 'GROUNDING', 'MARKERS',
    'OVERLAY', 'TARGET', 'TF', 'TF_STATIC',
]  # fmt: skip

DETECTIONS = '/realvlg/detections_3d'
TARGET = '/realvlg/target'
GROUNDING = '/realvlg/grounding'
DIAGNOSTICS = '/diagnostics'
TF = '/tf'
TF_STATIC = '/tf_static'
# Frame of tf at the best grasp.
GRASP_FRAME = 'realvlg_grasp'

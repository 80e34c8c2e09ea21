"""Two published ways from a rectangle to 6-DoF, written from their description."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from realvlg_ros.arrays import FloatArray
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.rectangle import GraspRectangle


@dataclass(frozen=True)
class SimpleGrasp:
    """Centre (3,), unit opening axis (3,) in the optical frame, and width, m."""

    center: FloatArray
    axis: FloatArray
    width: float


def one_pixel_lift(rectangle: GraspRectangle, frame: RgbdFrame) -> SimpleGrasp | None:
    """GraspNet-1Billion's conversion (graspnetAPI, RectGrasp.to_grasp; Fang et al. 2020).

    The depth of the centre's pixel serves the centre and the middle of an edge as well; the
    approach is the optical axis and the width twice the distance of both points. None where
    that pixel has no reading.
    """
    depth = _depth_at_center(rectangle, frame)
    if depth == 0:
        return None
    edge = rectangle.center + rectangle.opening_axis * rectangle.width / 2
    center, edge_point = frame.camera.deproject(np.array([rectangle.center, edge]), [depth] * 2)
    half = edge_point - center
    length = float(np.linalg.norm(half))
    return SimpleGrasp(center, half / length, 2 * length)


def top_down_lift(
    rectangle: GraspRectangle, frame: RgbdFrame, camera2base: FloatArray
) -> SimpleGrasp | None:
    """GR-ConvNet's conversion to a top-down grasp (Kumra et al. 2020).

    The position is the centre's pixel at its depth; the angle is a rotation about the optical
    axis whose vertical part in the base frame (z up) is the gripper's yaw; the gripper comes
    straight down. The width is taken at the same depth. None without a reading.
    """
    depth = _depth_at_center(rectangle, frame)
    if depth == 0:
        return None
    center = frame.camera.deproject(rectangle.center, depth)
    yaw = float((camera2base[:3, :3] @ np.array([0.0, 0.0, rectangle.angle]))[2])
    # Angle zero is the image's x, which is horizontal in the base.
    right = camera2base[:3, 0]
    start = math.atan2(right[1], right[0])
    in_base = np.array([math.cos(start + yaw), math.sin(start + yaw), 0.0])
    width = rectangle.width * depth / frame.camera.fx
    return SimpleGrasp(center, camera2base[:3, :3].T @ in_base, width)


def _depth_at_center(rectangle: GraspRectangle, frame: RgbdFrame) -> float:
    column, row = round(rectangle.x), round(rectangle.y)
    return float(frame.depth[row, column])

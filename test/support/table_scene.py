"""A camera looking at a table with two boxes: what the node tests see."""

from __future__ import annotations

from functools import cache

import numpy as np

from benchmarks.analytic.cast import cast, stand
from benchmarks.analytic.solids import box
from realvlg_ros.camera import Camera
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.transforms import make_transform

CAMERA = Camera(320, 240, 300.0, 300.0, 159.5, 119.5)
# Boxes on the table z = 0 of the world (z up): how each stands, m, and its RGB.
TABLE = (stand(box(4.0, 4.0, 0.1), 0.0, 0.0, -0.1), (128, 128, 128))
RED_BOX = (stand(box(0.045, 0.07, 0.06), -0.0975, 0.015), (200, 20, 20))
# Where the red box begins and ends in the world, m.
RED_BOX_CORNERS = (np.array([-0.12, -0.02, 0.0]), np.array([-0.075, 0.05, 0.06]))
BLUE_BOX = (stand(box(0.045, 0.07, 0.06), 0.0975, 0.015), (20, 40, 200))


def camera2world() -> np.ndarray:
    """Pose of the camera: 0.55 m above the table, looking at its origin from the front."""
    position = np.array([0.0, -0.4, 0.5])
    forward = -position / np.linalg.norm(position)
    right = np.array([1.0, 0.0, 0.0])
    return make_transform(np.column_stack([right, np.cross(forward, right), forward]), position)


@cache
def render(objects: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Colour (240, 320, 3) uint8 and depth (240, 320) uint16 in mm."""
    shown = (TABLE, RED_BOX, BLUE_BOX) if objects else (TABLE,)
    depth, owner = cast([solid for solid, _ in shown], CAMERA, camera2world())
    color = np.array([paint for _, paint in shown])[owner]
    rng = np.random.default_rng(0)
    depth = depth + rng.normal(0, 0.0005, depth.shape)
    noisy = color + rng.integers(-12, 13, color.shape)
    return noisy.clip(0, 255).astype(np.uint8), np.round(depth * 1000).astype(np.uint16)


def frame(stamp_ns: int = 0) -> RgbdFrame:
    """The scene as a frame."""
    return RgbdFrame.from_arrays(*render(), CAMERA, stamp_ns)

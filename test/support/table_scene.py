"""A camera looking at a table with two boxes, ray cast with numpy: what the node tests see."""

from __future__ import annotations

from functools import cache

import numpy as np

from realvlg_ros.camera import Camera
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.transforms import make_transform

CAMERA = Camera(320, 240, 300.0, 300.0, 159.5, 119.5)
# Boxes in the world (z up, table at 0): lower corner, upper corner in m, RGB.
TABLE = ((-2.0, -2.0, -0.1), (2.0, 2.0, 0.0), (128, 128, 128))
RED_BOX = ((-0.12, -0.02, 0.0), (-0.075, 0.05, 0.06), (200, 20, 20))
BLUE_BOX = ((0.075, -0.02, 0.0), (0.12, 0.05, 0.06), (20, 40, 200))


def camera2world() -> np.ndarray:
    """Pose of the camera: 0.55 m above the table, looking at its origin from the front."""
    position = np.array([0.0, -0.4, 0.5])
    forward = -position / np.linalg.norm(position)
    right = np.array([1.0, 0.0, 0.0])
    return make_transform(np.column_stack([right, np.cross(forward, right), forward]), position)


@cache
def render(objects: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Colour (240, 320, 3) uint8 and depth (240, 320) uint16 in mm."""
    pose = camera2world()
    rays = np.concatenate([CAMERA.rays, np.ones((*CAMERA.rays.shape[:2], 1))], axis=-1)
    directions = rays @ pose[:3, :3].T
    depth = np.full(rays.shape[:2], np.inf)
    color = np.zeros(rays.shape, np.uint8)
    for lower, upper, paint in (TABLE, RED_BOX, BLUE_BOX) if objects else (TABLE,):
        hit = _enter(pose[:3, 3], directions, np.array(lower), np.array(upper))
        nearer = hit < depth
        depth[nearer] = hit[nearer]
        color[nearer] = paint
    rng = np.random.default_rng(0)
    depth = depth + rng.normal(0, 0.0005, depth.shape)
    noisy = color.astype(int) + rng.integers(-12, 13, color.shape)
    return noisy.clip(0, 255).astype(np.uint8), np.round(depth * 1000).astype(np.uint16)


def frame(stamp_ns: int = 0) -> RgbdFrame:
    """The scene as a frame."""
    return RgbdFrame.from_arrays(*render(), CAMERA, stamp_ns)


def _enter(
    origin: np.ndarray, directions: np.ndarray, lower: np.ndarray, upper: np.ndarray
) -> np.ndarray:
    """Distance along each ray to where it enters a box; infinite where it misses (slab test)."""
    with np.errstate(divide='ignore', invalid='ignore'):
        a, b = (lower - origin) / directions, (upper - origin) / directions
    near = np.nanmax(np.minimum(a, b), axis=-1)
    far = np.nanmin(np.maximum(a, b), axis=-1)
    return np.where((near <= far) & (near > 0), near, np.inf)

"""A table with things on it, cast analytically: geometry, colours and masks are known."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from realvlg_ros.camera import Camera
from realvlg_ros.frame import RgbdFrame

CAMERA = Camera(320, 240, 300.0, 300.0, 159.5, 119.5)
WOOD = (150, 118, 92)


@dataclass
class TableScene:
    """Boxes and cylinders on a table at z = 0 of the world, seen from behind and above.

    Attributes:
        camera: intrinsics.
        eye_m: height of the camera and its distance from the world's origin.
    """

    camera: Camera = CAMERA
    eye_m: tuple[float, float] = (0.45, 0.6)
    noise_m: float = 0.0015
    things: list[tuple[str, tuple[float, ...], tuple[int, int, int]]] = field(default_factory=list)

    def box(self, x, y, size, color):
        """A box of size (to the right, away, up), m, whose base has its centre at (x, y)."""
        self.things.append(('box', (x, y, *size), color))
        return self

    def cylinder(self, x, y, radius, height, color):
        """An upright cylinder, m."""
        self.things.append(('cylinder', (x, y, radius, height), color))
        return self

    @property
    def camera2world(self):
        height, distance = self.eye_m
        forward = np.array([0.0, distance, -height]) / np.hypot(height, distance)
        right = np.array([1.0, 0.0, 0.0])
        pose = np.eye(4)
        pose[:3, :3] = np.column_stack([right, np.cross(forward, right), forward])
        pose[:3, 3] = (0.0, -distance, height)
        return pose

    def render(self, with_pose=False):
        """The frame, and the true mask of each thing in order."""
        pose = self.camera2world
        rays = np.dstack([CAMERA.rays, np.ones(CAMERA.rays.shape[:2])]) @ pose[:3, :3].T
        origin = pose[:3, 3]
        with np.errstate(divide='ignore', invalid='ignore'):
            depth = np.where(rays[..., 2] < 0, -origin[2] / rays[..., 2], np.inf)
            hits = [_CAST[kind](origin, rays, values) for kind, values, _ in self.things]
        owner = np.full(depth.shape, -1)
        for index, hit in enumerate(hits):
            owner[hit < depth] = index
            depth = np.minimum(depth, hit)
        color = np.empty((*depth.shape, 3), np.uint8)
        color[:] = WOOD
        for index, (_, _, paint) in enumerate(self.things):
            color[owner == index] = paint
        random = np.random.default_rng(0)
        depth = depth + self.noise_m * random.standard_normal(depth.shape)
        depth[depth > 3.0] = 0
        frame = RgbdFrame.from_arrays(
            color,
            depth.astype(np.float32),
            CAMERA,
            1234,
            camera2fixed=pose if with_pose else None,
            fixed_frame='base' if with_pose else '',
        )
        return frame, [owner == index for index in range(len(self.things))]


def _cast_box(origin, rays, values):
    x, y, width, length, height = values
    low = np.array([x - width / 2, y - length / 2, 0.0])
    high = np.array([x + width / 2, y + length / 2, height])
    first, second = (low - origin) / rays, (high - origin) / rays
    near = np.minimum(first, second).max(axis=-1)
    far = np.maximum(first, second).min(axis=-1)
    return np.where(near < far, near, np.inf)


def _cast_cylinder(origin, rays, values):
    x, y, radius, height = values
    offset = origin[:2] - (x, y)
    a = (rays[..., :2] ** 2).sum(axis=-1)
    b = (rays[..., :2] * offset).sum(axis=-1)
    root = b * b - a * (offset @ offset - radius**2)
    side = np.where(root > 0, (-b - np.sqrt(np.maximum(root, 0))) / a, np.inf)
    z = origin[2] + side * rays[..., 2]
    side = np.where((z > 0) & (z < height), side, np.inf)
    top = (height - origin[2]) / rays[..., 2]
    on_top = ((origin[:2] + top[..., None] * rays[..., :2] - (x, y)) ** 2).sum(axis=-1)
    return np.minimum(side, np.where(on_top < radius**2, top, np.inf))


_CAST = {'box': _cast_box, 'cylinder': _cast_cylinder}


@pytest.fixture(scope='session')
def make_table():
    """Makes an empty table to put things on."""
    return TableScene


@pytest.fixture
def table(make_table):
    """An empty table to put things on."""
    return make_table()

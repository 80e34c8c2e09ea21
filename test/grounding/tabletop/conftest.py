"""A table with things on it, cast analytically: geometry, colours and masks are known."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from benchmarks.analytic.cast import Placed, cast, stand
from benchmarks.analytic.solids import box, cylinder, sheet
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
    things: list[tuple[Placed, tuple[int, int, int]]] = field(default_factory=list)

    def box(self, x, y, size, color):
        """A box of size (to the right, away, up), m, whose base has its centre at (x, y)."""
        self.things.append((stand(box(*size), x, y), color))
        return self

    def cylinder(self, x, y, radius, height, color):
        """An upright cylinder, m."""
        self.things.append((stand(cylinder(radius, height), x, y), color))
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
        placed = [stand(sheet(), 0, 0), *(solid for solid, _ in self.things)]
        depth, owner = cast(placed, CAMERA, pose)
        color = np.array([WOOD, *(paint for _, paint in self.things)], np.uint8)[
            np.maximum(owner, 0)
        ]
        random = np.random.default_rng(0)
        depth = depth + self.noise_m * random.standard_normal(depth.shape)
        depth[(depth > 3.0) | (owner < 0)] = 0
        frame = RgbdFrame.from_arrays(
            color,
            depth.astype(np.float32),
            CAMERA,
            1234,
            camera2fixed=pose if with_pose else None,
            fixed_frame='base' if with_pose else '',
        )
        return frame, [owner == index + 1 for index in range(len(self.things))]


@pytest.fixture(scope='session')
def make_table():
    """Makes an empty table to put things on."""
    return TableScene


@pytest.fixture
def table(make_table):
    """An empty table to put things on."""
    return make_table()

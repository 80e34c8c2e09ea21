"""Simple solids on a table, named by their middles, and views of them whose depth is exact."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.analytic.cast import cast, stand
from benchmarks.analytic.solids import box, cylinder, sheet, sphere
from realvlg_ros.camera import Camera
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grasping.observation.scene import Scene
from realvlg_ros.simulation.trajectory import look_at
from realvlg_ros.support_plane import SupportPlane
from realvlg_ros.transforms import invert, make_transform

CAMERA = Camera(320, 240, 300.0, 300.0, 159.5, 119.5)


@dataclass(frozen=True)
class Box:
    size: tuple[float, float, float]
    center: tuple[float, float, float]
    yaw: float = 0.0

    @property
    def placed(self):
        return _centered(box(*self.size), self.center, self.size[2], self.yaw)


@dataclass(frozen=True)
class Ball:
    radius: float
    center: tuple[float, float, float]

    @property
    def placed(self):
        return _centered(sphere(self.radius), self.center, 2 * self.radius)


@dataclass(frozen=True)
class Cylinder:
    radius: float
    height: float
    center: tuple[float, float, float]

    @property
    def placed(self):
        return _centered(cylinder(self.radius, self.height), self.center, self.height)


def _centered(solid, center, height, yaw=0.0):
    x, y, z = center
    return stand(solid, x, y, z - height / 2, yaw)


@dataclass(frozen=True)
class View:
    frame: RgbdFrame
    masks: tuple
    camera2world: np.ndarray
    plane: SupportPlane

    def scene(self, index=0):
        return Scene.around(self.frame, self.masks[index], self.plane, None)

    def to_world(self, points):
        return np.asarray(points) @ self.camera2world[:3, :3].T + self.camera2world[:3, 3]

    def to_pixel(self, point):
        world2camera = invert(self.camera2world)
        return self.frame.camera.project(world2camera[:3, :3] @ point + world2camera[:3, 3])


def look(
    solids,
    eye=(-0.4, 0.0, 0.45),
    target=(0.0, 0.0, 0.03),
    camera=CAMERA,
    noise=0.0,
    seed=0,
    roll=0.0,
    assumed=None,
):
    """Render solids on the table z = 0.

    The camera is rolled about its optical axis, rad; the frame says its noise is the assumed one.
    """
    turn = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    camera2world = look_at(eye, target) @ make_transform(turn, np.zeros(3))
    placed = [solid.placed for solid in solids]
    depth, nearest = cast([stand(sheet(), 0, 0), *placed], camera, camera2world)
    depth = np.where(depth < 3, depth, 0)
    depth = depth + noise * np.random.default_rng(seed).standard_normal(depth.shape) * depth**2
    color = np.zeros((camera.height, camera.width, 3), np.uint8)
    frame = RgbdFrame.from_arrays(color, depth.astype(np.float32), camera, noise=assumed)
    plane = SupportPlane(camera2world[2, :3].copy(), float(camera2world[2, 3]), 0.0, 1000)
    masks = tuple(nearest == k + 1 for k in range(len(solids)))
    return View(frame, masks, camera2world, plane)

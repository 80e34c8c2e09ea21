"""Exact depth of simple solids on a table, cast in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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

    def hit(self, origin, rays):
        c, s = np.cos(self.yaw), np.sin(self.yaw)
        turn = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1.0]])
        origin, rays = turn @ (origin - np.array(self.center)), rays @ turn.T
        half = np.array(self.size) / 2
        with np.errstate(divide='ignore', invalid='ignore'):
            ends = np.stack([(-half - origin) / rays, (half - origin) / rays])
        near, far = ends.min(0).max(-1), ends.max(0).min(-1)
        return np.where((near <= far) & (near > 0), near, np.inf)


@dataclass(frozen=True)
class Ball:
    radius: float
    center: tuple[float, float, float]

    def hit(self, origin, rays):
        offset = origin - np.array(self.center)
        a, b = (rays**2).sum(-1), rays @ offset
        square = b * b - a * (offset @ offset - self.radius**2)
        return np.where(square > 0, (-b - np.sqrt(np.maximum(square, 0))) / a, np.inf)


@dataclass(frozen=True)
class Cylinder:
    radius: float
    height: float
    center: tuple[float, float, float]

    def hit(self, origin, rays):
        offset = origin - np.array(self.center)
        a, b = (rays[..., :2] ** 2).sum(-1), rays[..., :2] @ offset[:2]
        square = b * b - a * (offset[:2] @ offset[:2] - self.radius**2)
        side = (-b - np.sqrt(np.maximum(square, 0))) / a
        z = offset[2] + side * rays[..., 2]
        side = np.where((square > 0) & (np.abs(z) <= self.height / 2), side, np.inf)
        lid = (self.height / 2 - offset[2]) / rays[..., 2]
        off = offset[:2] + lid[..., None] * rays[..., :2]
        return np.minimum(side, np.where((off**2).sum(-1) <= self.radius**2, lid, np.inf))


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
    rays = np.concatenate([camera.rays, np.ones((camera.height, camera.width, 1))], axis=-1)
    rays = rays @ camera2world[:3, :3].T
    origin = camera2world[:3, 3]
    hits = [np.where(rays[..., 2] < 0, -origin[2] / rays[..., 2], np.inf)]
    hits += [solid.hit(origin, rays) for solid in solids]
    nearest = np.argmin(hits, axis=0)
    depth = np.min(hits, axis=0)
    depth = np.where(np.isfinite(depth) & (depth < 3), depth, 0)
    depth = depth + noise * np.random.default_rng(seed).standard_normal(depth.shape) * depth**2
    color = np.zeros((camera.height, camera.width, 3), np.uint8)
    frame = RgbdFrame.from_arrays(color, depth.astype(np.float32), camera, noise=assumed)
    plane = SupportPlane(camera2world[2, :3].copy(), float(origin[2]), 0.0, 1000)
    masks = tuple(nearest == k + 1 for k in range(len(solids)))
    return View(frame, masks, camera2world, plane)

"""Drawn bars that lie on a table: pictures that the toy knows, with depth and the true grasp."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from benchmarks.toy.scenes import IMAGE_SIZES, DrawnScene, Shape, draw_scene
from realvlg_ros.arrays import FloatArray
from realvlg_ros.camera import Camera
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.image_region import RegionMask

TABLE_M, HEIGHT_M = 0.80, 0.025
# At the table a pixel is 1.25 mm: bars are 23 to 45 mm thick, which the Franka hand can hold.
FOCAL_PX = 640.0
_NOISE_M = 0.0005
_CIRCLE_CORNERS = 48


@dataclass(frozen=True)
class BarOnTable:
    """A scene seen from straight above, with one of its bars.

    Attributes:
        frame: picture and depth.
        scene: what was drawn.
        bar: the shape in question.
    """

    frame: RgbdFrame
    scene: DrawnScene
    bar: Shape

    @property
    def words(self) -> str:
        """An instruction that means this bar."""
        return self.scene.words(self.bar)

    @property
    def center(self) -> FloatArray:
        """Middle of its upper face (3,), camera frame, m."""
        # A shape's edges lie half a pixel before those of pixel centres at integers.
        pixel = np.array([self.bar.x, self.bar.y]) - 0.5
        return self.frame.camera.deproject(pixel, TABLE_M - HEIGHT_M)

    @property
    def opening_axis(self) -> FloatArray:
        """Across it (3,), camera frame."""
        angle = self.bar.angle + math.pi / 2
        return np.array([math.cos(angle), math.sin(angle), 0.0])

    @property
    def width(self) -> float:
        """Of its upper face across, m."""
        return self.bar.thickness * (TABLE_M - HEIGHT_M) / FOCAL_PX

    @property
    def mask(self) -> RegionMask:
        """Its pixels."""
        full = np.zeros(self.scene.image.shape[:2], np.uint8)
        cv2.fillConvexPoly(full, np.round(self.bar.corners - 0.5).astype(np.int32), 1)
        return RegionMask.from_full(full > 0)


def bars_on_tables(seed: int, count: int) -> list[BarOnTable]:
    """Unseen scenes of each size in turn that hold a bar."""
    rng = np.random.default_rng(seed)
    found: list[BarOnTable] = []
    while len(found) < count:
        scene = draw_scene(rng, IMAGE_SIZES[len(found) % len(IMAGE_SIZES)])
        bars = [shape for shape in scene.shapes if shape.kind == 'bar']
        if bars:
            found.append(BarOnTable(_frame(rng, scene), scene, bars[0]))
    return found


def _frame(rng: np.random.Generator, scene: DrawnScene) -> RgbdFrame:
    """The picture with the depth of prisms whose upper faces are what was drawn."""
    height, width = scene.image.shape[:2]
    camera = Camera(width, height, FOCAL_PX, FOCAL_PX, (width - 1) / 2, (height - 1) / 2)
    depth = np.full((height, width), TABLE_M)
    rays = camera.rays
    for shape in scene.shapes:
        depth = np.minimum(depth, _prism_depth(rays, camera, shape))
    depth += rng.normal(0, _NOISE_M, depth.shape)
    return RgbdFrame(scene.image, depth.astype(np.float32), camera)


def _outline(shape: Shape) -> FloatArray:
    """Corners (n, 2) of a drawn shape, px; a circle's are many."""
    if shape.kind != 'circle':
        return shape.corners
    turns = np.linspace(0, 2 * math.pi, _CIRCLE_CORNERS, endpoint=False)
    around = np.stack([np.cos(turns), np.sin(turns)], axis=-1)
    return np.array([shape.x, shape.y]) + shape.length / 2 * around


def _prism_depth(rays: FloatArray, camera: Camera, shape: Shape) -> FloatArray:
    """Depth (rows, columns) of an upright prism above the table; infinite beside it."""
    top = TABLE_M - HEIGHT_M
    corners = camera.deproject(_outline(shape) - 0.5, np.full(len(_outline(shape)), top))[:, :2]
    middle = corners.mean(axis=0)
    near, far = np.full(rays.shape[:2], top), np.full(rays.shape[:2], TABLE_M)
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        normal = np.array([end[1] - start[1], start[0] - end[0]])
        normal *= np.sign(normal @ (start - middle))
        outward = rays @ normal
        bound = (normal @ start) / np.where(outward == 0, np.finfo(float).tiny, outward)
        far = np.where(outward > 0, np.minimum(far, bound), far)
        near = np.where(outward < 0, np.maximum(near, bound), near)
    return np.where(near <= far, near, np.inf)

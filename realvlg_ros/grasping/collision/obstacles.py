"""What the depth image says of the other things around an object."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ...arrays import BoolArray, ByteArray, Float32Array, FloatArray, IndexArray
from ..observation.scene import SUPPORT_RELIEF, Scene
from ..settings import PlannerSettings

# Readings within this of the object's edge may be blurred with it, m. Chosen: the few pixels by
# which masks and depth disagree.
_EDGE_BLUR = 0.004
# Surfaces whose depth differs by more between neighbours are two things, m. Chosen: far more than
# noise, less than things stand apart.
_JUMP = 0.02
# Nothing is taken to be less deep than this, m: a thing may be seen in a narrow part only. Chosen:
# about the thinnest thing that stands on a table.
_MIN_DEPTH = 0.025
# Every so many rows and columns tell how wide and how near things are. Chosen: for time; their
# readings are 2 to 3 mm apart at 0.6 m.
_STRIDE = 2


@dataclass(frozen=True)
class Obstacles:
    """Visible surfaces of other things, and how far they reach behind them.

    One view shows no back. A thing is taken to be as deep as it looks wide, measured by the
    largest circle inside its visible surface, horizontally: a can is as deep as wide, and what is
    long and narrow is seen along its length or crosses the line of sight with its narrow side.

    Attributes:
        scene: that they were seen in.
        clearance: what comes nearer to them hits them, m.
        thickness: how far they reach behind their surface where there is no support to tell what
            is horizontal, m.
        surface: (height, width) depth of the surfaces, m; infinite elsewhere.
        depth: the same, grown by the clearance.
        reach: (height, width) how far behind the surface they go, horizontally, m.
    """

    scene: Scene
    clearance: float
    thickness: float
    surface: Float32Array
    depth: Float32Array
    reach: Float32Array

    @classmethod
    def around(cls, scene: Scene, settings: PlannerSettings) -> Obstacles:
        """Everything that is seen but for the object and its support."""
        distance = float(np.linalg.norm(scene.camera_position))
        relief = SUPPORT_RELIEF + 2 * float(scene.frame.noise.sigma(distance))
        solid = _other_things(scene, relief)
        near = np.where(solid > 0, scene.frame.depth, np.float32(np.inf))
        reach = _visible_width(solid, scene) if scene.plane is not None else near * 0
        grown = settings.obstacle_clearance * scene.frame.camera.fx / distance
        size = 2 * int(np.clip(round(grown), 1, 15)) + 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
        reach = np.minimum(reach, np.float32(settings.obstacle_thickness))
        return cls(
            scene,
            settings.obstacle_clearance,
            settings.obstacle_thickness,
            near,
            np.asarray(cv2.erode(near, kernel), np.float32),
            np.asarray(cv2.dilate(reach, kernel), np.float32),
        )

    def points(self, center: FloatArray, radius: float, limit: int) -> FloatArray:
        """Up to limit of the surfaces' points (n, 3) around a place, in the support frame, m."""
        scene, part = self.scene, np.s_[::_STRIDE, ::_STRIDE]
        points = scene.frame.points[part][np.isfinite(self.surface[part])]
        points = points @ scene.camera2support[:3, :3].T.astype(np.float32)
        offset = points - (center - scene.camera2support[:3, 3]).astype(np.float32)
        near = points[np.einsum('ni,ni->n', offset, offset) < radius**2]
        near = near[:: max(1, -(-len(near) // limit))]
        return np.asarray(near + scene.camera2support[:3, 3], np.float64)

    def hits(
        self,
        points: npt.NDArray[np.floating],
        pixels: tuple[IndexArray, Float32Array, BoolArray],
    ) -> BoolArray:
        """Which points lie in obstacles.

        Args:
            points: (..., 3) in the support frame, m.
            pixels: of scene.pixels_of for them.
        """
        scene, (index, z, inside) = self.scene, pixels
        behind = z - self.depth.ravel()[index]
        hit = inside & (behind > -self.clearance)
        if scene.plane is None:
            return np.asarray(hit & (behind < self.thickness))
        near = np.nonzero(hit)
        run = np.hypot(*(points[..., k][near] - scene.camera_position[k] for k in (0, 1)))
        hit[near] = behind[near] * run < self.reach.ravel()[index[near]] * z[near]
        return np.asarray(hit)


def _other_things(scene: Scene, min_height: float) -> ByteArray:
    """1 (height, width) where a reading belongs neither to the object nor to the support."""
    with np.errstate(invalid='ignore'):
        other = scene.frame.valid & ~scene.mask
        if scene.plane is not None:
            other &= scene.heights > min_height
    # A ring around the object belongs to its own blurred edge, and lone pixels are noise.
    depth = float(np.median(scene.frame.depth[scene.mask & scene.frame.valid]))
    ring_px = int(np.clip(round(_EDGE_BLUR * scene.frame.camera.fx / depth), 2, 6))
    ring = cv2.dilate(scene.mask.astype(np.uint8), np.ones((2 * ring_px + 1,) * 2, np.uint8))
    found = (other & (ring == 0)).astype(np.uint8)
    return np.asarray(cv2.morphologyEx(found, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.uint8)


def _visible_width(solid: ByteArray, scene: Scene) -> Float32Array:
    """Diameter (height, width) of the largest circle inside each thing's visible surface, m."""
    depth = scene.frame.depth[::_STRIDE, ::_STRIDE]
    part = solid[::_STRIDE, ::_STRIDE].copy()
    part[:, 1:][np.abs(np.diff(depth, axis=1)) > _JUMP] = 0
    part[1:][np.abs(np.diff(depth, axis=0)) > _JUMP] = 0
    radius = cv2.distanceTransform(part, cv2.DIST_L2, 3)
    count, labels = cv2.connectedComponents(part, connectivity=4)
    largest = np.zeros(count, np.float32)
    inner = np.flatnonzero(radius > 0)
    np.maximum.at(largest, labels.ravel()[inner], radius.ravel()[inner])
    widths = 2 * _STRIDE * largest[labels] * depth / np.float32(scene.frame.camera.fx)
    height, width = solid.shape
    widths = np.where(part > 0, widths, 0).astype(np.float32)
    full = cv2.resize(widths, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.where(solid > 0, np.maximum(full, np.float32(_MIN_DEPTH)), np.float32(0))

"""Obstacles around an object, from the depth image."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ...arrays import BoolArray, ByteArray, Float32Array, FloatArray, IndexArray
from ..observation.scene import SUPPORT_RELIEF, Scene
from ..settings import PlannerSettings
from .fringe import FRINGE_PX, blurred_share, own_fringe
from .hidden_parts import behind_object, hidden_parts
from .holes import hole_walls
from .visible_width import JUMP, visible_width

# Readings within this of the object's edge may mix with it, m. Chosen: the few pixels by which
# masks and depth disagree.
_EDGE_BLUR = 0.004
# Lower things are no obstacles, m. Chosen: a millimetre above the clearance that fingertips keep
# from the support. A fold of a cloth is one then, as it should be for a fingertip; on real frames,
# 51 of 142 objects have grasps with 4, 5, 7 and 9 mm alike.
_LOW_M = 0.005
# A surface goes on from a pixel to the next within this, m. Chosen: the noise at 1 m, and a slope.
_STEP_M = 0.005
# Least assumed depth of an obstacle, m, since only a narrow part of it may be visible. Chosen:
# about the thinnest thing that stands on a table.
_MIN_DEPTH = 0.025
# Stride of rows and columns for the width of obstacles and the distance to them. Chosen: for time;
# these readings are 2 to 3 mm apart at 0.6 m.
_STRIDE = 2


@dataclass(frozen=True)
class Obstacles:
    """Visible surfaces of other things, and how far they extend behind their surface.

    One view shows no back side. An obstacle is taken to extend horizontally as far behind its
    surface as it looks wide, measured by the largest circle inside that surface: a can is as deep
    as wide, and a long narrow thing either points along the line of sight or crosses it with its
    narrow side.

    Attributes:
        scene: the frame, the object's mask and the support.
        clearance: least distance of the gripper from them, m.
        thickness: their extent behind the surface along z where no support defines the
            horizontal, m.
        surface: (height, width) depth of the surfaces, m; infinite elsewhere.
        depth: (height, width) the same with the walls of holes and with what goes on behind the
            object, dilated by the clearance, m.
        reach: (height, width) their horizontal extent behind that, m.
        holes: (height, width) True in the deep holes of the depth, dilated by the clearance.
        blur: share of the object's outline over which its depth goes over into the
            background's, 0 to 1.
    """

    scene: Scene
    clearance: float
    thickness: float
    surface: Float32Array
    depth: Float32Array
    reach: Float32Array
    holes: BoolArray
    blur: float

    @classmethod
    def around(cls, scene: Scene, settings: PlannerSettings, own_parts: bool = True) -> Obstacles:
        """All visible surfaces except those of the object and its support, and holes.

        Args:
            scene: the frame, the object's mask and the support.
            settings: limits of planning.
            own_parts: whether parts of the object go on behind it, too.
        """
        distance = float(np.linalg.norm(scene.camera_position))
        focal = scene.frame.camera.fx
        beyond = behind_object(scene, settings.obstacle_thickness)
        other = _neither(scene, float(scene.frame.noise.sigma(distance)))
        fringe = own_fringe(scene, other)
        solid = _other_things(scene, other, beyond, fringe)
        near = np.where(solid > 0, scene.frame.depth, np.float32(np.inf))
        reach = np.zeros_like(near)
        if scene.plane is not None:
            reach = visible_width(solid > 0, scene.frame.depth, focal)
            reach[solid > 0] = np.maximum(reach[solid > 0], np.float32(_MIN_DEPTH))
        reach = np.minimum(reach, np.float32(settings.obstacle_thickness))
        hidden = hole_walls(scene)
        reach[np.isfinite(hidden)] = np.inf
        if scene.plane is not None:
            parts, reach = hidden_parts(scene, beyond & (solid > 0), reach, own_parts)
            hidden = np.minimum(hidden, parts)
        grown = settings.obstacle_clearance * focal / distance
        size = 2 * int(np.clip(round(grown), 1, 15)) + 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
        return cls(
            scene,
            settings.obstacle_clearance,
            settings.obstacle_thickness,
            near,
            np.asarray(cv2.erode(np.minimum(near, hidden), kernel), np.float32),
            np.asarray(cv2.dilate(reach, kernel), np.float32),
            cv2.dilate(scene.deep_holes.astype(np.uint8), kernel) > 0,
            blurred_share(scene, fringe),
        )

    def points(self, center: FloatArray, radius: float, limit: int) -> FloatArray:
        """Points (n, 3) of the surfaces around a place, in the support frame, m.

        Args:
            center: (3,) of the place, in the support frame, m.
            radius: largest distance from it, m.
            limit: largest number of points.
        """
        scene, part = self.scene, np.s_[::_STRIDE, ::_STRIDE]
        points = scene.frame.points[part][np.isfinite(self.surface[part])]
        points = points @ scene.camera2support[:3, :3].T.astype(np.float32)
        offset = points - (center - scene.camera2support[:3, 3]).astype(np.float32)
        near = points[np.einsum('ni,ni->n', offset, offset) < radius**2]
        near = near[:: max(1, -(-len(near) // limit))]
        return np.asarray(near + scene.camera2support[:3, 3], np.float64)

    def cover(self, points: FloatArray) -> BoolArray:
        """Which points (...) of the object are hidden by another thing before them.

        Args:
            points: (..., 3) in the support frame, m.
        """
        index, z, inside = self.scene.pixels_of(points)
        return np.asarray(inside & (z > self.surface.ravel()[index] + JUMP))

    def hits(
        self,
        points: npt.NDArray[np.floating],
        pixels: tuple[IndexArray, Float32Array, BoolArray],
    ) -> BoolArray:
        """Which points (...) lie in obstacles.

        Args:
            points: (..., 3) in the support frame, m.
            pixels: their projection, from scene.pixels_of.
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


def _neither(scene: Scene, sigma: float) -> BoolArray:
    """Readings (height, width) that are neither of the object nor of the support.

    Args:
        scene: the frame, the object's mask and the support.
        sigma: deviation of the depth at the support, m.
    """
    with np.errstate(invalid='ignore'):
        other = scene.frame.valid & ~scene.mask
        if scene.plane is not None:
            # The median of nine readings has less than half of their noise.
            level = cv2.medianBlur(np.nan_to_num(scene.heights).astype(np.float32), 3)
            other &= (scene.heights > SUPPORT_RELIEF + 2 * sigma) | (level > _LOW_M + sigma)
    return np.asarray(other)


def _other_things(
    scene: Scene, other: BoolArray, beyond: BoolArray, fringe: BoolArray
) -> ByteArray:
    """1 (height, width) where a reading is of another thing.

    Args:
        scene: the frame and the object's mask.
        other: (height, width) readings that are neither of the object nor of the support.
        beyond: (height, width) readings behind the object.
        fringe: (height, width) readings of the object over its outline.
    """
    # A ring around the object belongs to its own blurred edge, and single pixels are noise.
    depth = float(np.median(scene.frame.depth[scene.mask & scene.frame.valid]))
    ring_px = int(np.clip(round(_EDGE_BLUR * scene.frame.camera.fx / depth), 2, 6))
    ring = cv2.dilate(scene.mask.astype(np.uint8), np.ones((2 * ring_px + 1,) * 2, np.uint8))
    if fringe.any():
        ring |= fringe.astype(np.uint8)
        ring_px = FRINGE_PX
    found = (other & (ring == 0)).astype(np.uint8)
    found = cv2.morphologyEx(found, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    x, y, width, height = cv2.boundingRect(ring)
    near = np.s_[max(y - 1, 0) : y + height + 1, max(x - 1, 0) : x + width + 1]
    part, z = (other & (ring > 0))[near], scene.frame.depth[near]
    found[near] = _continued(found[near], part, z, ring_px)
    found[near] = _along_outline(found[near], part & beyond[near], z)
    return np.asarray(found, np.uint8)


def _continued(found: ByteArray, ring: BoolArray, depth: Float32Array, ring_px: int) -> ByteArray:
    """Things (height, width) and the readings of the ring in which their surface goes on.

    A blurred edge of the object lies between the two surfaces.

    Args:
        found: (height, width) 1 where a thing is seen.
        ring: (height, width) readings around the object that are not judged yet.
        depth: (height, width) m.
        ring_px: width of the ring.
    """
    kernel = np.ones((3, 3), np.uint8)
    for _ in range(ring_px):
        nearest = cv2.erode(np.where(found > 0, depth, np.float32(np.inf)), kernel)
        farthest = cv2.dilate(np.where(found > 0, depth, np.float32(0)), kernel)
        goes_on = ring & (depth > nearest - _STEP_M) & (depth < farthest + _STEP_M)
        found = found | goes_on.astype(np.uint8)
    return np.asarray(found, np.uint8)


def _along_outline(found: ByteArray, beyond: BoolArray, depth: Float32Array) -> ByteArray:
    """Things (height, width) and the strips of them that show along the object's outline.

    What is behind the object is no blur of its edge.

    Args:
        found: (height, width) 1 where a thing is seen.
        beyond: (height, width) readings of the ring that are behind the object.
        depth: (height, width) m.
    """
    kernel = np.ones((3, 3), np.uint8)
    region = (found > 0) | beyond
    nearest = cv2.erode(np.where(region, depth, np.float32(np.inf)), kernel)
    farthest = cv2.dilate(np.where(region, depth, np.float32(0)), kernel)
    smooth = region & (farthest - nearest < 2 * _STEP_M)
    _, labels = cv2.connectedComponents(smooth.astype(np.uint8))
    joined = np.zeros(labels.max() + 1, bool)
    joined[labels[smooth & (found > 0)]] = True
    return np.asarray((found > 0) | (smooth & joined[labels]), np.uint8)

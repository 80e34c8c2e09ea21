"""The scene in which grasps were checked in full: where nothing changed the checks still hold."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import BoolArray, Float32Array, FloatArray
from ...grasping.grasp import Grasp
from ..measurement.rigid_fit import difference
from ..measurement.visibility import same_surface_m
from ..memory.key_frames import KeyFrame

# Readings of the scene that are compared are this far apart, m, and a change is seen where so many
# by so many of them differ. Chosen: a thing of 6 mm; noise has smaller spots.
_SPACING_M, _SPOT = 0.002, 3
# They differ by so many times the gap of one surface. Chosen: both readings are noisy; what is
# lower than that on a support is no obstacle.
_GAPS = 1.5
# An object and a camera that moved less than this, m and rad, have not moved. Chosen: as a
# followed pose trembles.
_STILL_M, _STILL_RAD = 0.001, 0.005
# After so long the scene is checked in full all the same, ns. Chosen: at 30 Hz one frame of
# fifteen.
_LONGEST_NS = 500_000_000


@dataclass(frozen=True)
class SceneMemory:
    """A frame in which grasps were checked in full.

    Attributes:
        grasps: that were checked, in the object's frame.
        key: the frame.
        object2world: pose of the object in it.
        step: rows and columns from one compared reading to the next.
        depth: (rows, columns) compared readings, m.
        smooth: (rows, columns) where a reading has neighbours at the same depth.
        bound: (rows, columns) largest gap between two readings of one surface, m.
    """

    grasps: tuple[Grasp, ...]
    key: KeyFrame
    object2world: FloatArray
    step: int
    depth: Float32Array
    smooth: BoolArray
    bound: Float32Array

    @classmethod
    def of(
        cls, grasps: tuple[Grasp, ...], key: KeyFrame, object2world: FloatArray, distance: float
    ) -> SceneMemory:
        """Remember a frame.

        Args:
            grasps: that were checked, in the object's frame.
            key: the frame.
            object2world: (4x4) pose of the object in it.
            distance: of the object from the camera, m.
        """
        step = max(int(_SPACING_M * key.camera.fx / max(distance, 0.1)), 1)
        depth = np.ascontiguousarray(key.depth[::step, ::step])
        kernel = np.ones((3, 3), np.uint8)
        nearest, farthest = cv2.erode(depth, kernel), cv2.dilate(depth, kernel)
        # A slope changes the depth by no more than it is long.
        slope = np.float32(3 * step / key.camera.fx) * depth
        gaps = _GAPS * same_surface_m(depth.astype(np.float64), key.noise)
        bound = gaps.astype(np.float32)
        smooth = (nearest > 0) & (farthest - nearest < bound + slope)
        return cls(grasps, key, object2world, step, depth, smooth, bound)

    def is_of(self, grasps: tuple[Grasp, ...], key: KeyFrame) -> bool:
        """Whether these grasps were checked, not long before a newer frame.

        Args:
            grasps: in the object's frame.
            key: the newer frame.
        """
        old = self.key
        if key.stamp_ns - old.stamp_ns >= _LONGEST_NS or key.world != old.world:
            return False
        if len(grasps) != len(self.grasps) or key.camera != old.camera:
            return False
        return all(
            a.tcp2frame is b.tcp2frame for a, b in zip(grasps, self.grasps, strict=True)
        )  # fmt: skip

    def is_still(self, key: KeyFrame, object2world: FloatArray) -> bool:
        """Whether neither camera nor object has moved since.

        Args:
            key: the newer frame.
            object2world: (4x4) pose of the object in it.
        """
        return _still(object2world, self.object2world) and _still(
            key.camera2world, self.key.camera2world
        )

    def is_unchanged(self, key: KeyFrame) -> bool:
        """Whether a newer frame, where nothing has moved, shows the same scene."""
        depth = np.ascontiguousarray(key.depth[:: self.step, :: self.step])
        changed = (cv2.absdiff(depth, self.depth) > self.bound) & self.smooth
        spots = cv2.erode(changed.view(np.uint8), np.ones((_SPOT, _SPOT), np.uint8))
        return not spots.any()


def _still(pose: FloatArray, other: FloatArray) -> bool:
    error = np.abs(difference(pose, other))
    return bool(error[:3].max() < _STILL_M and error[3:].max() < _STILL_RAD)

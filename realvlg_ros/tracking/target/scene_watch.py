"""Grasps that are held are checked against the scene of each frame before they are published.

A plan speaks of one frame, and its grasps are carried for many: what stands around the object may
have come or moved meanwhile. Those that meet something now are set aside at once; they come back
when their way is free again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from ...arrays import FloatArray
from ...frame import RgbdFrame
from ...grasping.grasp import Grasp
from ...grasping.verification.scene_check import SceneCheck
from ...image_region import RegionMask
from ...support_plane import SupportPlane
from ...transforms import invert
from ..memory.key_frames import KeyFrame
from .outline import outline, support_in, up_in
from .scene_memory import SceneMemory
from .track import TargetTrack


@runtime_checkable
class SceneChecker(Protocol):
    """A GraspPlanner, or what can stand in for it."""

    def recheck(
        self,
        frame: RgbdFrame,
        mask: RegionMask,
        grasps: Sequence[Grasp],
        plane: SupportPlane | None = None,
        up: FloatArray | None = None,
    ) -> Sequence[SceneCheck]:
        """Check grasps of earlier plans against what stands around the object in a frame.

        Args:
            frame: colour and depth.
            mask: pixels of the object.
            grasps: in the camera's optical frame.
            plane: the support in that frame, or None.
            up: (3,) unit vector opposite to gravity in that frame, if known.
        """
        ...


class SceneWatch:
    """Checks the grasps of targets against the frames in which they are followed."""

    def __init__(self, checker: SceneChecker) -> None:
        """Check with a planner of the gripper in use."""
        self._checker = checker

    def look(self, track: TargetTrack, key: KeyFrame, in_full: bool) -> None:
        """Check the grasps of a target against the newest frame, in which it was followed.

        Where the object was not seen, grasps may be blocked, but none counts as checked.

        Args:
            track: the target.
            key: the newest frame.
            in_full: as for an answer; otherwise a check of a frame before may still hold.
        """
        grasps, mask = track.candidates.grasps, track.mask
        if not grasps or mask is None or track.life.lost:
            return
        if not in_full and track.seen and self._holds(track, key):
            return
        object2camera = invert(key.camera2world) @ track.object2world
        own = outline(track, key, object2camera, mask)
        placed = [grasp.transformed(object2camera) for grasp in grasps]
        checks = self._checker.recheck(
            key.to_frame(), own, placed, support_in(track, key), up_in(track, key)
        )
        track.candidates.take_checks(checks, key.stamp_ns, track.seen)
        distance = float(object2camera[2, 3])
        track.checked_scene = (
            SceneMemory.of(track.candidates.grasps, key, track.object2world, distance)
            if track.seen
            else None
        )
        if track.candidates.is_open:
            track.blocked_ns = None
        elif track.blocked_ns is None:
            track.blocked_ns = key.stamp_ns

    def _holds(self, track: TargetTrack, key: KeyFrame) -> bool:
        """Whether the last full check holds: the scene is the same, or moves and is due later."""
        memory = track.checked_scene
        if memory is None or not memory.is_of(track.candidates.grasps, key):
            return False
        if not memory.is_still(key, track.object2world):
            age = (key.stamp_ns - memory.key.stamp_ns) * 1e-9
            return age < track.settings.check_grasps_period
        if not memory.is_unchanged(key):
            return False
        track.candidates.repeat_checks(memory.key.stamp_ns, key.stamp_ns)
        return True

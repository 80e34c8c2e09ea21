"""Whether the target of a goal moves in the frame of the camera, by the messages of grasp_node."""

from __future__ import annotations

import numpy as np

from ...msg import GraspTarget
from ...tracking.camera_drift import CameraDrift

_REMEDY = 'set fixed_frame of grasp_node to a frame of tf in which the scene stands still'


class DriftWatch:
    """Explains why a goal has waited in vain for a stable target."""

    def __init__(self, wait_for_stable: bool) -> None:
        """Begin without a target; a goal that does not wait for a stable one is told nothing."""
        self._waits = wait_for_stable
        self._drift = CameraDrift()

    def take(self, target: GraspTarget) -> None:
        """Take a target that is not the result yet."""
        known = target.object_size.x > 0 and target.state == GraspTarget.CONFIRMED
        if self._waits and known:
            at = target.object_pose.position
            place = np.array([at.x, at.y, at.z])
            self._drift.add(target.track_id, target.header.frame_id, target.camera_frame_id, place)

    def words(self) -> str:
        """To be added to the message of a goal that was out of time; empty if not for this."""
        return self._drift.words(_REMEDY)

"""What a tracker says of its targets in the newest frame, once their grasps were checked there."""

from __future__ import annotations

import time
from dataclasses import replace

from ..grounding.grounding import Grounding
from .memory.key_frames import KeyFrame, KeyFrameMemory
from .target.report import refusal, report
from .target.scene_watch import SceneChecker, SceneWatch
from .target.target import GraspTarget
from .target.track import TargetTrack
from .target_list import TargetList

# Milliseconds in a second. From SI.
_MS = 1000.0
# What a grounding is refused with that has found another object for the same request.
_ANOTHER = (
    '{!r} fits the words now, but does not look like what this request found before; '
    'for another object make a new request'
)


class TargetReporter:
    """Describes targets, and why there is none."""

    def __init__(
        self, memory: KeyFrameMemory, targets: TargetList, most_grasps: int | None = None
    ) -> None:
        """Speak of the targets of a list in the newest frame of a memory.

        Args:
            memory: of frames.
            targets: that are followed.
            most_grasps: so many grasps of each are reported; all if it is not given.
        """
        self._memory = memory
        self._most_grasps = most_grasps
        self._targets = targets
        self._watch: SceneWatch | None = None

    def check_with(self, checker: SceneChecker) -> None:
        """Check grasps against the scene of each frame with a planner of the gripper in use."""
        self._watch = SceneWatch(checker)

    def report(
        self,
        track: TargetTrack,
        key: KeyFrame,
        timings_ms: dict[str, float],
        is_answer: bool = True,
    ) -> GraspTarget:
        """Check the grasps of a target against the newest frame, and describe it there.

        Args:
            track: the target.
            key: the newest frame.
            timings_ms: duration of each stage by its name, ms.
            is_answer: whether it answers a grounding; it is then checked in full.
        """
        started = time.perf_counter()
        if self._watch is not None:
            self._watch.look(track, key, is_answer)
            timings_ms = {**timings_ms, 'check': (time.perf_counter() - started) * _MS}
        return report(track, key, timings_ms, self._watch is not None, self._most_grasps)

    def refuse(self, grounding: Grounding, reason: str) -> GraspTarget:
        """A grounding that no target came of, with the reason in words."""
        return refusal(grounding, self._memory.newest, reason)

    def contradicted(
        self,
        track: TargetTrack,
        message: str = 'a check for drift found another place; asked again',
    ) -> GraspTarget | None:
        """A followed target that a check for drift has found elsewhere."""
        newest = self._memory.newest
        assert newest is not None
        if not track.settled:
            return None
        return replace(self.report(track, newest, {}), message=message)

    def another(self, grounding: Grounding) -> GraspTarget | None:
        """Another object than the one that a request asked for fits its words now."""
        followed = self._targets.followed_for(grounding.request_id)
        if followed is not None:
            return self.contradicted(followed, _ANOTHER.format(grounding.label))
        asked_for = replace(grounding, label=self._targets.questions.label(grounding))
        return self.refuse(asked_for, 'lost: ' + _ANOTHER.format(grounding.label))

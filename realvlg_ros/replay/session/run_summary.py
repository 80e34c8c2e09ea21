"""What run.json says of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from ...camera import Camera
from ...frame import RgbdFrame
from ...recording.lighting import LightingSummary
from ...recording.versions import versions
from ..bags.bag import Bag
from ..bags.topics import CameraTopics
from ..runs.run_reader import FORMAT
from .goals import ReplayGoal
from .step import Step


class RunSummary:
    """Collects what is told of a run when it ends."""

    def __init__(self, given: Mapping[str, Any], goals: Sequence[ReplayGoal]) -> None:
        """Start a run.

        Args:
            given: what is known before it: the values of run.json by key.
            goals: that are asked.
        """
        self._given = given
        self._goals = goals
        self._lighting = LightingSummary()
        self._statuses: Counter[str] = Counter()
        self._camera: Camera | None = None
        self._fixed_frame = ''
        self._first_ns = self._last_ns = self._time_ns = 0
        self.frames = 0
        self.dropped: dict[str, int] = {}
        self.warnings: list[str] = []

    def add(self, step: Step) -> None:
        """Count what an image or a notice came to."""
        self._statuses.update(answer.status for answer in step.answers)
        if step.frame is None:
            return
        if not self.frames:
            self._first_ns, self._camera = step.stamp_ns, step.frame.camera
        self.frames += 1
        self._last_ns, self._time_ns = step.stamp_ns, step.time_ns
        self._fixed_frame = step.frame.fixed_frame or self._fixed_frame
        self._lighting.add(_thinned(step.frame))

    @property
    def all_ok(self) -> bool:
        """Whether every goal has got grasps."""
        return self._statuses['OK'] == len(self._goals)

    def values(self, dropped: Mapping[str, int], warnings: Iterable[str]) -> dict[str, Any]:
        """The values of run.json.

        Args:
            dropped: how many images and frames were not used, by reason.
            warnings: what whoever reads the run must know, in words.
        """
        lighting = self._lighting.result()
        self.dropped, self.warnings = dict(sorted(dropped.items())), list(warnings)
        return {
            'format': FORMAT,
            **self._given,
            'goals': [
                {'id': goal.goal_id, 'at_s': goal.at, 'instruction': goal.instruction}
                for goal in self._goals
            ],
            'versions': versions(),
            'intrinsics': None if self._camera is None else intrinsics(self._camera),
            'fixed_frame': self._fixed_frame,
            'frames': {
                'count': self.frames,
                'dropped': self.dropped,
                'first_ns': self._first_ns,
                'last_ns': self._last_ns,
                'rate_hz': self._rate_hz,
            },
            'lighting': None if lighting is None else asdict(lighting),
            'statuses': dict(sorted(self._statuses.items())),
            'warnings': self.warnings,
        }

    @property
    def _rate_hz(self) -> float | None:
        """Images a second of the bag; None below two."""
        return (self.frames - 1) * 1e9 / self._time_ns if self._time_ns else None


def _thinned(frame: RgbdFrame) -> RgbdFrame:
    """Every fourth pixel of an image: enough for its light."""
    color = np.ascontiguousarray(frame.color[::2, ::2])
    return replace(frame, color=color, depth=frame.depth[::2, ::2])


def describe_bag(bag: Bag, given: str, topics: CameraTopics) -> dict[str, Any]:
    """The entry of a bag in run.json.

    Args:
        bag: open.
        given: its path as it was given.
        topics: that were chosen.
    """
    return {
        'path': given,
        'storage': bag.storage,
        'duration_s': (bag.end_ns - bag.start_ns) / 1e9,
        'start_ns': bag.start_ns,
        'topics': [asdict(topic) for topic in bag.topics],
        'chosen': asdict(topics),
    }


def intrinsics(camera: Camera) -> dict[str, Any]:
    """The intrinsics of a camera by name; lengths in px."""
    names = ('frame_id', 'width', 'height', 'fx', 'fy', 'cx', 'cy', 'distortion_model')
    return {name: getattr(camera, name) for name in names} | {'distortion': camera.distortion}

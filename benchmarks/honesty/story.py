"""A stream and the goals that are asked on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.honesty import shots
from benchmarks.honesty.scenes import Scene
from benchmarks.honesty.shots import Fault
from realvlg_ros.simulation.world import World


@dataclass(frozen=True, eq=False)
class Moment:
    """What is there, and the fault of the camera, for as long as it lasts."""

    world: World
    fault: Fault = shots.none


@dataclass(frozen=True)
class Ask:
    """A goal: index of the frame that is grounded, and of the one in which that is answered."""

    start: int
    grounded: int
    faulty: bool


@dataclass(frozen=True, eq=False)
class Story:
    """A stream and the goals that are asked on it.

    Attributes:
        kind: of the fault.
        scene: as it begins.
        moments: one after the other.
        timeline: index into moments of each frame; the last one goes on.
        asks: goals in the order of their frames.
        tf: whether the camera's pose in the world is known.
    """

    kind: str
    scene: Scene
    moments: Sequence[Moment]
    timeline: Sequence[int]
    asks: Sequence[Ask]
    tf: bool

    def moment(self, index: int) -> Moment:
        """What is there in a frame."""
        return self.moments[self.timeline[min(index, len(self.timeline) - 1)]]

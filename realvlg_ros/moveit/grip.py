"""Whether a gripper holds the object: by its width and effort, and by what the camera saw."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from ..arrays import FloatArray

# An object that has made less than this share of the retreat has stayed, and one that has made
# more than the other, without more to the side than is left over, has moved along. Chosen: a box
# of a partly seen object shifts by a fifth of the retreat at most.
_STAYED_SHARE = 0.3
_MOVED_SHARE = 0.7


class Evidence(Enum):
    """What one witness says of the object in the gripper."""

    HELD = 'held'
    MISSED = 'missed'
    GONE = 'gone from its old place'
    UNKNOWN = 'unknown'


@dataclass(frozen=True)
class Finding:
    """What one witness says, and why.

    Attributes:
        evidence: what it says.
        words: why.
        alone: whether it needs no other witness.
    """

    evidence: Evidence
    words: str
    alone: bool = True


@dataclass(frozen=True)
class GripReading:
    """A gripper after it has closed.

    Attributes:
        opening: distance of the contact faces, m; None where it does not tell.
        effort: what it holds with, N; None where it does not tell.
    """

    opening: float | None = None
    effort: float | None = None


@dataclass(frozen=True)
class GripLimits:
    """How a reading is judged.

    Attributes:
        closed: opening of the gripper closed on nothing, m.
        closed_tolerance: up to so much above that, it counts as closed, m.
        width_tolerance: the opening differs from the object's width by at most this, m.
        min_effort: less effort than this, N, is that of no object; 0: any effort will do.
    """

    closed: float = 0.0
    closed_tolerance: float = 0.0015
    width_tolerance: float = 0.01
    min_effort: float = 0.0


def judge_reading(reading: GripReading, width: float, limits: GripLimits) -> Finding:
    """What a reading after closing says.

    Args:
        reading: of the gripper.
        width: of the object between the contacts, m.
        limits: how it is judged.
    """
    if reading.effort is not None and abs(reading.effort) < limits.min_effort:
        return Finding(
            Evidence.MISSED,
            f'the gripper holds with {abs(reading.effort):.1f} N, and min_effort is '
            f'{limits.min_effort:g} N',
        )
    if reading.opening is None:
        return Finding(Evidence.UNKNOWN, 'the gripper does not tell its opening')
    words = (
        f'the gripper stopped at {1000 * reading.opening:.1f} mm and the object is '
        f'{1000 * width:.1f} mm wide'
    )
    floor = limits.closed + limits.closed_tolerance
    if reading.opening <= floor:
        if width > floor:
            return Finding(Evidence.MISSED, f'it closed on nothing: {words}')
        return Finding(Evidence.UNKNOWN, f'the object is too thin to be felt: {words}')
    if abs(reading.opening - width) > limits.width_tolerance:
        return Finding(Evidence.MISSED, f'it holds something else, or nothing: {words}')
    return Finding(Evidence.HELD, words)


@dataclass(frozen=True)
class Sighting:
    """Where the tracker has the object.

    Attributes:
        position: centre of its box (3,), m, or that of its best grasp; None where it has neither.
        seen: it is seen now, and not predicted or lost.
        frame_id: frame of the position.
        frame_moves: the frame may move with the robot, such as that of a camera.
        what: what the position is of.
        half_axes: (3, 3) rows from the centre of the box to the middles of its faces, m; None
            where the position is not of a box.
    """

    position: FloatArray | None
    seen: bool
    frame_id: str
    frame_moves: bool = False
    what: str = 'box'
    half_axes: FloatArray | None = None

    def front(self, direction: FloatArray) -> float:
        """How far its foremost part is along a direction (3,), m."""
        assert self.position is not None
        reach = 0.0 if self.half_axes is None else np.abs(self.half_axes @ direction).sum()
        return float(self.position @ direction + reach)


def judge_sighting(before: Sighting, after: Sighting | None, way: FloatArray) -> Finding:
    """What the tracker says of the object after a retreat.

    Args:
        before: where it was before the approach.
        after: where it is after the retreat; None when no image has come since.
        way: of the retreat (3,), m, in the frame of both.
    """
    if after is None:
        return Finding(Evidence.UNKNOWN, 'no target has come since the retreat')
    if before.frame_moves or after.frame_moves or before.frame_id != after.frame_id:
        return Finding(Evidence.UNKNOWN, 'the target is not in a fixed frame')
    if not after.seen:
        return Finding(Evidence.GONE, 'the object is not seen any more, as when the hand hides it')
    if before.position is None or after.position is None or before.what != after.what:
        return Finding(Evidence.UNKNOWN, 'the tracker does not tell where the object is')
    length = float(np.linalg.norm(way))
    # The box of a lifted object still reaches down to the support, where nobody sees that it does
    # not: its centre makes half of the way, and its front all of it.
    along = after.front(way / length) - before.front(way / length)
    moved = after.position - before.position
    aside = float(np.linalg.norm(moved - (moved @ way) * way / length**2))
    words = f'the object moved {1000 * along:.0f} mm along a retreat of {1000 * length:.0f} mm'
    if along < _STAYED_SHARE * length:
        return Finding(Evidence.MISSED, words)
    if along > _MOVED_SHARE * length and aside < (1 - _MOVED_SHARE) * length:
        middle = float(moved @ way) / length
        # A box that only grew is no proof by itself: a hand in its mask does that.
        return Finding(Evidence.HELD, words, alone=middle > _MOVED_SHARE * length)
    return Finding(Evidence.UNKNOWN, f'{words} and {1000 * aside:.0f} mm aside')


def combine(reading: Finding, sighting: Finding) -> Finding:
    """What gripper and tracker say together; a reading of MISSED needs no tracker.

    UNKNOWN also where they contradict each other: the gripper may hold something.
    """
    words = f'{reading.words}; {sighting.words}'
    if reading.evidence == Evidence.HELD:
        sure = sighting.evidence in (Evidence.HELD, Evidence.GONE)
        return Finding(Evidence.HELD if sure else Evidence.UNKNOWN, words)
    if sighting.evidence in (Evidence.HELD, Evidence.MISSED) and sighting.alone:
        return Finding(sighting.evidence, words)
    return Finding(Evidence.UNKNOWN, words)

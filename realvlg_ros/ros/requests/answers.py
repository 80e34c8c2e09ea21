"""Whether a target answers a goal: it came of its grounding, and was checked in its own image."""

from __future__ import annotations

from ...msg import GraspTarget, Grounding
from ..conversions.stamps import stamp_to_ns

# An image is not taken to be older than this, s: its stamp is then of another clock. Chosen: more
# than a goal takes.
_LONGEST_AGE_S = 60.0


def answers(target: GraspTarget, grounding: Grounding) -> bool:
    """Whether a target came of a grounding, or of a later one of the same request.

    One of an earlier grounding says nothing of the scene of now.
    """
    return stamp_to_ns(target.grounded_stamp) >= stamp_to_ns(grounding.header.stamp)


def is_checked(target: GraspTarget) -> bool:
    """Whether its grasps were checked against the scene of the image that it is stamped with."""
    return bool(target.checked_stamp == target.header.stamp)


def checked_words(target: GraspTarget, now_ns: int) -> str:
    """The message of a target, and how old the image is in which its grasps were checked.

    Args:
        target: with grasps.
        now_ns: time of the clock that images are stamped with, ns.
    """
    stamp_ns = stamp_to_ns(target.checked_stamp)
    age = (now_ns - stamp_ns) * 1e-9
    if 0 <= age <= _LONGEST_AGE_S:
        return f'{target.message}; that image was taken {age:.2f} s ago'
    return f'{target.message}; the stamp of that image is {stamp_ns * 1e-9:.3f} s'


def leave_out_below(target: GraspTarget, least: float) -> str:
    """Leave the grasps below a quality out of a target; returns why none is left, if so.

    Args:
        target: with grasps.
        least: the quality, 0 to 1.
    """
    best, count = max(grasp.quality for grasp in target.grasps), len(target.grasps)
    target.grasps = [grasp for grasp in target.grasps if grasp.quality >= least]
    if target.grasps:
        return ''
    return f'the best of {count} grasps has quality {best:.2f}, and min_quality is {least:.2f}'

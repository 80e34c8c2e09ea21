"""Whether a target answers a goal: it came of its grounding, and was checked in its own image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

from .target.target import TargetState

# An image is not taken to be older than this, s: its stamp is then of another clock. Chosen: more
# than a goal takes.
_LONGEST_AGE_S = 60.0
_SEEN = (TargetState.TENTATIVE, TargetState.CONFIRMED)


class Graded(Protocol):
    """A grasp, or its message."""

    @property
    def quality(self) -> float:
        """0 to 1."""
        ...


G = TypeVar('G', bound=Graded)


def came_of(target_grounded_ns: int, grounding_ns: int) -> bool:
    """Whether a target came of a grounding, or of a later one of the same request.

    One of an earlier grounding says nothing of the scene of now.

    Args:
        target_grounded_ns: stamp of the image in which the target was grounded, ns.
        grounding_ns: stamp of the grounding's image, ns.
    """
    return target_grounded_ns >= grounding_ns


def is_ready(target: Any, wait_for_stable: bool) -> bool:
    """Whether a target is seen and has grasps, and is stable where that is asked for.

    Args:
        target: a GraspTarget or its message.
        wait_for_stable: whether it is asked for.
    """
    seen = target.state in _SEEN
    return bool(target.grasps) and seen and bool(target.stable or not wait_for_stable)


def checked_words(message: str, checked_ns: int, now_ns: int) -> str:
    """The message of a target, and how old the image is in which its grasps were checked.

    Args:
        message: of a target with grasps.
        checked_ns: stamp of that image, ns.
        now_ns: time of the clock that images are stamped with, ns.
    """
    age = (now_ns - checked_ns) * 1e-9
    if 0 <= age <= _LONGEST_AGE_S:
        return f'{message}; that image was taken {age:.2f} s ago'
    return f'{message}; the stamp of that image is {checked_ns * 1e-9:.3f} s'


def good_enough(grasps: Sequence[G], least: float) -> tuple[list[G], str]:
    """The grasps of a quality at least, and why there is none, if so.

    Args:
        grasps: one at least.
        least: the quality, 0 to 1.
    """
    best, count = max(grasp.quality for grasp in grasps), len(grasps)
    kept = [grasp for grasp in grasps if grasp.quality >= least]
    if kept:
        return kept, ''
    return [], f'the best of {count} grasps has quality {best:.2f}, and min_quality is {least:.2f}'

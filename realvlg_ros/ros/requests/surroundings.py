"""What a request to plan grasps asks of the node that it runs in."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from ...msg import GraspTarget


def _nothing() -> str:
    return ''


def _as_it_is(target: GraspTarget, frame_id: str) -> GraspTarget:
    return target


def _no_refusal(target: GraspTarget) -> str:
    return ''


def _none(request: object) -> int:
    return 0


@dataclass(frozen=True)
class Surroundings:
    """Questions that a request asks; each is answered at once.

    Attributes:
        missing: which node is missing, and the remedy; empty when none is.
        idle: which node waits for a command and so will not answer, and the command; empty when
            none does.
        now_ns: time of the clock that images are stamped with, ns.
        place: a target in a frame, by its name; raises TransformError while tf does not give it.
        ahead: how many requests are to be answered before this one.
        refusal: why a target must not be relayed, in words; empty where it may.
        sender: full name of the node that publishes the targets; empty where it is not told.
    """

    missing: Callable[[], str] = _nothing
    idle: Callable[[], str] = _nothing
    now_ns: Callable[[], int] = time.time_ns
    place: Callable[[GraspTarget, str], GraspTarget] = _as_it_is
    ahead: Callable[[object], int] = _none
    refusal: Callable[[GraspTarget], str] = _no_refusal
    sender: Callable[[], str] = _nothing

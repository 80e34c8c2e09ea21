"""The stages and the ends of a pick, as Pick.action knows them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Stage(IntEnum):
    """A step; the values are those of Pick.action's feedback."""

    PLANNING = 0
    OPENING = 1
    PRE_GRASP = 2
    RECHECKING = 3
    APPROACHING = 4
    CLOSING = 5
    ATTACHING = 6
    RETREATING = 7
    VERIFYING = 8
    RECOVERING = 9


class Status(IntEnum):
    """How a pick ended; the values are those of Pick.action's result."""

    HELD = 1
    PLANNED = 2
    NOT_VERIFIED = 3
    NO_TARGET = 4
    FAILED = 5
    CANCELED = 6
    TIMED_OUT = 7
    BUSY = 8


@dataclass(frozen=True)
class Outcome:
    """How a pick ended; the attributes are the fields of Pick.action's result."""

    status: Status
    message: str
    plan_status: int = 0
    grasp_index: int = -1
    flipped: bool = False
    tries: int = 0
    replans: int = 0
    recovery_time: float = 0.0

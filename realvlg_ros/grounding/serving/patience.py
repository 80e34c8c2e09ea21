"""Asking a busy server again, with growing pauses, until the time is over."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from ...errors import BusyError, GroundingCanceled, GroundingError

T = TypeVar('T')
# The first pause and the longest, s, of which each is between a half and the whole. Chosen: the
# time of a short answer, and of a few long ones.
_FIRST_S, _LONGEST_S = 0.2, 5.0
# Interval at which the caller is asked whether to go on, s. Chosen: a cancel without noticeable
# delay.
_POLL_S = 0.02


@dataclass
class Patience:
    """The time that is left to ask a server, and the pauses of one robot.

    Attributes:
        until_s: the end, on `clock`, s.
        aborted: whether the caller gives up.
        seed: robots with different ones do not ask again at the same moments.
        clock, sleep: steady, s.
    """

    until_s: float
    aborted: Callable[[], bool]
    seed: str = ''
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _random: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def ask(self, question: Callable[[float], T]) -> T:
        """Put a question until the server takes it.

        Args:
            question: takes the longest wait, s; raises BusyError to be put again.

        Raises:
            GroundingError: no answer within the time, or another failure of the question.
            GroundingCanceled: aborted returned True.
        """
        pause_s = _FIRST_S
        while True:
            left_s = self.until_s - self.clock()
            if left_s <= 0:
                raise GroundingError(
                    'the time for the server (longest_wait) was over before it was asked'
                )
            try:
                return question(left_s)
            except BusyError as error:
                wait_s = max(error.retry_after_s, pause_s * self._random.uniform(0.5, 1.0))
                if self.clock() + wait_s >= self.until_s:
                    raise
                self._wait(wait_s)
                pause_s = min(2 * pause_s, _LONGEST_S)

    def _wait(self, wait_s: float) -> None:
        end_s = self.clock() + wait_s
        while (left_s := end_s - self.clock()) > 0:
            if self.aborted():
                raise GroundingCanceled('the grounding was canceled while the server was busy')
            self.sleep(min(left_s, _POLL_S))

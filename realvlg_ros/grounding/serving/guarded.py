"""A grounder behind a circuit breaker, with another one that answers while it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from ...errors import AnswerError, GroundingError
from ...frame import RgbdFrame
from ...quoting import cut
from ..grounding import Grounder, Grounding, never_aborted
from .breaker import Breaker

# Characters of a failure that an answer repeats. Chosen: two lines of a log.
_REASON_CHARACTERS = 200


class CheckedGrounder(Grounder, Protocol):
    """A grounder whose health can be looked at."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What it cannot do, in words for whoever starts it."""
        ...

    def check_health(self, aborted: Callable[[], bool]) -> None:
        """Look whether it can answer now, in a short time.

        Raises:
            GroundingError: it cannot, and why.
            GroundingCanceled: aborted returned True.
        """
        ...


class GuardedGrounder:
    """Asks one grounder; where it fails, another one answers and says so.

    After several failures in a row the first is left alone for a while, then its health is looked
    at before it is asked again.
    """

    def __init__(self, first: CheckedGrounder, second: Grounder | None, breaker: Breaker) -> None:
        """Take the grounders, neither loaded.

        Args:
            first: the one that should answer.
            second: answers while the first cannot; None for nobody.
            breaker: of the first.
        """
        self.name = first.name
        self.first, self.second = first, second
        self._breaker = breaker
        self._loaded = False

    @property
    def notes(self) -> tuple[str, ...]:
        """What the first grounder cannot do, and that it is absent, in words."""
        absent = '' if self._loaded else self._breaker.reason
        if not absent or self.second is None:
            return self.first.notes
        return (f'{self.second.name} answers until {self.name} does: {cut(absent, 400)}',)

    def load(self) -> None:
        """Load both; without the second, the first must load.

        Raises:
            GroundingError: the first fails and there is no second, or the second fails.
        """
        if self.second is None:
            self._load_first()
            return
        self.second.load()
        try:
            self._load_first()
        except GroundingError as error:
            self._breaker.open_now(str(error))

    def _load_first(self) -> None:
        self.first.load()
        self._loaded = True

    def close(self) -> None:
        """Free both."""
        self._loaded = False
        self.first.close()
        if self.second is not None:
            self.second.close()

    def check_health(self, aborted: Callable[[], bool]) -> None:
        """Look whether the first can answer now.

        Raises:
            GroundingError: it cannot, and why.
            GroundingCanceled: aborted returned True.
        """
        self.first.check_health(aborted)

    def ground(
        self, frame: RgbdFrame, instruction: str, aborted: Callable[[], bool] = never_aborted
    ) -> Grounding:
        """Find what the instruction refers to.

        Args:
            frame: colour and depth.
            instruction: checked by the caller (check_instruction).
            aborted: called while a grounder works; True cancels.

        Raises:
            GroundingCanceled: aborted returned True.
            GroundingError: neither answers.
        """
        try:
            answer = self._ask_first(frame, instruction, aborted)
        except GroundingError as error:
            if self.second is None:
                raise
            reason = cut(str(error), _REASON_CHARACTERS)
            answer = self.second.ground(frame, instruction, aborted)
            said = f'{self.second.name} answers, not {self.name} ({reason})'
            return replace(
                answer,
                message=f'{said}: {answer.message}' if answer.message else said,
                backend=answer.backend or self.second.name,
            )
        return answer

    def _ask_first(
        self, frame: RgbdFrame, instruction: str, aborted: Callable[[], bool]
    ) -> Grounding:
        breaker = self._breaker
        if wait_s := breaker.wait_s():
            raise GroundingError(
                f'{self.name} is left alone for {wait_s:.0f} s more, after: {breaker.reason}'
            )
        try:
            if breaker.open:
                self.first.check_health(aborted)
            if not self._loaded:
                self._load_first()
            answer = self.first.ground(frame, instruction, aborted)
        except AnswerError:
            # The server works; what its model says to this sentence cannot be read.
            breaker.succeed()
            raise
        except GroundingError as error:
            breaker.fail(str(error))
            raise
        breaker.succeed()
        return answer

"""Questions of ambiguous answers that wait for a reply, and what a reply makes of them."""

from __future__ import annotations

import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..arrays import FloatArray
from ..errors import InstructionError
from .grounding import (
    MAX_INSTRUCTION_CHARACTERS,
    Grounding,
    GroundingStatus,
    ObjectCandidate,
    check_instruction,
)
from .language.answering.reply import chosen, is_a_refusal, is_a_yes, joined
from .query import Choice, Query

# Questions that wait at a time; the oldest gives way. Chosen: more than people answer at once.
_MOST_QUESTIONS = 16


@dataclass(frozen=True)
class _Open:
    """A question, what was asked for, and when (s of the steady clock)."""

    query: Query
    candidates: tuple[ObjectCandidate, ...]
    camera2fixed: FloatArray | None
    asked: float


class OpenQuestions:
    """Remembers ambiguous answers by their token; thread safe."""

    def __init__(self, lifetime: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Remember none yet.

        Args:
            lifetime: a question is forgotten after so long, s.
            clock: steady, s.
        """
        self._lifetime = lifetime
        self._clock = clock
        self._lock = threading.Lock()
        self._open: OrderedDict[str, _Open] = OrderedDict()

    def ask(
        self, grounding: Grounding, query: Query, camera2fixed: FloatArray | None = None
    ) -> Grounding:
        """Give an AMBIGUOUS answer a token and remember it; others stay as they are.

        Args:
            grounding: the answer.
            query: what was asked for.
            camera2fixed: 4x4 pose of the camera in the fixed frame, if it is known.
        """
        if grounding.status is not GroundingStatus.AMBIGUOUS:
            return grounding
        token = uuid.uuid4().hex
        with self._lock:
            self._open[token] = _Open(query, grounding.candidates, camera2fixed, self._clock())
            while len(self._open) > _MOST_QUESTIONS:
                self._open.popitem(last=False)
        return replace(grounding, token=token)

    def close(self, token: str) -> None:
        """Forget a question that has been answered."""
        with self._lock:
            self._open.pop(token, None)

    @property
    def newest(self) -> str:
        """Token of the question that was asked last; empty when none waits."""
        with self._lock:
            return next(reversed(self._open), '')

    def reply(self, token: str, words: str, choice: int = 0) -> Query:
        """What is asked for now, with the reply to a question.

        Args:
            token: of the question.
            words: the reply: "the left one", "near the box", "the second", or a whole sentence.
            choice: number of the candidate that is meant, from 1; 0: words say which.

        Raises:
            InstructionError: no such question waits, there is no such candidate, or the words say
                nothing.
        """
        with self._lock:
            found = self._open.get(token)
        if found is None or self._clock() - found.asked > self._lifetime:
            raise InstructionError(
                f'no question with the token {token[:40]!r} waits for an answer (they do so for '
                f'{self._lifetime:g} s): ask the whole sentence again'
            )
        query, candidates = found.query, found.candidates
        if len(words) > MAX_INSTRUCTION_CHARACTERS:
            check_instruction(words)
        choice = choice or _chosen(words, candidates)
        if choice:
            if not 1 <= choice <= len(candidates):
                raise InstructionError(
                    f'candidate {choice} is chosen; the question has {len(candidates)}'
                )
            one = Choice(candidates[choice - 1], candidates, found.camera2fixed)
            return replace(query, choice=one)
        return replace(query, instruction=joined(query.instruction, check_instruction(words)))


def _chosen(words: str, candidates: Sequence[ObjectCandidate]) -> int:
    """Number of the candidate that words name, from 1; 0 where they do not.

    Raises:
        InstructionError: the words reject all of them.
    """
    if is_a_refusal(words):
        raise InstructionError(f'{words!r} leaves no candidate: say what is meant in other words')
    if is_a_yes(words) and len(candidates) == 1:
        return 1
    return chosen(words, [c.description for c in candidates], [c.label for c in candidates])

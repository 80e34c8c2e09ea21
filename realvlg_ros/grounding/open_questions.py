"""Questions of ambiguous answers that wait for a reply, and what a reply makes of them."""

from __future__ import annotations

import re
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..arrays import FloatArray
from ..errors import InstructionError
from .grounding import Grounding, GroundingStatus, ObjectCandidate, check_instruction
from .language.parser import understand
from .language.syntax import NounKind, Thing
from .query import Choice, Query

# Questions that wait at a time; the oldest gives way. Chosen: more than people answer at once.
_MOST_QUESTIONS = 16
_ORDINALS = (
    ('first', '1', 'one'), ('second', '2', 'two'), ('third', '3', 'three'),
    ('fourth', '4', 'four'), ('fifth', '5', 'five'), ('sixth', '6', 'six'),
)  # fmt: skip
_YES = frozenset({'yes', 'yes please', 'yeah', 'yep', 'right', 'correct', 'exactly', 'that one'})
_NO = frozenset({'no', 'nope', 'neither', 'none', 'none of them'})
# What is asked for begins at the first article, else after the verb.
_THING = re.compile(
    r'^(?:.*?\b(?:the|an?|that|this|those|my|your)\s+|'
    r'(?:can you |could you )?(?:pick up|pick|grasp|grab|take|get|give|hand|bring|fetch)\s+'
    r'(?:me |up )?)?(.*)$'
)
_COURTESY = re.compile(r'[,.!? ]*(?:\bplease\b)?[,.!? ]*$')
# Words before a place or a landmark: such a reply follows the noun, others precede it.
_FOLLOWS = re.compile(
    r'^(on|in|at|near|next|behind|beside|left of|right of|to the|in front|under|above|below|'
    r'between|with|closest|nearest to|by|of|from|that|which)\b'
)


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
        choice = choice or _chosen(words, candidates)
        if choice:
            if not 1 <= choice <= len(candidates):
                raise InstructionError(
                    f'candidate {choice} is chosen; the question has {len(candidates)}'
                )
            chosen = Choice(candidates[choice - 1], candidates, found.camera2fixed)
            return replace(query, choice=chosen)
        return replace(query, instruction=joined(query.instruction, check_instruction(words)))


def joined(instruction: str, reply: str) -> str:
    """The sentence that an instruction and the reply to its question make together.

    Args:
        instruction: "pick up the red mug".
        reply: "the left one" gives "the left red mug", "near the box" "red mug near the box"; a
            reply that names a thing is taken as it is.
    """
    said = ' '.join(re.sub(r"[^\w'\- ]+", ' ', reply.lower()).split())
    thing = _THING.sub(r'\1', _COURTESY.sub('', ' '.join(instruction.lower().split())))
    if re.search(r'\bones?\b', said):
        return re.sub(r'\bones?\b', lambda _: thing, said, count=1)
    if _FOLLOWS.match(said):
        return f'the {thing} {said}'
    node = understand(said).thing
    if not isinstance(node, Thing) or node.noun.kind is not NounKind.GENERIC:
        return said
    return f'the {re.sub(r"^(the|a|an) ", "", said)} {thing}'


def _chosen(words: str, candidates: Sequence[ObjectCandidate]) -> int:
    """Number of the candidate that words name, from 1; 0 where they do not.

    Raises:
        InstructionError: the words reject all of them.
    """
    said = ' '.join(re.sub(r'[^\w ]+', ' ', words.lower()).split())
    if said in _NO:
        raise InstructionError(f'{words!r} leaves no candidate: say what is meant in other words')
    if said in _YES and len(candidates) == 1:
        return 1
    bare = re.sub(r'^(the|number|candidate|object) ', '', re.sub(r' (one|candidate)$', '', said))
    for number, names in enumerate(_ORDINALS, 1):
        if bare in names:
            return number
    same = [
        number for number, candidate in enumerate(candidates, 1)
        if bare and bare in (_bare(candidate.description), _bare(candidate.label))
    ]  # fmt: skip
    return same[0] if len(same) == 1 else 0


def _bare(words: str) -> str:
    said = ' '.join(re.sub(r'[^\w ]+', ' ', words.lower()).split())
    return re.sub(r'^(the) ', '', re.sub(r' one$', '', said))

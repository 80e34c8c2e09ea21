"""The answers of a task as a finite automaton over token ids.

A token without an alternative is appended without a forward pass (jump-forward decoding). The
model chooses only digits, signs, decimal points and ends of numbers, among those that can still
lead to a valid answer: inside the image, and for a box x2 > x1 and y2 > y1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..model.text_tokens import TextTokens
from ..prompts import Task, TaskPrompt
from .numbers import NumberRange, PartialNumber

# Degrees in half a turn. From geometry.
_HALF_TURN_DEGREES = 180


@dataclass(frozen=True)
class _State:
    """The complete numbers, and the one being written (None when the answer is complete)."""

    done: tuple[float, ...]
    current: PartialNumber | None


@dataclass(frozen=True)
class _Path:
    """Tokens that lead from one state to the next."""

    tokens: tuple[int, ...]
    state: _State


@dataclass(frozen=True)
class Branch:
    """One token that may be chosen.

    Attributes:
        token: its id.
        low, high: range of the values that the number being written can still take after it.
    """

    token: int
    low: float
    high: float


@dataclass(frozen=True)
class Choice:
    """A position in the answer where more than one token is allowed.

    Attributes:
        field: index of the number being written.
        branches: the allowed tokens, at least two.
    """

    field: int
    branches: tuple[Branch, ...]


class AnswerGrammar:
    """The answers that a task's form and the size of its coordinate frame allow."""

    def __init__(self, prompt: TaskPrompt, tokens: TextTokens, width: int, height: int) -> None:
        """Encode the fixed text of the answer.

        Args:
            prompt: the form of the answer.
            tokens: the tokenizer of the checkpoint.
            width: largest x of the answer's frame, in its own units.
            height: its largest y.
        """
        self._task = prompt.task
        self._tokens = tokens
        self._size = width, height
        self._decimals = prompt.decimals
        self.opening = prompt.literals[0]
        inner = prompt.literals[1:-1]
        self._between = [tokens.between('0', text, '0') for text in inner]
        self._between_minus = [tokens.between('0', f'{text}-', '0') for text in inner]
        self._closing = tuple(tokens.encode('0' + prompt.literals[-1])[1:])
        self._point = tokens.between('0', '.', '0')

    def start(self) -> AnswerWriter:
        """A writer at the first number, after the opening literal."""
        return AnswerWriter(self, _State((), PartialNumber(self.number_range(()))))

    def number_range(self, done: tuple[float, ...]) -> NumberRange:
        """The allowed range of the next number, given those before it."""
        width, height = self._size
        index, decimals = len(done), self._decimals
        if self._task is Task.BOX:
            least = 0 if index < 2 else int(done[index - 2]) + 1
            most = (width, height)[index % 2] - (1 if index < 2 else 0)
            return NumberRange(least, most, decimals)
        if self._task is Task.CONTACT:
            apart = index == 3 and done[0] == done[2]
            excluded = int(done[1]) if apart else None
            # A frame one unit wide has no room for two points: coordinate 1 is allowed there.
            most = max((width, height)[index % 2] - 1, 1)
            return NumberRange(0, most, decimals, excluded=excluded)
        if index == 2:
            return NumberRange(0, _HALF_TURN_DEGREES, decimals, signed=True)
        if index == 3:
            return NumberRange(1, max(1, round((width**2 + height**2) ** 0.5)), decimals)
        return NumberRange(0, (width, height)[index] - 1, decimals)

    def paths(self, state: _State) -> Iterator[_Path]:
        """Every transition from a state."""
        number = state.current
        if number is None:
            return
        for digit, token in enumerate(self._tokens.digits):
            longer = number.with_digit(digit)
            if longer is not None:
                yield _Path((token,), _State(state.done, longer))
        if number.may_point:
            for digit, token in enumerate(self._tokens.digits):
                state_after = _State(state.done, number.with_fraction(digit))
                yield _Path((*self._point, token), state_after)
        if number.complete:
            yield from self._ends(state.done, number)

    def _ends(self, before: tuple[float, ...], number: PartialNumber) -> Iterator[_Path]:
        done = (*before, number.value)
        if len(done) == len(self._task.fields):
            yield _Path(self._closing, _State(done, None))
            return
        following = self.number_range(done)
        index = len(done) - 1
        yield _Path(self._between[index], _State(done, PartialNumber(following)))
        if following.signed:
            yield _Path(self._between_minus[index], _State(done, PartialNumber(following, -1)))


class AnswerWriter:
    """Writes one answer, token by token."""

    def __init__(self, grammar: AnswerGrammar, state: _State) -> None:
        self._grammar = grammar
        self._paths = list(grammar.paths(state))
        self._final: _State | None = None

    @property
    def done(self) -> bool:
        """Whether the answer is complete."""
        return self._final is not None

    @property
    def values(self) -> tuple[float, ...]:
        """The numbers of a complete answer."""
        return self._final.done if self._final is not None else ()

    def forced(self) -> list[int]:
        """Append the tokens that have no alternative; none at a choice and at the end."""
        taken: list[int] = []
        while not self.done:
            following = {path.tokens[0] for path in self._paths}
            if len(following) != 1:
                break
            token = following.pop()
            self.choose(token)
            taken.append(token)
        return taken

    def choice(self) -> Choice:
        """The allowed tokens, where there is more than one."""
        # Where every transition ends this number, the choice (a sign) belongs to the next one.
        field = min(len(path.state.done) for path in self._paths)
        branches = []
        for token in sorted({path.tokens[0] for path in self._paths}):
            states = [path.state for path in self._paths if path.tokens[0] == token]
            ranges = [_reach(state, field) for state in states]
            branches.append(Branch(token, min(r[0] for r in ranges), max(r[1] for r in ranges)))
        return Choice(field, tuple(branches))

    def choose(self, token: int) -> None:
        """Append one of the allowed tokens."""
        paths: list[_Path] = []
        for path in self._paths:
            if path.tokens[0] != token:
                continue
            if len(path.tokens) > 1:
                paths.append(_Path(path.tokens[1:], path.state))
            elif path.state.current is None:
                self._final = path.state
            else:
                paths += self._grammar.paths(path.state)
        self._paths = paths


def _reach(state: _State, field: int) -> tuple[float, float]:
    """Range of the values that a number can take on the way to a state."""
    if len(state.done) > field or state.current is None:
        return state.done[field], state.done[field]
    reach = state.current.interval()
    return reach if reach is not None else (0.0, 0.0)

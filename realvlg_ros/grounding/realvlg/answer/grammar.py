"""The answers of a task as a finite automaton over token ids.

A token without an alternative is appended without a forward pass (jump-forward decoding). The
model chooses only digits, signs, decimal points and ends of numbers, among those that can still
lead to a valid answer: inside the image, and for a box x2 > x1 and y2 > y1. Where an answer may
hold several things, or none, it also chooses whether another one follows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..model.text_tokens import TextTokens
from ..prompts import Task, TaskPrompt
from .numbers import NumberRange, PartialNumber

# Degrees in half a turn. From geometry.
_HALF_TURN_DEGREES = 180
# Things of one answer. Chosen: more than are told apart; it bounds the time of an answer.
MOST_THINGS = 16


@dataclass(frozen=True)
class _State:
    """The complete numbers, and the one being written (None when the answer is complete)."""

    done: tuple[float, ...]
    current: PartialNumber | None


_END = _State((), None)


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
        field: index of the number being written; None where it is chosen whether a thing follows.
        branches: the allowed tokens, at least two.
    """

    field: int | None
    branches: tuple[Branch, ...]


class AnswerGrammar:
    """The answers that a task's form and the size of its coordinate frame allow."""

    def __init__(
        self, prompt: TaskPrompt, tokens: TextTokens, width: int, height: int, words: str = ''
    ) -> None:
        """Encode the fixed text of the answer.

        Args:
            prompt: the form of the answer.
            tokens: the tokenizer of the checkpoint.
            width: largest x of the answer's frame, in its own units.
            height: its largest y.
            words: what is asked about, for the labels of an answer.
        """
        self._prompt = prompt
        self._task = prompt.task
        self._tokens = tokens
        self._size = width, height
        self._decimals = prompt.decimals
        self._form = form = prompt.form.about(words)
        self._between = [tokens.between('0', text, '0') for text in form.inner]
        self._between_minus = [tokens.between('0', f'{text}-', '0') for text in form.inner]
        self._joint = tokens.between('0', form.joint, '0') if form.joint else ()
        self._closing = tuple(tokens.encode('0' + form.closing)[1:])
        self.label = words if self._form != prompt.form else ''
        self._point = tokens.between('0', '.', '0')

    @property
    def fields(self) -> int:
        """Numbers of one thing."""
        return len(self._form.fields)

    def start(self, before: str = '') -> AnswerWriter:
        """A writer at the beginning of the answer.

        Args:
            before: fixed text that stands before it.
        """
        text = before + self._form.opening
        first = _State((), PartialNumber(self.number_range(())))
        paths = [_Path(self._tokens.between('', text, '0'), first)]
        if self._form.none:
            paths.append(_Path(tuple(self._tokens.encode(before + self._form.none)), _END))
        return AnswerWriter(self, paths)

    def things(self, done: tuple[float, ...]) -> tuple[tuple[float, ...], ...]:
        """The numbers of each thing, in the order of the task's fields."""
        count = len(self._form.fields)
        return tuple(
            self._prompt.in_order(done[start : start + count])
            for start in range(0, len(done), count)
        )

    def number_range(self, done: tuple[float, ...]) -> NumberRange:
        """The allowed range of the next number, given those before it."""
        place = len(done) % len(self._form.fields)
        thing, name = done[len(done) - place :], self._form.fields[place]
        decimals = self._decimals
        if name == 'theta':
            return NumberRange(0, _HALF_TURN_DEGREES, decimals, signed=True)
        if name == 'width':
            diagonal = round((self._size[0] ** 2 + self._size[1] ** 2) ** 0.5)
            return NumberRange(1, max(1, diagonal), decimals)
        side = self._size[0 if name.startswith('x') else 1]
        if self._task.is_box:
            least = int(thing[place - 2]) + 1 if place >= 2 else 0
            return NumberRange(least, side if place >= 2 else side - 1, decimals)
        # A frame one unit wide has no room for two points: coordinate 1 is allowed there.
        most = side - 1 if self._task is Task.GRASP else max(side - 1, 1)
        apart = self._task is Task.CONTACT and place == 3 and thing[0] == thing[2]
        return NumberRange(0, most, decimals, excluded=int(thing[1]) if apart else None)

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
        place = len(done) % len(self._form.fields)
        if place == 0:
            yield _Path(self._closing, _State(done, None))
            if not self._joint or len(done) == MOST_THINGS * len(self._form.fields):
                return
            yield _Path(self._joint, _State(done, PartialNumber(self.number_range(done))))
            return
        following = self.number_range(done)
        yield _Path(self._between[place - 1], _State(done, PartialNumber(following)))
        if following.signed:
            minus = self._between_minus[place - 1]
            yield _Path(minus, _State(done, PartialNumber(following, -1)))


class AnswerWriter:
    """Writes one answer, token by token."""

    def __init__(self, grammar: AnswerGrammar, paths: list[_Path]) -> None:
        self._grammar = grammar
        self._paths = paths
        self._final: _State | None = None

    @property
    def done(self) -> bool:
        """Whether the answer is complete."""
        return self._final is not None

    @property
    def things(self) -> tuple[tuple[float, ...], ...]:
        """The numbers of each thing of a complete answer, in the order of the task's fields."""
        return self._grammar.things(self._final.done) if self._final is not None else ()

    @property
    def fields(self) -> int:
        """Numbers of one thing."""
        return self._grammar.fields

    @property
    def label(self) -> str:
        """What the things are called in the answer."""
        return self._grammar.label

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
        if all(len(p.state.done) == field for p in self._paths) and any(
            path.state.current is None for path in self._paths
        ):
            tokens = sorted({path.tokens[0] for path in self._paths})
            return Choice(None, tuple(Branch(token, 0.0, 0.0) for token in tokens))
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

"""The question of one task, and the form of its answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ....errors import ParameterError
from ....quoting import quoted
from .answer_form import AnswerForm
from .slot import SLOT, Slot, escape
from .task import Task

ORDERS = ('xy', 'yx')


@dataclass(frozen=True)
class TaskPrompt:
    """The question of one task and the form of its answer.

    Attributes:
        task: what is asked for.
        question: one user turn, with {desc} where the words of the instruction go.
        answer: fixed text with one field for each number, or with {items}.
        separator: between the end of a thought and the answer.
        decimals: digits after the point that a number may have.
        item: one of the things of an answer with {items}.
        between: text between two of them.
        none: the whole answer where there is no such thing; empty where there is no such form.
        slot: which words of the instruction go into the question.
        order: xy, or yx where y is written before x.
    """

    task: Task
    question: str
    answer: str
    separator: str = '\n'
    decimals: int = 0
    item: str = ''
    between: str = ''
    none: str = ''
    slot: Slot = Slot.PHRASE
    order: str = 'xy'

    def __post_init__(self) -> None:
        if self.question.count(SLOT) != 1:
            raise ParameterError(
                f'the question of task {self.task.value} must hold {SLOT} once: '
                f'{quoted(self.question)}'
            )
        if self.order not in ORDERS:
            raise ParameterError(f'order is {quoted(self.order)}; expected one of xy, yx')
        expected = tuple(self.task.fields[i] for i in self._written)
        if self.form.fields != expected:
            raise ParameterError(
                f'the answer of task {self.task.value} must hold {expected} in this '
                f'order: {quoted(self.item or self.answer)}'
            )
        if not 0 <= self.decimals <= 3:
            raise ParameterError(f'decimals of {self.task.value} is {self.decimals}, not 0 to 3')

    @cached_property
    def form(self) -> AnswerForm:
        """The answer's fixed text and numbers."""
        return AnswerForm.of(self.answer, self.item, self.between, self.none)

    @property
    def _written(self) -> tuple[int, ...]:
        """Places of the task's numbers in the order in which they are written."""
        count = len(self.task.fields)
        if self.order == 'xy' or self.task is Task.GRASP:
            return tuple(range(count))
        return tuple(i ^ 1 for i in range(count))

    def in_order(self, written: Sequence[float]) -> tuple[float, ...]:
        """Numbers of one thing as they were written, in the order of the task's fields.

        The other way round it is the same.
        """
        return tuple(float(written[i]) for i in self._written)

    def ask(self, words: str) -> str:
        """The question about some words, which stay inside their slot."""
        return self.question.replace(SLOT, escape(words))

    def words_in(self, question: str) -> str | None:
        """The words that a question asks about; None where it is the one of another task."""
        before, _, after = self.question.partition(SLOT)
        if not (question.startswith(before) and question[len(before) :].endswith(after)):
            return None
        return question[len(before) : len(question) - len(after)]

    def write(self, values: Sequence[float], words: str) -> str:
        """The answer with the numbers of one thing, in as few digits as the prompt has decimals.

        Args:
            values: in the order of the task's fields.
            words: what was asked about, for the labels of an answer.
        """
        numbers = [_number(value, self.decimals) for value in self.in_order(values)]
        return self.form.about(words).write(numbers)


def _number(value: float, decimals: int) -> str:
    # Adding zero makes 0 of -0, which no answer has.
    text = f'{round(value, decimals) + 0.0:.{decimals}f}'
    return text.rstrip('0').rstrip('.') if decimals else text

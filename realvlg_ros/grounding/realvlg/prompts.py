"""Prompts of a family of checkpoints, read from config/prompts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from ...boundary import Boundary
from ...documents import read_yaml
from ...errors import ParameterError
from ...fields import Fields
from ...quoting import quoted
from ...resources import config_file
from .coordinates import Convention

_SLOT = '{desc}'
_FIELD = re.compile(r'\{(x1|y1|x2|y2|x|y|theta|width)\}')
_CORNERS = ('x1', 'y1', 'x2', 'y2')
# Characters that could end the slot or begin a tag or special token, each with a look-alike.
_ESCAPES = str.maketrans({'<': '‹', '>': '›', '"': "'", '“': "'", '”': "'", '„': "'", '`': "'"})


class Task(Enum):
    """What a checkpoint can be asked for; a mask comes from the box."""

    BOX = 'box'
    GRASP = 'grasp'
    CONTACT = 'contact'

    @property
    def fields(self) -> tuple[str, ...]:
        """The numbers of an answer, in the order of the published format."""
        return ('x', 'y', 'theta', 'width') if self is Task.GRASP else _CORNERS


@dataclass(frozen=True)
class TaskPrompt:
    """The question of one task and the form of its answer.

    Attributes:
        task: what is asked for.
        question: one user turn, with {desc} where the instruction goes.
        answer: fixed text with one field for each number.
        separator: between the end of a thought and the answer.
        decimals: digits after the point that a number may have.
    """

    task: Task
    question: str
    answer: str
    separator: str = '\n'
    decimals: int = 0

    def __post_init__(self) -> None:
        if self.question.count(_SLOT) != 1:
            raise ParameterError(
                f'the question of task {self.task.value} must hold {_SLOT} once: '
                f'{quoted(self.question)}'
            )
        if tuple(_FIELD.findall(self.answer)) != self.task.fields:
            raise ParameterError(
                f'the answer of task {self.task.value} must hold {self.task.fields} in this '
                f'order: {quoted(self.answer)}'
            )
        if not all(self.literals[1:]):
            raise ParameterError(f'numbers must have fixed text after them: {quoted(self.answer)}')
        if not 0 <= self.decimals <= 3:
            raise ParameterError(f'decimals of {self.task.value} is {self.decimals}, not 0 to 3')

    @property
    def literals(self) -> tuple[str, ...]:
        """The fixed text before each number and after the last (5,)."""
        return tuple(_FIELD.sub('\0', self.answer).split('\0'))

    @property
    def asked(self) -> tuple[str, str]:
        """The fixed text of the question before the instruction and after it."""
        before, _, after = self.question.partition(_SLOT)
        return before, after

    def ask(self, instruction: str) -> str:
        """The question about an instruction, which stays inside its slot."""
        return self.question.replace(_SLOT, escape(instruction))

    def write(self, values: Sequence[float]) -> str:
        """The answer with these four numbers, each in as few digits as the prompt has decimals."""
        numbers = [_number(value, self.decimals) for value in values]
        return ''.join(map(''.join, zip(self.literals, [*numbers, ''], strict=True)))


@dataclass(frozen=True)
class Probe:
    """A yes/no question whether the object is in the image at all."""

    question: str
    yes_words: tuple[str, ...]
    no_words: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.question.count(_SLOT) != 1 or not self.yes_words or not self.no_words:
            raise ParameterError(
                f'a probe needs a question with {_SLOT} once, yes_words and no_words; '
                f'got {quoted(self.question)}'
            )

    def ask(self, instruction: str) -> str:
        """The question about an instruction, which stays inside its slot."""
        return self.question.replace(_SLOT, escape(instruction))


@dataclass(frozen=True)
class PromptSet:
    """All prompts of a family of checkpoints.

    Attributes:
        name: of the file.
        system: system turn; empty for none.
        coordinates: convention of the checkpoints' answers.
        tasks: prompts by task.
        think_open, think_close: tags of a thought; empty where the model has none.
        direct: text put before the answer when the model does not think.
        probe: yes/no question, or None.
    """

    name: str
    system: str
    coordinates: Convention
    tasks: Mapping[Task, TaskPrompt]
    think_open: str = ''
    think_close: str = ''
    direct: str = ''
    probe: Probe | None = field(default=None)

    @property
    def can_think(self) -> bool:
        """Whether the checkpoints were trained to think before they answer."""
        return bool(self.think_open and self.think_close)

    def task(self, task: Task) -> TaskPrompt:
        """The prompt of a task.

        Raises:
            ParameterError: this set has none.
        """
        if task not in self.tasks:
            known = ', '.join(t.value for t in self.tasks)
            raise ParameterError(
                f'prompts {quoted(self.name)} have no task {quoted(task.value)}; use {known}'
            )
        return self.tasks[task]

    @classmethod
    def from_yaml(cls, path: Path) -> PromptSet:
        """Read a file of config/prompts.

        Raises:
            ParameterError: the file is missing, or a key is missing, unknown or invalid.
        """
        boundary = Boundary(f'prompt file {path}', ParameterError)
        values = Fields(read_yaml(path, boundary), boundary)
        values.check_keys(
            ('system', 'coordinates', 'tasks'), ('think_open', 'think_close', 'direct', 'probe')
        )
        tasks = values.block('tasks')
        with boundary.guard():
            return cls(
                path.stem,
                values.text('system'),
                Convention(values.text('coordinates')),
                {Task(key): _task(Task(key), tasks.block(key)) for key in tasks},
                values.text('think_open') if 'think_open' in values else '',
                values.text('think_close') if 'think_close' in values else '',
                values.text('direct') if 'direct' in values else '',
                probe=_probe(values.block('probe')) if 'probe' in values else None,
            )  # fmt: skip


def _task(task: Task, values: Fields) -> TaskPrompt:
    values.check_keys(('question', 'answer'), ('separator', 'decimals'))
    return TaskPrompt(
        task,
        values.text('question'),
        values.text('answer'),
        values.text('separator') if 'separator' in values else '\n',
        int(values.number('decimals', 0, 3)) if 'decimals' in values else 0,
    )


def _probe(values: Fields) -> Probe:
    values.check_keys(('question', 'yes_words', 'no_words'))
    return Probe(values.text('question'), values.texts('yes_words'), values.texts('no_words'))


def _number(value: float, decimals: int) -> str:
    # Adding zero makes 0 of -0, which no answer has.
    text = f'{round(value, decimals) + 0.0:.{decimals}f}'
    return text.rstrip('0').rstrip('.') if decimals else text


def escape(instruction: str) -> str:
    """The instruction without characters that could end its slot or begin a tag.

    Quotation marks become apostrophes, angle brackets single guillemets, and control and format
    characters (line breaks, zero-width and bidirectional marks) are dropped.
    """
    kept = (c if unicodedata.category(c)[0] != 'C' else ' ' for c in instruction)
    return ' '.join(''.join(kept).translate(_ESCAPES).split())


def find_prompts(name: str) -> Path:
    """The file of a prompt set, given by its path or by its name in config/prompts.

    Raises:
        ParameterError: there is none.
    """
    return config_file(name if name.endswith('.yaml') else f'prompts/{name}.yaml')

"""Prompts of a family of checkpoints, read from config/prompts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ....boundary import Boundary
from ....documents import read_yaml
from ....errors import ParameterError
from ....fields import Fields
from ....quoting import quoted
from ....resources import config_file
from ..coordinates import Convention
from .slot import SLOT, Slot, escape
from .task import Task
from .task_prompt import TaskPrompt

_TASK_TEXTS = ('separator', 'item', 'between', 'none')
_SET_TEXTS = ('think_open', 'think_close', 'direct', 'thinking_switch', 'thinking_prompt')


@dataclass(frozen=True)
class Probe:
    """A yes/no question whether the object is in the image at all."""

    question: str
    yes_words: tuple[str, ...]
    no_words: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.question.count(SLOT) != 1 or not self.yes_words or not self.no_words:
            raise ParameterError(
                f'a probe needs a question with {SLOT} once, yes_words and no_words; '
                f'got {quoted(self.question)}'
            )

    def ask(self, words: str) -> str:
        """The question about some words, which stay inside their slot."""
        return self.question.replace(SLOT, escape(words))


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
        thinking_switch: argument of the chat template that turns thinking on and off; empty where
            it has none.
        thinking_prompt: what follows the question where the model is to think.
        request: further fields of a request to a server, such as what it may not leave out.
    """

    name: str
    system: str
    coordinates: Convention
    tasks: Mapping[Task, TaskPrompt]
    think_open: str = ''
    think_close: str = ''
    direct: str = ''
    probe: Probe | None = field(default=None)
    thinking_switch: str = ''
    thinking_prompt: str = ''
    request: Mapping[str, Any] = field(default_factory=dict)

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

    def locating(self, name: str = '') -> Task:
        """The task by which things are located.

        Args:
            name: of the task; empty for the first that the prompts have.

        Raises:
            ParameterError: this set has none.
        """
        if name:
            return self.task(Task(name)).task
        first = next((task for task in self.tasks if task.locates), None)
        if first is None:
            raise ParameterError(
                f'prompts {quoted(self.name)} have no task box, boxes or point to locate with'
            )
        return first

    def ask(self, task: Task, words: str, thinking: bool = False) -> str:
        """The question of a task about some words.

        Args:
            task: what is asked for.
            words: what goes into the slot.
            thinking: whether the model is to think first.

        Raises:
            ParameterError: this set has no such task.
        """
        return self.task(task).ask(words) + (self.thinking_prompt if thinking else '')

    def asked(self, question: str, tasks: Iterable[Task]) -> tuple[Task, str] | None:
        """What a question asks for, and about which words; None for none of some tasks.

        Where the fixed text of several tasks fits, the longest counts.

        Args:
            question: as `ask` writes it.
            tasks: that it may be of.
        """
        plain = question.removesuffix(self.thinking_prompt)
        read = [(task, self.task(task).words_in(plain)) for task in tasks]
        found = [(task, words) for task, words in read if words is not None]
        return min(found, key=lambda each: len(each[1]), default=None)

    def template_arguments(self, thinking: bool) -> dict[str, bool]:
        """Arguments of the chat template on a server; none where it knows no thinking."""
        return {self.thinking_switch: thinking} if self.thinking_switch else {}

    @classmethod
    def from_yaml(cls, path: Path) -> PromptSet:
        """Read a file of config/prompts.

        Raises:
            ParameterError: the file is missing, or a key is missing, unknown or invalid.
        """
        boundary = Boundary(f'prompt file {path}', ParameterError)
        values = Fields(read_yaml(path, boundary), boundary)
        values.check_keys(
            ('system', 'coordinates', 'tasks'), (*_SET_TEXTS, 'order', 'probe', 'request')
        )
        tasks = values.block('tasks')
        with boundary.guard():
            order = values.text('order') if 'order' in values else 'xy'
            return cls(
                path.stem,
                values.text('system'),
                Convention(values.text('coordinates')),
                {Task(key): _task(Task(key), tasks.block(key), order) for key in tasks},
                probe=_probe(values.block('probe')) if 'probe' in values else None,
                request=dict(values.block('request').values) if 'request' in values else {},
                **{key: values.text(key) for key in _SET_TEXTS if key in values},
            )


def _task(task: Task, values: Fields, order: str) -> TaskPrompt:
    values.check_keys(('question', 'answer'), (*_TASK_TEXTS, 'decimals', 'slot'))
    return TaskPrompt(
        task,
        values.text('question'),
        values.text('answer'),
        decimals=int(values.number('decimals', 0, 3)) if 'decimals' in values else 0,
        slot=Slot(values.text('slot')) if 'slot' in values else Slot.PHRASE,
        order=order,
        **{key: values.text(key) for key in _TASK_TEXTS if key in values},
    )


def _probe(values: Fields) -> Probe:
    values.check_keys(('question', 'yes_words', 'no_words'))
    return Probe(values.text('question'), values.texts('yes_words'), values.texts('no_words'))


def find_prompts(name: str) -> Path:
    """The file of a prompt set, given by its path or by its name in config/prompts.

    Raises:
        ParameterError: there is none.
    """
    return config_file(name if name.endswith('.yaml') else f'prompts/{name}.yaml')

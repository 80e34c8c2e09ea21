"""Answers as text: the regular expression for guided decoding, and the ranges of numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from ..prompts import PromptSet, Task, TaskPrompt
from ..prompts.answer_form import LABEL
from .numbers import NumberRange

# The longest thought that the expression allows. Chosen: several times the usual length.
_MAX_THOUGHT_CHARACTERS = 4000
# Characters of a label, and things after the first of an answer, that the expression allows.
# Chosen: a phrase; more things than a table holds.
_MAX_LABEL, _MAX_MORE = 200, 31
# The words of a label. From JSON and tags, whose text they may not end.
_ANY_LABEL = rf'[^"\\<>]{{0,{_MAX_LABEL}}}'
# What a literal is made of: tags, words and single signs, between which spaces may stand. Chosen:
# as models vary them.
_PIECE = re.compile(r'<[^<>]*>|\w+|[^\w\s]')


def answer_expression(prompts: PromptSet, task: Task, thinking: bool) -> str:
    """A regular expression of the whole reply, in the subset that guided decoders know.

    Args:
        prompts: of the checkpoint.
        task: what is asked for.
        thinking: whether the reply may begin with a thought.

    Raises:
        ParameterError: the prompts have no such task.
    """
    return _reply(prompts, task, thinking, _EXACT)


def reply_form(prompts: PromptSet, task: Task, thinking: bool) -> re.Pattern[str]:
    """The form of a whole reply whose white space is single spaces, which may be left out.

    Args:
        prompts: of the checkpoint.
        task: what is asked for.
        thinking: whether a thought must stand before the answer, or none may.

    Raises:
        ParameterError: the prompts have no such task.
    """
    return re.compile(_reply(prompts, task, thinking, _LOOSE), re.DOTALL)


def number_ranges(task: Task, width: int, height: int) -> tuple[NumberRange, ...]:
    """The allowed range of each number of a task, regardless of the other numbers.

    Args:
        task: what is asked for.
        width: largest x of the answer's frame, in its own units.
        height: its largest y.
    """
    if task is Task.GRASP:
        diagonal = max(1, round((width**2 + height**2) ** 0.5))
        return (
            NumberRange(0, width - 1), NumberRange(0, height - 1),
            NumberRange(0, 360, signed=True), NumberRange(1, diagonal),
        )  # fmt: skip
    sides = (width, height) * (len(task.fields) // 2)
    return tuple(NumberRange(0, side) for side in sides)


@dataclass(frozen=True)
class _Spelling:
    """How closely a reply must follow its form.

    Attributes:
        literal: the expression of a fixed text.
        thought: the expression of a thought.
    """

    literal: Callable[[str], str]
    thought: str


def _reply(prompts: PromptSet, task: Task, thinking: bool, spelling: _Spelling) -> str:
    """The expression of a whole reply."""
    prompt, literal = prompts.task(task), spelling.literal
    answer = _answer(prompt, literal)
    if not thinking or not prompts.can_think:
        return literal(prompts.direct) + answer
    tags = literal(prompts.think_open), literal(prompts.think_close)
    return tags[0] + spelling.thought + tags[1] + literal(prompt.separator) + answer


def _answer(prompt: TaskPrompt, literal: Callable[[str], str]) -> str:
    """The expression of the answer itself: one thing, several, or none."""
    form, numbers = prompt.form, _numbers(prompt)
    thing = numbers[0] + ''.join(
        literal(text) + number for text, number in zip(form.inner, numbers[1:], strict=True)
    )
    more = f'({literal(form.joint)}{thing}){{0,{_MAX_MORE}}}' if form.joint else ''
    answer = literal(form.opening) + thing + more + literal(form.closing)
    return f'({answer}|{literal(form.none)})' if form.none else answer


def _numbers(prompt: TaskPrompt) -> list[str]:
    """The expression of each number of a thing, in the order in which they are written."""
    fraction = rf'(\.[0-9]{{1,{prompt.decimals}}})?' if prompt.decimals else ''
    return [
        ('-?' if name == 'theta' else '') + r'[0-9]{1,4}' + fraction for name in prompt.form.fields
    ]


def _exact(text: str) -> str:
    """Fixed text; a label in it may be any words."""
    return _ANY_LABEL.join(map(_escaped, text.split(LABEL)))


def _loose(text: str) -> str:
    """Fixed text with or without spaces about its pieces."""
    return ' ?' + _ANY_LABEL.join(
        ''.join(f'{re.escape(piece)} ?' for piece in _PIECE.findall(part))
        for part in text.split(LABEL)
    )


def _escaped(text: str) -> str:
    text = re.sub(r'([\\.^$*+?{}\[\]|()])', r'\\\1', text)
    return text.replace('\n', r'\n').replace('\t', r'\t')


_EXACT = _Spelling(_exact, rf'[^<]{{0,{_MAX_THOUGHT_CHARACTERS}}}')
_LOOSE = _Spelling(_loose, '.*?')

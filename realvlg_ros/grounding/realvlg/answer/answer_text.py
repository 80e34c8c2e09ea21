"""Answers as text: the regular expression for guided decoding, and the ranges of numbers."""

from __future__ import annotations

import re

from ..prompts import PromptSet, Task, TaskPrompt
from ..prompts.answer_form import LABEL
from .numbers import NumberRange

# The longest thought that the expression allows. Chosen: several times the usual length.
_MAX_THOUGHT_CHARACTERS = 4000
# Characters of a label, and things after the first of an answer, that the expression allows.
# Chosen: a phrase; more things than a table holds.
_MAX_LABEL, _MAX_MORE = 200, 31


def answer_expression(prompts: PromptSet, task: Task, thinking: bool) -> str:
    """A regular expression of the whole reply, in the subset that guided decoders know.

    Args:
        prompts: of the checkpoint.
        task: what is asked for.
        thinking: whether the reply may begin with a thought.

    Raises:
        ParameterError: the prompts have no such task.
    """
    prompt = prompts.task(task)
    answer = _answer(prompt)
    if not thinking or not prompts.can_think:
        return _literal(prompts.direct) + answer
    thought = rf'[^<]{{0,{_MAX_THOUGHT_CHARACTERS}}}'
    tags = _literal(prompts.think_open), _literal(prompts.think_close)
    return tags[0] + thought + tags[1] + _literal(prompt.separator) + answer


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


def _answer(prompt: TaskPrompt) -> str:
    """The expression of the answer itself: one thing, several, or none."""
    form, numbers = prompt.form, _numbers(prompt)
    thing = numbers[0] + ''.join(
        _literal(text) + number for text, number in zip(form.inner, numbers[1:], strict=True)
    )
    more = f'({_literal(form.joint)}{thing}){{0,{_MAX_MORE}}}' if form.joint else ''
    answer = _literal(form.opening) + thing + more + _literal(form.closing)
    return f'({answer}|{_literal(form.none)})' if form.none else answer


def _numbers(prompt: TaskPrompt) -> list[str]:
    """The expression of each number of a thing, in the order in which they are written."""
    fraction = rf'(\.[0-9]{{1,{prompt.decimals}}})?' if prompt.decimals else ''
    return [
        ('-?' if name == 'theta' else '') + r'[0-9]{1,4}' + fraction for name in prompt.form.fields
    ]


def _literal(text: str) -> str:
    """Fixed text; a label in it may be any words."""
    parts = [
        re.sub(r'([\\.^$*+?{}\[\]|()])', r'\\\1', part)
        .replace('\n', r'\n').replace('\t', r'\t')
        for part in text.split(LABEL)
    ]  # fmt: skip
    return rf'[^"\\<>]{{0,{_MAX_LABEL}}}'.join(parts)

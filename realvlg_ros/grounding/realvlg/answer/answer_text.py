"""Answers as text: the regular expression for guided decoding, and the parser of replies."""

from __future__ import annotations

import re

from ....errors import GroundingError
from ....quoting import quoted
from ..prompts import PromptSet, Task, TaskPrompt
from .numbers import NumberRange

# The longest thought that the expression allows. Chosen: several times the usual length.
_MAX_THOUGHT_CHARACTERS = 4000
# Digits of a number before and after its point. Chosen: those of a float.
_MAX_DIGITS = 17
_NUMBER = rf'-?[0-9]{{1,{_MAX_DIGITS}}}(?:\.[0-9]{{1,{_MAX_DIGITS}}})?'
# What a literal is made of: tags, words and single signs, between which spaces may stand.
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
    prompt = prompts.task(task)
    answer = ''.join(
        _literal(text) + number
        for text, number in zip(prompt.literals, [*_numbers(prompt), ''], strict=True)
    )
    if not thinking or not prompts.can_think:
        return _literal(prompts.direct) + answer
    thought = rf'[^<]{{0,{_MAX_THOUGHT_CHARACTERS}}}'
    tags = _literal(prompts.think_open), _literal(prompts.think_close)
    return tags[0] + thought + tags[1] + _literal(prompt.separator) + answer


def parse_answer(
    text: str, prompt: TaskPrompt, ranges: tuple[NumberRange, ...]
) -> tuple[float, ...]:
    """The numbers of a reply; text before the answer is ignored, the last of several counts.

    Args:
        text: the reply.
        prompt: what was asked.
        ranges: allowed range of each number, in the order of the answer.

    Raises:
        GroundingError: the reply holds no answer, or one outside its range.
    """
    # With one space at most in a row, and numbers that end, the search takes time in proportion.
    text = ' '.join(text.split())
    pattern = rf' ?({_NUMBER}) ?'.join([*map(_loose, prompt.literals[:-1]), ''])
    found = list(re.finditer(pattern, text))
    if not found:
        raise GroundingError(f'the reply {quoted(text[-80:])} holds no {prompt.task.value} answer')
    values = tuple(float(v) for v in found[-1].groups())
    for name, value, allowed in zip(prompt.task.fields, values, ranges, strict=True):
        least = -allowed.high if allowed.signed else allowed.low
        if not least <= value <= allowed.high:
            raise GroundingError(
                f'the reply has {name} = {value:g}, outside {least} to {allowed.high}'
            )
    if prompt.task is Task.BOX and not (values[0] < values[2] and values[1] < values[3]):
        raise GroundingError(f'the reply has the box {values}, which is empty')
    if prompt.task is Task.CONTACT and values[:2] == values[2:]:
        raise GroundingError(f'the reply has both contacts at {values[:2]}')
    return values


def reply_form(prompts: PromptSet, task: Task, thinking: bool) -> re.Pattern[str]:
    """The form of a whole reply whose white space is single spaces, which may be left out.

    Args:
        prompts: of the checkpoint.
        task: what is asked for.
        thinking: whether a thought must stand before the answer, or none may.

    Raises:
        ParameterError: the prompts have no such task.
    """
    answer = rf' ?{_NUMBER} ?'.join(map(_loose, prompts.task(task).literals))
    if thinking and prompts.can_think:
        opening = f'{_loose(prompts.think_open)}.*?{_loose(prompts.think_close)}'
    else:
        opening = _loose(prompts.direct)
    return re.compile(f'{opening} ?{answer}', re.DOTALL)


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
    return tuple(NumberRange(0, side) for side in (width, height, width, height))


def _numbers(prompt: TaskPrompt) -> list[str]:
    fraction = rf'(\.[0-9]{{1,{prompt.decimals}}})?' if prompt.decimals else ''
    return [
        ('-?' if name == 'theta' else '') + r'[0-9]{1,4}' + fraction for name in prompt.task.fields
    ]


def _loose(literal: str) -> str:
    return ' ?'.join(map(re.escape, _PIECE.findall(literal)))


def _literal(text: str) -> str:
    escaped = re.sub(r'([\\.^$*+?{}\[\]|()])', r'\\\1', text)
    return escaped.replace('\n', r'\n').replace('\t', r'\t')

"""Reads the reply of a model, whatever the form that its family answers in.

Thoughts, tags around the answer and fences are taken off; what is left is read as JSON, as tags
or as tuples, whichever it is. The order and the unit of the numbers come from the prompts, never
from the reply. A reply in which one thing cannot be read is refused as a whole: what is left of it
would be taken for all that there is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .....errors import AnswerError
from .....quoting import quoted
from ...prompts import Task, TaskPrompt
from ..numbers import NumberRange
from .item import MOST_ITEMS, Item, Reply
from .json_items import json_items
from .tag_items import tag_items
from .tuple_items import tuple_items

# How models say that there is no such thing, beside what their prompts name.
_NONE = ('[]', '{}', 'null', 'None', '<box>none</box>', 'There are none.')
_FENCE = re.compile(r'```[a-z]{0,12}\n?')
_THINK_OPEN, _THINK_CLOSE = '<think>', '</think>'
_ANSWER_OPEN, _ANSWER_CLOSE = '<answer>', '</answer>'


def read_reply(text: str, prompt: TaskPrompt, ranges: Sequence[NumberRange]) -> Reply:
    """What a reply says.

    Args:
        text: the reply.
        prompt: what was asked, which says in which order numbers are written.
        ranges: allowed range of each number of a thing, in the order of the task's fields.

    Raises:
        AnswerError: it holds no answer, one of another form, or numbers outside their ranges.
    """
    words = _answer_of(text)
    if words in _NONE or (prompt.none and words == _unfenced(prompt.none)):
        return Reply((), words)
    count = len(prompt.task.fields)
    found: list[Item] | None = None
    for read in (json_items, tag_items, tuple_items):
        found = read(words, count)
        if found is not None:
            break
    if found is None:
        raise AnswerError(f'the reply {quoted(text[-80:])} holds no {prompt.task.value} answer')
    if len(found) > MOST_ITEMS:
        raise AnswerError(f'the reply names {len(found)} things, more than {MOST_ITEMS}')
    items = [Item(prompt.in_order(item.values), item.label) for item in found]
    for item in items:
        check_values(item.values, prompt.task, ranges)
    if not prompt.task.locates:
        # Of several grasps the last counts: those before it are thoughts.
        items = items[-1:]
    return Reply(tuple(items), words)


def check_values(values: Sequence[float], task: Task, ranges: Sequence[NumberRange]) -> None:
    """Refuse numbers that are outside their ranges, or boxes and contact pairs without extent.

    Args:
        values: of one thing, in the order of the task's fields.
        task: what was asked for.
        ranges: allowed range of each number.

    Raises:
        AnswerError: a number outside its range, an empty box, or two contacts in one place.
    """
    for name, value, allowed in zip(task.fields, values, ranges, strict=True):
        least = -allowed.high if allowed.signed else allowed.low
        if not least <= value <= allowed.high:
            raise AnswerError(
                f'the reply has {name} = {value:g}, outside {least} to {allowed.high}; do the '
                'prompts and coordinates belong to the model?'
            )
    if task.is_box and not (values[0] < values[2] and values[1] < values[3]):
        raise AnswerError(f'the reply has the box {tuple(values)}, which is empty')
    if task is Task.CONTACT and tuple(values[:2]) == tuple(values[2:]):
        raise AnswerError(f'the reply has both contacts at {tuple(values[:2])}')


def _answer_of(text: str) -> str:
    """The answer without a thought, tags around it, and a fence.

    Raises:
        AnswerError: a thought that does not end.
    """
    if _THINK_CLOSE in text:
        text = text.rpartition(_THINK_CLOSE)[2]
    elif _THINK_OPEN in text:
        raise AnswerError(
            f'the reply is a thought that does not end, {quoted(text[-60:])}; raise max_tokens, '
            'or turn thinking off'
        )
    if _ANSWER_OPEN in text:
        text = text.rpartition(_ANSWER_OPEN)[2].partition(_ANSWER_CLOSE)[0]
    return _unfenced(text)


def _unfenced(text: str) -> str:
    """What stands in fences, also in one that is not closed; the whole without any."""
    parts = _FENCE.split(text)
    inside = parts[1::2] if len(parts) > 1 else parts
    return '\n'.join(inside).strip()

"""Answers in tags: points of Molmo, and boxes of special tokens."""

from __future__ import annotations

import re

from .....errors import AnswerError
from .....quoting import quoted
from .item import Item

# Characters of a number. Chosen: those of a float.
_NUMBER = r'-?[0-9]{1,17}(?:\.[0-9]{1,17})?'
_POINTS = re.compile(r'<points?\s([^<>]{0,20000})>([^<>]{0,200})')
_COORDS = re.compile(r'\bcoords="([^"]*)"')
_ATTRIBUTE = re.compile(rf'\b([xy])([0-9]{{0,3}})="\s*({_NUMBER})\s*"')
_ALT = re.compile(r'\balt="([^"]*)"')
_BOXES = re.compile(r'<ref>([^<>]{0,200})</ref>|<box>([^a-z]{0,200}|none)</box>')
_TOKEN = re.compile(rf'<({_NUMBER})>')
_ONE_PICTURE = re.compile(r'1(?: [0-9]{1,4}){3,}')


def tag_items(text: str, count: int) -> list[Item] | None:
    """The things of an answer in tags; None where the text has no such tag.

    Args:
        text: the answer.
        count: numbers of one thing.

    Raises:
        AnswerError: a tag that holds something else.
    """
    if '<box>' in text:
        return _boxes(text, count)
    found = [item for match in _POINTS.finditer(text) for item in _points(*match.groups())]
    if not found and ('<points' in text or '<point ' in text):
        raise AnswerError(f'the reply has a tag of points that cannot be read: {quoted(text)}')
    return _of_count(found, count) if found else None


def _points(attributes: str, label: str) -> list[Item]:
    """The points of one tag: with coords (picture, then number, x, y of each), or with x and y."""
    if coords := _COORDS.search(attributes):
        numbers = ' '.join(coords[1].split())
        values = numbers.split(' ')[1:]
        if not _ONE_PICTURE.fullmatch(numbers) or len(values) % 3:
            raise AnswerError(
                f'the reply has coords = {quoted(coords[1])}; expected 1, then number, x and y of '
                'each point'
            )
        pairs = [(float(values[i + 1]), float(values[i + 2])) for i in range(0, len(values), 3)]
    else:
        alt = _ALT.search(attributes)
        label = alt[1] if alt else label
        named = {(axis, number): float(value) for axis, number, value in
                 _ATTRIBUTE.findall(attributes)}  # fmt: skip
        numbers_of_x = [number for axis, number in named if axis == 'x']
        if len(named) != 2 * len(numbers_of_x):
            raise AnswerError(f'the reply has a point without x or y: {quoted(attributes)}')
        try:
            pairs = [(named['x', number], named['y', number]) for number in numbers_of_x]
        except KeyError as error:
            raise AnswerError(
                f'the reply has a point without x or y: {quoted(attributes)}'
            ) from error
    return [Item(pair, label.strip()) for pair in pairs]


def _boxes(text: str, count: int) -> list[Item]:
    items, label, matched = [], '', 0
    for match in _BOXES.finditer(text):
        if match[1] is not None:
            label = match[1].strip()
            continue
        matched += 1
        if match[2] == 'none':
            continue
        values = tuple(float(number) for number in _TOKEN.findall(match[2]))
        if not values or _TOKEN.sub('', match[2]).strip():
            raise AnswerError(f'the reply has a box that cannot be read: {quoted(match[0])}')
        items.append(Item(values, label))
    if matched != text.count('<box>'):
        raise AnswerError(f'the reply has a box that does not end: {quoted(text[-80:])}')
    return _of_count(items, count)


def _of_count(items: list[Item], count: int) -> list[Item]:
    for item in items:
        if len(item.values) != count:
            raise AnswerError(
                f'the reply has {len(item.values)} numbers of a thing: {item.values}; expected '
                f'{count}'
            )
    return items

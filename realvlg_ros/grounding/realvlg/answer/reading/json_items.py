"""Answers as JSON: a list of objects with their boxes or points, one of them, or bare numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .....boundary import Boundary
from .....documents import Size, parse_json
from .....errors import AnswerError, RealvlgError
from .....fields import is_number
from .....limits import MAX_ANSWER_CHARACTERS
from .....quoting import quoted
from .item import Item

# Keys of the numbers of one thing, by how many numbers they are. From the cards of the models.
_KEYS = {4: ('bbox_2d', 'box_2d', 'bbox'), 2: ('point_2d', 'point')}
_EVERY_KEY = tuple(key for keys in _KEYS.values() for key in keys)
# Values and levels that are read, and brackets that may turn out to be of words before an answer.
# Chosen: several times those of the longest answers; a sentence holds few brackets.
_SIZE = Size(MAX_ANSWER_CHARACTERS, 4000, 12)
_MOST_OF_WORDS = 8
_WHERE = Boundary('the JSON of the reply', AnswerError)
_TRAILING_COMMA = re.compile(r',(\s*[\]}])')
_OPENING = re.compile(r'[\[{]')
# What follows the bracket of a value, and not that of a remark in words.
_OF_A_VALUE = re.compile(r'.\s*["\'\[\]{}0-9.-]', re.DOTALL)
_QUOTES_AND_BRACKETS = re.compile(r'["\[\]{}]|\\.')


def json_items(text: str, count: int) -> list[Item] | None:
    """The things that a JSON answer names; None where the text holds no JSON.

    Args:
        text: the answer.
        count: numbers of one thing.

    Raises:
        AnswerError: it names things without the numbers that were asked for, or breaks off.
    """
    items: list[Item] = []
    position, of_words, none = 0, 0, False
    while of_words < _MOST_OF_WORDS and (opening := _OPENING.search(text, position)):
        start = opening.start()
        end = _closing(text, start)
        if end is None and _OF_A_VALUE.match(text, start):
            raise AnswerError(
                f'the JSON of the reply breaks off at {quoted(text[-40:])}; raise max_tokens'
            )
        position = start + 1 if end is None else end
        value = None if end is None else _value_or_words(text[start:end])
        found = list(_things(value, count))
        items += found
        # That there is none is said by the whole answer, not by a bracket in it.
        none = none or (end is not None and text[start:end] == text and _says_none(value))
        of_words += not found
    return items if items or none else None


def _value_or_words(text: str) -> Any:
    """The value of a text in brackets; None for words that name no thing.

    Raises:
        AnswerError: it names things and is no JSON.
    """
    try:
        return _value(text)
    except RealvlgError:
        if any(key in text for key in _EVERY_KEY):
            raise
        return None


def _closing(text: str, start: int) -> int | None:
    """Past the bracket that closes the one at the start; None where none does."""
    depth, inside = 0, False
    for match in _QUOTES_AND_BRACKETS.finditer(text, start):
        mark = match[0]
        if mark == '"':
            inside = not inside
        elif not inside and len(mark) == 1:
            depth += 1 if mark in '[{' else -1
            if depth == 0:
                return match.end()
    return None


def _value(text: str) -> Any:
    """The value of a JSON text, with apostrophes for quotation marks and commas at ends."""
    try:
        return parse_json(text, _WHERE, _SIZE)
    except AnswerError:
        mended = text if '"' in text else text.replace("'", '"')
        return parse_json(_TRAILING_COMMA.sub(r'\1', mended), _WHERE, _SIZE)


def _says_none(value: Any) -> bool:
    """Whether a value without things says so: an empty list or object, or an empty box."""
    if isinstance(value, dict):
        held = [value[key] for key in _EVERY_KEY if key in value]
        return not value or (bool(held) and all(each in ([], None) for each in held))
    return value == []


def _things(value: Any, count: int) -> Iterator[Item]:
    """The things of a value: bare numbers, objects with a known key, and lists of either."""
    if isinstance(value, list):
        if len(value) == count and all(map(is_number, value)):
            yield Item(tuple(float(number) for number in value))
            return
        for each in value:
            yield from _things(each, count)
    elif isinstance(value, dict):
        key = next((key for key in _KEYS.get(count, ()) if key in value), None)
        if key is not None:
            yield from _named(value, key, count)
        elif any(key in value for key in _EVERY_KEY):
            raise AnswerError(
                f'the reply has {quoted(value)}; expected one of {", ".join(_KEYS.get(count, ()))}'
            )
        else:
            inner = [each for each in value.values() if isinstance(each, list | dict)]
            if value and not inner:
                raise AnswerError(f'the reply names {quoted(value)} without saying where it is')
            for each in inner:
                yield from _things(each, count)


def _named(value: dict[str, Any], key: str, count: int) -> Iterator[Item]:
    """The thing of an object that holds a key; none where nothing stands there."""
    held, label = value[key], value.get('label', '')
    if held is None or held == []:
        return
    if isinstance(held, list) and all(isinstance(each, list) for each in held):
        held = [number for each in held for number in each]
    if not isinstance(held, list) or len(held) != count or not all(map(is_number, held)):
        raise AnswerError(f'the reply has {key} = {quoted(held)}; expected {count} numbers')
    yield Item(tuple(float(number) for number in held), label if isinstance(label, str) else '')

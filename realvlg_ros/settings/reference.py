"""Tables of settings in Markdown."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

from .declaration import Setting, Settings, Value, block_of, brief, declared_by

_EMPTY = '""'


def sections(owners: Iterable[tuple[str, type[Settings]]], *, run_time: bool) -> Iterator[str]:
    """A table for each dataclass and block; one for what several owners inherit.

    Args:
        owners: name and dataclass of each node or backend.
        run_time: whether to add a column that says what a running node accepts.
    """
    users: dict[type[Settings], list[str]] = {}
    for owner, cls in owners:
        for base in reversed(cls.__mro__):
            if issubclass(base, Settings) and _own_fields(base):
                users.setdefault(base, []).append(owner)
    for cls, names in users.items():
        title = f'### {", ".join(names)}'
        yield from _sections(cls, _own_fields(cls), title, '', run_time)


def _sections(
    cls: type[Settings], items: Iterable[Any], title: str, prefix: str, run_time: bool
) -> Iterator[str]:
    settings, blocks = [], []
    for item in items:
        declared = declared_by(item, prefix)
        if declared is None:
            blocks.append(item)
        else:
            settings.append(declared)
    if settings:
        words = (inspect.getdoc(cls) or '').partition('\n\n')[0]
        yield '\n'.join([title, '', words, '', *_table(settings, run_time), ''])
    for item in blocks:
        block, name = block_of(item), f'{prefix}{item.name}.'
        heading = f'#{title}: {item.name}' if not prefix else f'{title}.{item.name}'
        yield from _sections(block, fields(block), heading, name, run_time)  # type: ignore[arg-type]


def _table(settings: Iterable[Setting], run_time: bool) -> Iterator[str]:
    head = ['name', 'default', 'range', 'unit', 'what it does', *['at run time'] * run_time]
    yield _row(head)
    yield _row(['---'] * len(head))
    for item in settings:
        words = item.words
        if item.former:
            words += f' Formerly {", ".join(f"`{name}`" for name in item.former)}.'
        cells = [f'`{item.name}`', f'`{_default(item.default)}`', _range(item), item.unit, words]
        yield _row([*cells, *[_at_run_time(item)] * run_time])


def _at_run_time(item: Setting) -> str:
    return 'yes' if item.dynamic else 'at start' if item.source or item.fixed else 'no'


def _range(item: Setting) -> str:
    if item.choices:
        return ', '.join(f'`{choice or _EMPTY}`' for choice in item.choices)
    if item.is_number:
        return f'{brief(item.low)} to {brief(item.high)}'
    return '`true`, `false`' if isinstance(item.default, bool) else 'any text'


def _default(value: Value) -> str:
    """A default as YAML, in few digits."""
    if isinstance(value, str):
        return value or _EMPTY
    if isinstance(value, tuple):
        return f'[{", ".join(map(_default, value))}]'
    return json.dumps(float(f'{value:g}') if isinstance(value, float) else value)


def _row(cells: Iterable[str]) -> str:
    return '| ' + ' | '.join(cell.replace('|', r'\|') for cell in cells) + ' |'


def _own_fields(cls: type[Settings]) -> list[Any]:
    """The fields that a dataclass adds to those of its bases."""
    own = cls.__dict__.get('__annotations__', {})
    return [item for item in fields(cls) if item.name in own] if own else []  # type: ignore[arg-type]

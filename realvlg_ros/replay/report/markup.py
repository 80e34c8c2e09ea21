"""HTML whose text is escaped unless it is markup of ours."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterable, Sequence
from typing import Any

from ..runs.json_fields import clean

# Elements without an end tag. From the HTML standard.
_VOID = ('img', 'input', 'meta', 'br', 'hr')


class Html(str):
    """Markup; any other text is escaped where it is put into an element."""


Child = str | None


def tag(name: str, /, *children: Child, **attributes: str | int | float | bool | None) -> Html:
    """An element.

    Args:
        name: of the element.
        children: markup, or texts that are escaped; None is left out.
        attributes: `class_` is class, `data_x` is data-x; True stands alone, False and None are
            left out.
    """
    given = ''.join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Html(f'<{name}{given}>')
    return Html(f'<{name}{given}>{join(children)}</{name}>')


def join(children: Iterable[Child]) -> Html:
    """One after another."""
    return Html(''.join(_escaped(child) for child in children if child is not None))


def said(text: str) -> Html:
    """Words from outside: they cannot turn the direction of the text around them."""
    return tag('bdi', text)


def table(
    head: Sequence[Child], rows: Iterable[Sequence[Child]], caption: str, numbers: bool = False
) -> Html:
    """A table; the first cell of a row names it.

    Args:
        head: names of the columns.
        rows: of cells.
        caption: what it shows.
        numbers: cells but the first are numbers and end at the right.
    """
    kind = 'number' if numbers else None
    body = [
        tag(
            'tr',
            tag('th', row[0], scope='row'),
            *(tag('td', cell, class_=kind) for cell in row[1:]),
        )
        for row in rows
    ]
    top = [
        tag('th', cell, scope='col', class_=kind if index else None)
        for index, cell in enumerate(head)
    ]
    whole = tag(
        'table',
        tag('caption', caption),
        tag('thead', tag('tr', *top)),
        tag('tbody', *body),
    )
    return tag('div', whole, class_='wide', tabindex=0, role='region', aria_label=caption)


def data_address(data: bytes, kind: str) -> str:
    """The address that holds a picture itself; the kind is jpeg, png or webp."""
    return f'data:image/{kind};base64,{base64.b64encode(data).decode("ascii")}'


def fold(title: Child, *children: Child, open_: bool = False) -> Html:
    """A part that can be opened and closed."""
    return tag('details', tag('summary', title), *children, open=open_)


def script_json(name: str, value: Any) -> Html:
    """Data for the page's script; no text in it can end the element."""
    words = json.dumps(value, separators=(',', ':'), allow_nan=False)
    for character in '<>&':
        words = words.replace(character, f'\\u{ord(character):04x}')
    return Html(f'<script type="application/json" id="{name}">{words}</script>')


def _attribute(key: str, value: str | int | float | bool | None) -> str:
    name = key.rstrip('_').replace('_', '-')
    if value is None or value is False:
        return ''
    if value is True:
        return f' {name}'
    return f' {name}="{_escaped(str(value))}"'


def _escaped(text: str) -> str:
    if isinstance(text, Html):
        return text
    visible = ''.join(c if c in '\n\t' or c >= ' ' else '\ufffd' for c in clean(text))
    return html.escape(visible)

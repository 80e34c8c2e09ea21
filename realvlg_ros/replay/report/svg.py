"""Curves as pictures that need no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .markup import Child, Html, tag

# Size of a chart, px, and its margins: left, right, top, bottom. Chosen: two beside each other
# fit a page, one a phone.
_WIDTH, _HEIGHT = 400, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 14, 12, 44
_TEXT_PX = 12


@dataclass(frozen=True)
class Point:
    """A point of a curve.

    Attributes:
        name: of its place along the axis.
        value: 0 to 1.
        low, high: the interval of the value.
    """

    name: str
    value: float
    low: float
    high: float


def share_curve(
    points: Sequence[Point], axis: str, bands: Sequence[tuple[float, float, str]] = ()
) -> Html:
    """A curve of shares with their intervals, at places that are equally far from each other.

    Args:
        points: in order.
        axis: what is along it.
        bands: from and to which value something else lies, and its name.
    """
    marks: list[Child] = [*_frame(), *_bands(bands)]
    places = [_x(k, len(points)) for k in range(len(points))]
    for place, point in zip(places, points, strict=True):
        marks.append(_text(point.name, place, _HEIGHT - 26, 'middle'))
        marks.append(
            tag('line', x1=place, x2=place, y1=_y(point.low), y2=_y(point.high), class_='s0',
                stroke_width=2)
        )  # fmt: skip
        marks.append(tag('circle', cx=place, cy=_y(point.value), r=4, class_='alone s0'))
    line = ' '.join(f'{x},{_y(p.value)}' for x, p in zip(places, points, strict=True))
    marks.append(tag('polyline', points=line, class_='line s0'))
    marks.append(_text(axis, (_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 8, 'middle'))
    said = ', '.join(f'{p.name}: {p.value:.0%}' for p in points)
    return tag(
        'svg', *marks, viewBox=f'0 0 {_WIDTH} {_HEIGHT}', width=_WIDTH, height=_HEIGHT,
        role='img', aria_label=f'{axis}: {said}',
    )  # fmt: skip


def _frame() -> list[Child]:
    marks: list[Child] = []
    for value in (0.0, 0.25, 0.5, 0.75, 1.0):
        y = _y(value)
        marks.append(
            tag('g', tag('line', x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y), class_='axis')
        )
        marks.append(_text(f'{value:.0%}', _LEFT - 6, y + 4, 'end'))
    return marks


def _bands(bands: Sequence[tuple[float, float, str]]) -> list[Child]:
    marks: list[Child] = []
    for low, high, name in bands:
        height = round(_y(low) - _y(high), 1)
        marks.append(
            tag('rect', x=_LEFT, y=_y(high), width=_WIDTH - _RIGHT - _LEFT, height=height,
                fill='#b3261e', fill_opacity=0.25)
        )  # fmt: skip
        marks.append(_text(name, _WIDTH - _RIGHT, _y(high) - 4, 'end'))
    return marks


def _text(words: str, x: float, y: float, anchor: str) -> Html:
    return tag('text', words, x=x, y=y, text_anchor=anchor, font_size=_TEXT_PX)


def _x(index: int, count: int) -> float:
    room = _WIDTH - _LEFT - _RIGHT
    return round(_LEFT + room * (index + 0.5) / max(count, 1), 1)


def _y(value: float) -> float:
    share = min(max(value, 0.0), 1.0)
    return round(_HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM), 1)

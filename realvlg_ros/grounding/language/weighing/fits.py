"""How well the size, form, posture and colours of a thing fit what a word says of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..vocabulary.shapes import shapes
from .seen import Seen, attribute

# Share of its longest side that a thing shows at least, and one that the image's border cuts off.
# Chosen: a fifth is hidden at most; more than half may be outside.
_HIDDEN = 0.8
_CUT_OFF = 0.4
# A thing that shows a colour on this share is of that colour. Chosen: prints and lids take the
# rest.
_WELL_SHOWN = 0.55


def shape_fit(name: str, item: Seen, colored: bool) -> tuple[float, str]:
    """Fit of a thing's size and form to a class, and what contradicts it.

    Args:
        name: of the class.
        item: the thing.
        colored: whether the colours of the class count; who says a colour knows better.
    """
    shape = shapes()[name]
    # What is hidden or cut off makes a thing look smaller, never larger.
    lowest = shape.size[0] * (_CUT_OFF if item.cut_off else _HIDDEN)
    fit = _within(item.size, lowest, shape.size[1] * 1.15)
    reason = f'its size of {item.size * 100:.0f} cm is not that of a {name}'
    low, high = shape.slenderness
    slender = _within(item.slenderness, low, high, 0.15)
    flatness = item.height / max(item.length, 0.005)
    flat = _within(flatness, shape.flatness[0] / 1.3, shape.flatness[1] * 1.3)
    if not item.cut_off and min(slender, flat) < fit:
        fit, reason = min(slender, flat), f'its form is not that of a {name}'
    height = _within(item.height, shape.height[0] / 1.3, shape.height[1])
    if height < fit:
        fit, reason = height, f'its height of {item.height * 100:.0f} cm is not that of a {name}'
    thickness = _within(item.thickness, 0.0, shape.thickness)
    if thickness < fit:
        side = f'{item.thickness * 100:.0f} cm'
        fit, reason = thickness, f'its shortest side of {side} is not that of a {name}'
    if shape.colors and colored:
        color = color_fit(max(item.shows(color) for color in shape.colors))
        if color < fit:
            fit, reason = color, f'a {name} is not {item.color_words()}'
    return fit, reason


def is_within(name: str, item: Seen) -> bool:
    """Whether what is seen of a thing lies within all ranges of a class as they stand."""
    shape = shapes()[name]
    ranges = (
        (item.size, shape.size), (item.slenderness, shape.slenderness),
        (item.height / max(item.length, 0.005), shape.flatness), (item.height, shape.height),
        (item.thickness, (0.0, shape.thickness)),
    )  # fmt: skip
    return not item.cut_off and all(low <= value <= high for value, (low, high) in ranges)


def is_too_small_a_part(name: str, item: Seen) -> bool:
    """Whether a thing passes for a class only since the image's border may cut the rest off."""
    return item.cut_off and item.size < shapes()[name].size[0] * _HIDDEN


def colors_fit(names: Sequence[str], item: Seen) -> float:
    """Fit of all the colours said; of several each may be small, but together they must show."""
    shown = [item.shows(name) for name in names]
    if len(shown) == 1:
        return color_fit(shown[0])
    each = min(float(np.clip((share - 0.02) / 0.08, 0, 1)) for share in shown)
    return each * float(np.clip((sum(shown) - 0.2) / 0.3, 0, 1))


def color_fit(shown: float) -> float:
    """Fit of a colour that covers a share of the thing; prints and shadows take the rest."""
    return float(np.clip((shown - 0.1) / 0.45, 0, 1))


def shown(names: Sequence[str], item: Seen) -> float:
    """Share of a thing that shows the colours asked for, 1 where it is well shown."""
    return min(1.0, sum(item.shows(color) for color in names) / _WELL_SHOWN)


def posture_fit(posture: str, item: Seen) -> float | None:
    """Fit of how a thing lies or what form it has, 0 to 1; None where that is not known."""
    upright = item.height / max(item.length, 0.005)
    if posture == 'lying':
        return float(np.clip((1.3 - upright) / 0.5, 0, 1))
    if posture == 'standing':
        return float(np.clip((upright - 0.7) / 0.5, 0, 1))
    if posture == 'round':
        return _within(item.slenderness, 1.0, 1.5)
    if posture == 'colorful':
        return 1.0 if len(item.main_colors) > 1 else 0.1
    if posture == 'colorless':
        return float(sum(item.shows_itself(name) for name in ('black', 'grey', 'white')))
    names = {'open': 'is_open', 'handle': 'has_handle'}
    return attribute(item, names[posture]) if posture in names else None


def lightness(item: Seen) -> float:
    """How light a thing is, 0 to 1; by the names of its colours where it was not measured."""
    measured = attribute(item, 'lightness')
    if measured is not None:
        return measured
    return float(0.5 * (1 - item.shows_itself('black') + item.shows_itself('white')))


def _within(value: float, low: float, high: float, falloff: float = 0.22) -> float:
    """1 inside the range, falling outside to 0.1 at a factor of exp(1.5 falloff)."""
    excess = max(low / max(value, 1e-4), value / high, 1.0)
    return float(np.exp(-((np.log(excess) / falloff) ** 2)))

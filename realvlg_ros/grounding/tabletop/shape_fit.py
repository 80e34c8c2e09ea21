"""How well the size, form, posture and colours of an object fit what a word says of them."""

from __future__ import annotations

import numpy as np

from . import lexicon
from .attributes import SceneObject
from .grammar import Phrase

# Share of its longest side that a thing shows at least, and one that the image's border cuts off.
# Chosen: a fifth is hidden at most; more than half may be outside.
_HIDDEN = 0.8
_CUT_OFF = 0.4


def shape_fit(phrase: Phrase, item: SceneObject) -> tuple[float, str]:
    """Fit of an object's size and form to a class, and what contradicts it."""
    name = phrase.shape
    if not name:
        return 1.0, ''
    shape = lexicon.SHAPES[name]
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
    # A person who says a colour knows better which colour it has.
    if shape.colors and not phrase.colors and not phrase.colorless:
        shown = max(item.shows(color) for color in shape.colors)
        color = color_fit(shown)
        if color < fit:
            fit, reason = color, f'a {name} is not {item.color_words()}'
    return fit, reason


def is_too_small_a_part(shape: str, item: SceneObject) -> bool:
    """Whether an object passes for a class only since the image's border may cut the rest off."""
    return item.cut_off and item.size < lexicon.SHAPES[shape].size[0] * _HIDDEN


def posture_fit(postures: tuple[str, ...], item: SceneObject) -> float:
    """Fit of how an object lies or stands to all of the words for it."""
    fit = 1.0
    for posture in postures:
        upright = item.height / max(item.length, 0.005)
        if posture == 'lying':
            fit = min(fit, float(np.clip((1.3 - upright) / 0.5, 0, 1)))
        elif posture == 'standing':
            fit = min(fit, float(np.clip((upright - 0.7) / 0.5, 0, 1)))
        else:
            fit = min(fit, _within(item.slenderness, 1.0, 1.5))
    return fit


def color_fit(shown: float) -> float:
    """Fit of a colour that covers a share of the object; prints and shadows take the rest."""
    return float(np.clip((shown - 0.1) / 0.45, 0, 1))


def _within(value: float, low: float, high: float, falloff: float = 0.22) -> float:
    """1 inside the range, falling outside to 0.1 at a factor of exp(1.5 falloff)."""
    excess = max(low / max(value, 1e-4), value / high, 1.0)
    return float(np.exp(-((np.log(excess) / falloff) ** 2)))

"""Colour names of pixels, as people use them."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

# The eleven basic colour terms (Berlin & Kay 1969), in the order of every weight vector here.
COLOR_NAMES = (
    'black', 'grey', 'white', 'red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink',
    'brown',
)  # fmt: skip

# How far a surface of one name passes for the other, besides 1 for itself: shading, a colour
# cast and the borders between names move colours this way.
_CONFUSIONS = {
    ('black', 'grey'): 0.3,
    ('grey', 'white'): 0.5,
    ('black', 'blue'): 0.1,
    ('black', 'brown'): 0.15,
    ('red', 'orange'): 0.3,
    ('red', 'pink'): 0.4,
    ('red', 'brown'): 0.35,
    ('orange', 'yellow'): 0.4,
    ('orange', 'brown'): 0.35,
    ('yellow', 'brown'): 0.15,
    ('yellow', 'green'): 0.15,
    ('blue', 'purple'): 0.35,
    ('purple', 'pink'): 0.35,
    ('grey', 'blue'): 0.1,
    ('green', 'blue'): 0.1,
}

# HSV hues (degrees) at which a name is at full weight: from, to; ramps fill the gaps.
_HUES = {
    'red': (-14, 9),
    'orange': (18, 36),
    'yellow': (43, 64),
    'green': (76, 165),
    'blue': (182, 250),
    'purple': (264, 300),
    'pink': (310, 336),
}

_BITS = 5


def name_weights(color: npt.NDArray[np.uint8], white_level: float = 255.0) -> FloatArray:
    """Weight of each colour name (..., 11), summing to 1, of RGB pixels (..., 3).

    Args:
        color: RGB.
        white_level: brightness of a white surface in this light, 0 to 255.
    """
    gain = 255.0 / white_level
    scaled = np.minimum(color.astype(np.float32) * gain, 255).astype(np.int32) >> (8 - _BITS)
    index = (scaled[..., 0] << (2 * _BITS)) | (scaled[..., 1] << _BITS) | scaled[..., 2]
    return _table()[index]


def white_level(color: npt.NDArray[np.uint8]) -> float:
    """Brightness, 100 to 255, that white has in an image (rows, columns, 3) RGB.

    Estimated as the brightest few percent: a dim picture makes white things grey.
    """
    brightest = color[::4, ::4].max(axis=2)
    return float(np.clip(np.percentile(brightest, 97), 100, 255))


def affinity(name: str) -> FloatArray:
    """How far each of the names (11,) passes for the given one."""
    row = np.zeros(len(COLOR_NAMES), np.float32)
    row[COLOR_NAMES.index(name)] = 1
    for (first, second), value in _CONFUSIONS.items():
        if name in (first, second):
            other = second if name == first else first
            row[COLOR_NAMES.index(other)] = value
    return row


@lru_cache(maxsize=1)
def _table() -> FloatArray:
    """Name weights (32768, 11) of RGB quantised to 5 bits a channel."""
    levels = (np.arange(1 << _BITS) * 8 + 4).astype(np.float32) / 255
    grid = np.stack(np.meshgrid(levels, levels, levels, indexing='ij'), axis=-1)
    grid = grid.reshape(1, -1, 3)
    hue = cv2.cvtColor(grid, cv2.COLOR_RGB2HSV)[0, :, 0]
    lab = cv2.cvtColor(grid, cv2.COLOR_RGB2LAB)[0]
    lightness, chroma = lab[:, 0], np.hypot(lab[:, 1], lab[:, 2])
    weights = np.zeros((grid.shape[1], len(COLOR_NAMES)), np.float32)
    # Dark surfaces need less chroma to look coloured than bright ones, very dark ones none.
    colored = _ramp(chroma, 8 + 0.06 * lightness, 16 + 0.12 * lightness)
    colored *= _ramp(lightness, 6, 16)
    _add_neutrals(weights, lightness, 1 - colored)
    _add_hues(weights, hue, lightness, chroma, colored)
    table: FloatArray = weights / weights.sum(axis=1, keepdims=True)
    return table


def _add_neutrals(weights: FloatArray, lightness: FloatArray, share: FloatArray) -> None:
    light = _ramp(lightness, 66, 82)
    dark = 1 - _ramp(lightness, 22, 36)
    for name, part in (('white', light), ('black', dark), ('grey', 1 - light - dark)):
        weights[:, COLOR_NAMES.index(name)] += share * np.clip(part, 0, 1)


def _add_hues(
    weights: FloatArray,
    hue: FloatArray,
    lightness: FloatArray,
    chroma: FloatArray,
    share: FloatArray,
) -> None:
    names = list(_HUES)
    for position, name in enumerate(names):
        start, end = _HUES[name]
        before = _HUES[names[position - 1]][1] - (360 if position == 0 else 0)
        after = _HUES[names[(position + 1) % len(names)]][0]
        after += 360 if position == len(names) - 1 else 0
        turned = np.where(hue - 360 > before, hue - 360, hue)
        part = _ramp(turned, before, start) * (1 - _ramp(turned, end, after))
        weights[:, COLOR_NAMES.index(name)] += share * part
    _move(weights, 'red', 'pink', _ramp(lightness, 55, 68) * (1 - _ramp(chroma, 45, 65)))
    _move(weights, 'red', 'brown', _ramp(hue, 4, 14) * (hue < 60) * (1 - _ramp(chroma, 35, 55)))
    dull = (1 - _ramp(chroma, 45, 60)) * (1 - _ramp(lightness, 55, 68))
    _move(weights, 'orange', 'brown', dull)
    _move(weights, 'yellow', 'brown', dull * 0.7 * (1 - _ramp(hue, 48, 58)))


def _move(weights: FloatArray, source: str, target: str, share: FloatArray) -> None:
    """Give a share (n,) of one name's weight to another."""
    moved = weights[:, COLOR_NAMES.index(source)] * np.clip(share, 0, 1)
    weights[:, COLOR_NAMES.index(source)] -= moved
    weights[:, COLOR_NAMES.index(target)] += moved


def _ramp(value: FloatArray, low: npt.ArrayLike, high: npt.ArrayLike) -> FloatArray:
    """0 below low, 1 above high, linear between."""
    low, high = np.asarray(low, np.float32), np.asarray(high, np.float32)
    result: FloatArray = np.clip((value - low) / (high - low), 0, 1).astype(np.float32)
    return result

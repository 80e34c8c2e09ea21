"""Colour names of pixels, as people use them."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from ...arrays import BoolArray, ByteArray, Float32Array, FloatArray
from .percentiles import percentiles

# The eleven basic colour terms (Berlin & Kay 1969), in the order of every weight vector here.
COLOR_NAMES = (
    'black', 'grey', 'white', 'red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink',
    'brown',
)  # fmt: skip

# How far a surface of one name passes for the other, besides 1 for itself. Chosen: shading, a
# colour cast and the borders between names move colours this way.
_CONFUSIONS = {
    ('black', 'grey'): 0.3,
    ('grey', 'white'): 0.5,
    ('black', 'blue'): 0.1,
    ('black', 'brown'): 0.15,
    ('red', 'orange'): 0.25,
    ('red', 'pink'): 0.3,
    ('red', 'brown'): 0.3,
    ('orange', 'yellow'): 0.35,
    ('orange', 'brown'): 0.35,
    ('yellow', 'brown'): 0.15,
    ('yellow', 'green'): 0.1,
    ('blue', 'purple'): 0.2,
    ('purple', 'pink'): 0.2,
    ('grey', 'blue'): 0.1,
    ('green', 'blue'): 0.1,
}

# HSV hues (degrees) at which a name is at full weight: from, to; ramps fill the gaps. Chosen: as
# people name them.
_HUES = {
    'red': (-14, 9),
    'orange': (18, 36),
    'yellow': (43, 64),
    'green': (76, 165),
    'blue': (182, 250),
    'purple': (264, 300),
    'pink': (310, 336),
}

# A support whose least channel is a smaller share of its largest has a colour of its own. Chosen:
# a white cloth by candle light has 0.75, pale wood by the light of the sky 0.62.
_COLORED_SUPPORT = 0.7
# Bits of a channel by which colours are looked up. Chosen: a table of 32 768 entries.
_BITS = 5
# CIELAB chroma above which a colour stands out from tinted greys and wood. Chosen: above the
# chroma of common woods.
_VIVID_CHROMA = 32


def name_weights(color: ByteArray, white: npt.ArrayLike = 255.0) -> Float32Array:
    """Weight of each colour name (..., 11), summing to 1, of RGB pixels (..., 3).

    Args:
        color: RGB.
        white: RGB that a white surface has in this light (3,), or its brightness; 0 to 255.
    """
    return _table().take(_index(color, white), axis=0)


def dominant_names(color: ByteArray, white: npt.ArrayLike = 255.0) -> ByteArray:
    """Index of each pixel's name (...), or 255 where the colour is pale or between names.

    Args:
        color: (..., 3) RGB.
        white: as for name_weights.
    """
    return _dominant().take(_index(color, white))


def nearest_names(color: ByteArray, white: npt.ArrayLike = 255.0) -> ByteArray:
    """Index of the name (...) that each pixel (..., 3) RGB has most of.

    Args:
        color: RGB.
        white: as for name_weights.
    """
    return _nearest().take(_index(color, white))


def estimate_white(color: ByteArray, support: BoolArray | None = None) -> Float32Array:
    """RGB (3,) that white has in an image (rows, columns, 3) RGB.

    The brightest pixels that are nearly neutral are taken for white: a dim picture makes white
    things grey and a lamp gives them its colour. A support whose colour no lamp gives, such as
    wood, tells nothing of the lamp, and is left out; a pale one tells most.

    Args:
        color: the image.
        support: (rows, columns) where the bare support is seen.
    """
    pixels = color[::4, ::4].reshape(-1, 3)
    red, green, blue = cv2.split(pixels[None])
    brightness = np.maximum(np.maximum(red, green), blue)[0]
    least = np.minimum(np.minimum(red, green), blue)[0]
    most, white = percentiles(brightness, (90, 97))
    level = float(np.clip(white, 100, 255))
    neutral = least > 0.6 * brightness
    bright = neutral & (brightness >= most)
    if support is not None and support.any():
        bare = support[::4, ::4].ravel()
        own = _middle(pixels[bare]) if bare.any() else np.full(3, 255.0)
        if own.min() < _COLORED_SUPPORT * own.max():
            bright = ~bare & (least > _COLORED_SUPPORT * brightness)
            bright &= brightness > 0.5 * level
    if bright.sum() < 0.01 * len(pixels):
        return np.full(3, level, np.float32)
    mean = pixels[bright].mean(axis=0, dtype=np.float32)
    cast = np.clip(mean / mean.mean(), 0.85, 1.15)
    return np.asarray(level * cast / cast.max(), np.float32)


def _middle(pixels: ByteArray) -> FloatArray:
    """The median (3,) of pixels (n, 3), n at least 1."""
    counts = np.stack([np.bincount(channel, minlength=256) for channel in pixels.T])
    below = np.cumsum(counts, axis=1)
    # As many values are no larger than the lower and the upper middle one.
    ranks = (len(pixels) - 1) // 2, len(pixels) // 2
    return np.mean([np.argmax(below > rank, axis=1) for rank in ranks], axis=0)


def affinity(name: str) -> Float32Array:
    """How far each of the names (11,) passes for the given one."""
    row = np.zeros(len(COLOR_NAMES), np.float32)
    row[COLOR_NAMES.index(name)] = 1
    for (first, second), value in _CONFUSIONS.items():
        if name in (first, second):
            other = second if name == first else first
            row[COLOR_NAMES.index(other)] = value
    return row


def _index(color: ByteArray, white: npt.ArrayLike) -> npt.NDArray[np.uint16]:
    """Row of the table (...) for RGB pixels (..., 3)."""
    if not color.size:
        return np.zeros(color.shape[:-1], np.uint16)
    levels = np.arange(256, dtype=np.float32)[:, None]
    scale = 255 / np.broadcast_to(np.asarray(white, np.float32), 3)
    lookup = np.minimum(levels * scale, 255).astype(np.uint16) >> (8 - _BITS)
    lookup <<= np.array([2 * _BITS, _BITS, 0], np.uint16)
    red, green, blue = cv2.split(cv2.LUT(color.reshape(-1, 1, 3), lookup[None]))
    return cv2.bitwise_or(cv2.bitwise_or(red, green), blue).reshape(color.shape[:-1])


@lru_cache(maxsize=1)
def _nearest() -> ByteArray:
    """Index of the name of each row of the table."""
    return np.asarray(_table().argmax(axis=1), np.uint8)


@lru_cache(maxsize=1)
def _dominant() -> ByteArray:
    """Index of the name of each row of the table, 255 where it is pale or between names."""
    table = _table()
    lab = _grid_lab()
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    saturation = cv2.cvtColor(_grid(), cv2.COLOR_RGB2HSV)[0, :, 1]
    # A dark but pure colour has little chroma.
    vivid = (chroma > _VIVID_CHROMA) | ((chroma > 0.6 * _VIVID_CHROMA) & (saturation > 0.6))
    clear = vivid & (table.max(axis=1) >= 0.5)
    clear |= table[:, [COLOR_NAMES.index('black'), COLOR_NAMES.index('white')]].max(axis=1) > 0.8
    return np.where(clear, table.argmax(axis=1), 255).astype(np.uint8)


@lru_cache(maxsize=1)
def _table() -> Float32Array:
    """Name weights (32768, 11) of RGB quantised to 5 bits a channel."""
    hue = cv2.cvtColor(_grid(), cv2.COLOR_RGB2HSV)[0, :, 0]
    lab = _grid_lab()
    lightness, chroma = lab[:, 0], np.hypot(lab[:, 1], lab[:, 2])
    weights = np.zeros((len(hue), len(COLOR_NAMES)), np.float32)
    # Dark surfaces need less chroma to look coloured than bright ones, very dark ones none.
    colored = _ramp(chroma, 8 + 0.06 * lightness, 16 + 0.12 * lightness)
    colored *= _ramp(lightness, 6, 16)
    _add_neutrals(weights, lightness, 1 - colored)
    _add_hues(weights, hue, lightness, chroma, colored)
    table: Float32Array = weights / weights.sum(axis=1, keepdims=True)
    return table


def _grid() -> Float32Array:
    """(1, 32768, 3) the RGB of each row of the table, 0 to 1."""
    levels = (np.arange(1 << _BITS) * 8 + 4).astype(np.float32) / np.float32(255)
    grid = np.stack(np.meshgrid(levels, levels, levels, indexing='ij'), axis=-1)
    return grid.reshape(1, -1, 3).astype(np.float32)


def _grid_lab() -> Float32Array:
    """(32768, 3) the same in CIELAB."""
    lab: Float32Array = cv2.cvtColor(_grid(), cv2.COLOR_RGB2LAB)[0]
    return lab


def _add_neutrals(weights: Float32Array, lightness: Float32Array, share: Float32Array) -> None:
    light = _ramp(lightness, 66, 82)
    dark = 1 - _ramp(lightness, 22, 36)
    for name, part in (('white', light), ('black', dark), ('grey', 1 - light - dark)):
        weights[:, COLOR_NAMES.index(name)] += share * np.clip(part, 0, 1)


def _add_hues(
    weights: Float32Array,
    hue: Float32Array,
    lightness: Float32Array,
    chroma: Float32Array,
    share: Float32Array,
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


def _move(weights: Float32Array, source: str, target: str, share: Float32Array) -> None:
    """Give a share (n,) of one name's weight to another."""
    moved = weights[:, COLOR_NAMES.index(source)] * np.clip(share, 0, 1)
    weights[:, COLOR_NAMES.index(source)] -= moved
    weights[:, COLOR_NAMES.index(target)] += moved


def _ramp(value: Float32Array, low: npt.ArrayLike, high: npt.ArrayLike) -> Float32Array:
    """0 below low, 1 above high, linear between."""
    low, high = np.asarray(low, np.float32), np.asarray(high, np.float32)
    result: Float32Array = np.clip((value - low) / (high - low), 0, 1).astype(np.float32)
    return result

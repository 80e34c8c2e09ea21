"""Worse seeing as changes of the image: less or more light, blur, noise, and what is in front."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from ..arrays import ByteArray
from ..errors import ParameterError
from ..frame import RgbdFrame
from ..image_region import Box
from ..quoting import quoted

# Exponent between stored values and light. From the common approximation of sRGB.
_GAMMA = 2.2
# Width of an image to which blur refers, px. Chosen: VGA, so that blur is the same share of any.
_REFERENCE_WIDTH = 640
# Grey of what hides, and the standard deviation of its texture. Chosen: neither black nor white.
_OCCLUDER, _OCCLUDER_TEXTURE = 128, 8.0


@dataclass(frozen=True)
class Condition:
    """One way of seeing worse, at one level.

    Attributes:
        name: of the curve.
        level: on it.
        apply: changes a frame, given the box of the object and a source of chance.
    """

    name: str
    level: float
    apply: Callable[[RgbdFrame, Box, float, np.random.Generator], RgbdFrame]

    @property
    def key(self) -> str:
        """Names it in files."""
        return f'{self.name} {self.level:g}'

    def seen(self, frame: RgbdFrame, box: Box, sample: str) -> RgbdFrame:
        """The frame under this condition; equal for equal samples.

        Args:
            frame: as it is.
            box: of the object, px.
            sample: key of what is asked.
        """
        rng = np.random.default_rng(zlib.crc32(f'{sample}|{self.key}'.encode()))
        return self.apply(frame, box, self.level, rng)


@dataclass(frozen=True)
class Curve:
    """A way of seeing worse.

    Attributes:
        name: of it.
        unit: of its levels, in words.
        levels: from the mildest on.
        undisturbed: the level of the image as it is.
    """

    name: str
    unit: str
    levels: tuple[float, ...]
    undisturbed: float
    apply: Callable[[RgbdFrame, Box, float, np.random.Generator], RgbdFrame]

    def conditions(self) -> tuple[Condition, ...]:
        """One for each level."""
        return tuple(Condition(self.name, level, self.apply) for level in self.levels)


def scale_light(color: ByteArray, gain: float) -> ByteArray:
    """An image (height, width, 3) uint8 with so many times the light."""
    values = np.arange(256) / 255.0
    table = 255 * np.clip(gain * values**_GAMMA, 0, 1) ** (1 / _GAMMA)
    return np.asarray(cv2.LUT(color, np.round(table).astype(np.uint8)))


def add_noise(color: ByteArray, deviation: float, rng: np.random.Generator) -> ByteArray:
    """An image with Gaussian noise.

    Args:
        color: (height, width, 3) uint8.
        deviation: of each channel, of 255.
        rng: source of chance.
    """
    noise = rng.standard_normal(color.shape, np.float32) * deviation
    return np.asarray(np.clip(np.round(color + noise), 0, 255), np.uint8)


def _light(frame: RgbdFrame, box: Box, level: float, rng: np.random.Generator) -> RgbdFrame:
    return replace(frame, color=scale_light(frame.color, level))


def _blur(frame: RgbdFrame, box: Box, level: float, rng: np.random.Generator) -> RgbdFrame:
    sigma = level * frame.camera.width / _REFERENCE_WIDTH
    return replace(frame, color=np.asarray(cv2.GaussianBlur(frame.color, (0, 0), sigma)))


def _noise(frame: RgbdFrame, box: Box, level: float, rng: np.random.Generator) -> RgbdFrame:
    return replace(frame, color=add_noise(frame.color, level, rng))


def _occlude(frame: RgbdFrame, box: Box, level: float, rng: np.random.Generator) -> RgbdFrame:
    """A grey plate over a share of the box, from one of its sides; depth has no reading there."""
    x_min, y_min, x_max, y_max = box.clipped(frame.camera.width, frame.camera.height).as_tuple()
    width, height = level * (x_max - x_min), level * (y_max - y_min)
    plates = (
        (x_min, y_min, x_min + width, y_max), (x_max - width, y_min, x_max, y_max),
        (x_min, y_min, x_max, y_min + height), (x_min, y_max - height, x_max, y_max),
    )  # fmt: skip
    left, top, right, bottom = (round(v) for v in plates[int(rng.integers(len(plates)))])
    color, depth = frame.color.copy(), frame.depth.copy()
    part = color[top:bottom, left:right]
    part[:] = add_noise(np.full(part.shape, _OCCLUDER, np.uint8), _OCCLUDER_TEXTURE, rng)
    depth[top:bottom, left:right] = 0
    return replace(frame, color=color, depth=depth)


# Chosen: what is left of an occluded object still has an IoU above 0.5 with all of it; else from
# what is hardly seen to what a person can just cope with.
CURVES = {
    curve.name: curve
    for curve in (
        Curve('darker', 'share of the light', (0.5, 0.25, 0.1), 1.0, _light),
        Curve('brighter', 'times the light', (1.5, 2.5, 4.0), 1.0, _light),
        Curve('blur', 'sigma, px of 640', (1.0, 2.0, 4.0), 0.0, _blur),
        Curve('noise', 'deviation, of 255', (10.0, 25.0, 50.0), 0.0, _noise),
        Curve('occlusion', 'share of the box', (0.1, 0.25, 0.4), 0.0, _occlude),
    )
}
# What the article says of other light than that of training: answers get worse by so much. From
# the discussion of RealVLG-R1 (arXiv 2603.14880).
ARTICLE_LIGHT_CHANGE = (-0.25, -0.15)


def curves_of(text: str) -> tuple[Curve, ...]:
    """The curves of a list with commas; `all` for every one, nothing for none.

    Raises:
        ParameterError: a name is not known.
    """
    names = [name for part in text.split(',') if (name := part.strip())]
    if names == ['all']:
        return tuple(CURVES.values())
    for name in names:
        if name not in CURVES:
            raise ParameterError(
                f'condition {quoted(name)} is not one of all, {", ".join(CURVES)}'
            )
    return tuple(CURVES[name] for name in dict.fromkeys(names))

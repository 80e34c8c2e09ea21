"""Domain randomisation: pictures as another camera in another light would have them."""

from __future__ import annotations

import numpy as np

from ...arrays import ByteArray
from .settings import RandomizeSettings

# Largest value of a pixel. From its type, uint8.
_WHITE = 255.0


def randomize(
    picture: ByteArray, settings: RandomizeSettings, generator: np.random.Generator
) -> ByteArray:
    """A picture in another light: contrast, brightness, colour temperature, then noise.

    Nothing moves, so that labels stay true.

    Args:
        picture: (height, width, 3) uint8, RGB.
        settings: how much is changed.
        generator: of random numbers; the same one gives the same picture.
    """
    if generator.random() >= settings.share:
        return picture
    brightness, contrast, temperature = (
        generator.uniform(-most, most)
        for most in (settings.brightness, settings.contrast, settings.temperature)
    )
    values = picture.astype(np.float32)
    mean = values.mean()
    values = (values - mean) * (1 + contrast) + mean
    warmth = np.array([1 + temperature, 1, 1 - temperature], np.float32)
    values *= (1 + brightness) * warmth
    deviation = generator.uniform(0, settings.noise)
    values += generator.normal(0, 1, picture.shape).astype(np.float32) * deviation
    return values.clip(0, _WHITE).round().astype(np.uint8)

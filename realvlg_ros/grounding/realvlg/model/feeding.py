"""Pictures brought to the size at which the vision tower takes them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ....arrays import ByteArray
from ....optional import import_optional
from ..coordinates import FeedSize, feed_size


def feed_picture(
    picture: ByteArray, factor: int, min_pixels: int, max_pixels: int
) -> tuple[Any, FeedSize]:
    """A picture at the size at which it is fed, as an image of Pillow, and that size.

    Args:
        picture: (height, width, 3) uint8, RGB.
        factor: side of an image token, px.
        min_pixels: smallest area at which it is fed, pixels.
        max_pixels: largest area at which it is fed, pixels.

    Raises:
        ParameterError: the picture or the bounds cannot be used.
        MissingDependencyError: Pillow is not installed.
    """
    Image = import_optional(
        'PIL.Image', 'model backends need Pillow for their pictures', 'pip install pillow'
    )
    height, width = picture.shape[:2]
    feed = feed_size(width, height, factor, min_pixels, max_pixels)
    image = Image.fromarray(np.ascontiguousarray(picture))
    return image.resize((feed.width, feed.height), Image.Resampling.BICUBIC), feed

"""Statistics of the columns of a dataset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from ...boundary import Boundary
from ...errors import LabelError
from ...image_files import decode_image


class ColumnStats:
    """Least, largest, mean and deviation of a feature; what is not known is left out."""

    def __init__(self, size: int, is_image: bool) -> None:
        """Start without a value.

        Args:
            size: numbers of a value; channels of an image.
            is_image: whether values are PNG bytes, of which each pixel counts.
        """
        self._image = is_image
        self._count = np.zeros(size)
        self._sum, self._squares = np.zeros(size), np.zeros(size)
        self._min, self._max = np.full(size, np.inf), np.full(size, -np.inf)
        self._frames = 0

    def add(self, values: Sequence[Any]) -> None:
        """Add values."""
        for value in values:
            rows = _pixels(value) if self._image else np.atleast_1d(np.asarray(value, float))[None]
            known = np.isfinite(rows)
            self._count += known.sum(axis=0)
            self._sum += np.where(known, rows, 0).sum(axis=0)
            self._squares += np.where(known, rows**2, 0).sum(axis=0)
            self._min = np.minimum(self._min, np.where(known, rows, np.inf).min(axis=0))
            self._max = np.maximum(self._max, np.where(known, rows, -np.inf).max(axis=0))
        self._frames += len(values)

    def values(self) -> dict[str, Any] | None:
        """None where an element was never known."""
        if not self._count.all():
            return None
        mean = self._sum / self._count
        std = np.sqrt(np.maximum(self._squares / self._count - mean**2, 0))
        shape = (3, 1, 1) if self._image else mean.shape
        named = {'min': self._min, 'max': self._max, 'mean': mean, 'std': std}
        return {
            **{name: value.reshape(shape) for name, value in named.items()},
            'count': [self._frames],
        }


def _pixels(png: bytes) -> np.ndarray:
    """(pixels, 3) RGB of a PNG, 0 to 1."""
    boundary = Boundary('an image of the export', LabelError)
    image = decode_image(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR, boundary)
    return np.asarray(image[..., ::-1].reshape(-1, 3) / 255.0)

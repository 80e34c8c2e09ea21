"""What tells one object from another: its colours and its size."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
import numpy.typing as npt

from ...arrays import ByteArray, FloatArray
from ...image_region import RegionMask
from ..memory.key_frames import KeyFrame

# Bins of hue and of brightness, and the deviation by which both are blurred, in bins. Chosen: hues
# of one thing differ by 10 degrees between places and white balances, orange and yellow by 25.
_HUES, _VALUES, _BLUR = 60, 16, 1.7
# A pixel has a hue from this saturation and brightness on, of 255. Chosen: below, noise turns it.
_LEAST_SATURATION, _LEAST_VALUE = 60, 40
# With more than this share of such pixels an object has a colour, with less than that it has
# none. Chosen: between them a print or a reflection decides.
_COLORED, _COLORLESS = 0.35, 0.15
# Median brightness, of 255, under which nothing can be compared. Chosen: noise is as large.
_DARK = 50
# Overlap of two histograms from which objects look the same, and under which they differ. Chosen:
# light takes a third, another colour more than half.
_SAME, _DIFFERENT = 0.6, 0.45
# Less bright than this share of the other, an object of the same hue may be another one, and one
# without a hue is. Chosen: brown is half as bright as orange; a shadow takes less than half.
_DIMMER, _MUCH_DIMMER = 0.6, 0.4
# The smaller of two extents over the larger under which objects differ. Chosen: from another side
# a thing looks half as large.
_SIZES = 0.5
# From this ratio on they are the same, where nothing but size and brightness tells. Chosen: from
# one side, extents differ by noise and edges.
_SAME_SIZES = 0.8


class Likeness(Enum):
    """Whether two appearances are of one object."""

    AGREES = 'looks the same'
    DIFFERS = 'looks different'
    UNKNOWN = 'cannot be compared'


@dataclass(frozen=True)
class Appearance:
    """Colours and size of an object.

    Attributes:
        hues: (60,) histogram of the hues of pixels that have one; sums to 1, or to 0.
        values: (16,) histogram of the brightness of all pixels; sums to 1.
        colored: share of the pixels that have a hue.
        brightness: median, 0 to 255.
        extent: m.
    """

    hues: FloatArray
    values: FloatArray
    colored: float
    brightness: float
    extent: float

    @classmethod
    def of(cls, pixels: ByteArray, extent: float) -> Appearance:
        """From the colours (n, 3), RGB, of an object and its extent, m."""
        hsv = cv2.cvtColor(pixels.reshape(-1, 1, 3), cv2.COLOR_RGB2HSV).reshape(-1, 3)
        hue, saturation, value = hsv.astype(np.intp).T
        has_hue = (saturation >= _LEAST_SATURATION) & (value >= _LEAST_VALUE)
        hues = np.bincount(hue[has_hue] * _HUES // 180, minlength=_HUES)
        values = np.bincount(value * _VALUES // 256, minlength=_VALUES)
        count = max(len(hsv), 1)
        return cls(
            _blurred(hues, wraps=True),
            _blurred(values, wraps=False),
            float(has_hue.sum()) / count,
            float(np.median(value)) if len(hsv) else 0.0,
            extent,
        )

    def overlap(self, other: Appearance) -> float:
        """0 to 1: of the hues, of the brightness where there is no hue, by their shares."""
        hues = float(np.minimum(self.hues, other.hues).sum())
        values = float(np.minimum(self.values, other.values).sum())
        share = max(self.colored, other.colored)
        return share * hues + (1 - share) * values

    def similarity(self, other: Appearance) -> float:
        """0 to 1: overlap of the colours times the ratio of the extents."""
        return self.overlap(other) * self._sizes(other)

    def compare(self, other: Appearance) -> Likeness:
        """Whether another appearance, at another time and place, can be of the same object."""
        if self._sizes(other) < _SIZES:
            return Likeness.DIFFERS
        if min(self.brightness, other.brightness) < _DARK:
            return Likeness.UNKNOWN
        less, more = sorted((self.colored, other.colored))
        if less < _COLORLESS and more > _COLORED:
            return Likeness.DIFFERS
        dim, bright = sorted((self.brightness, other.brightness))
        if more <= _COLORED:
            # Of things without a colour many are equally bright.
            return Likeness.DIFFERS if dim < _MUCH_DIMMER * bright else Likeness.UNKNOWN
        overlap = self.overlap(other)
        if overlap < _DIFFERENT:
            return Likeness.DIFFERS
        same = overlap >= _SAME and dim >= _DIMMER * bright
        return Likeness.AGREES if same else Likeness.UNKNOWN

    def is_alike_without_color(self, other: Appearance) -> bool:
        """Whether neither has a colour, and they are about as bright and as large."""
        dim, bright = sorted((self.brightness, other.brightness))
        plain = max(self.colored, other.colored) <= _COLORED and dim >= _DARK
        return plain and dim >= _DIMMER * bright and self._sizes(other) >= _SAME_SIZES

    def _sizes(self, other: Appearance) -> float:
        small, large = sorted((self.extent, other.extent))
        return small / max(large, 1e-6)


def look_at(key: KeyFrame, mask: RegionMask) -> Appearance:
    """The appearance of the pixels of a mask in a frame.

    Args:
        key: the frame.
        mask: the object's pixels.
    """
    rows, columns = np.nonzero(mask.data)
    rows, columns = rows + mask.y_offset, columns + mask.x_offset
    z = key.depth[rows, columns]
    read = z > 0
    points = key.camera.deproject(np.stack([columns, rows], axis=1)[read], z[read])
    return Appearance.of(key.color[rows, columns], extent_of(points))


def extent_of(points: FloatArray) -> float:
    """Twice the distance from the middle of points (n, 3) within which 90 % of them lie, m."""
    if len(points) == 0:
        return 0.0
    spread = points - np.median(points, axis=0)
    return 2 * float(np.percentile(np.linalg.norm(spread, axis=1), 90))


def _blurred(counts: npt.NDArray[np.generic], wraps: bool) -> FloatArray:
    """A histogram with blurred bins that sums to 1, or to 0 where it is empty."""
    reach = int(3 * _BLUR)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / _BLUR) ** 2)
    ends = counts[-reach:], counts[:reach]
    if not wraps:
        ends = np.zeros(reach), np.zeros(reach)
    padded = np.concatenate([ends[0], counts, ends[1]]).astype(np.float64)
    smooth = np.convolve(padded, kernel, mode='valid')
    return smooth / max(float(smooth.sum()), 1e-12)

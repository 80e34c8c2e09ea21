"""How light the images are, and how much of them has depth: of a frame, or of many."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..frame import RgbdFrame

# A channel at its largest value has lost what is brighter. From the 8 bits of the image.
_FULL = 255
# Luma below this is dark: shot and read noise are most of the signal. From ITU-R BT.601, whose
# black level it is.
_DARK = 16


@dataclass(frozen=True)
class Lighting:
    """Light and depth of one frame, or of several.

    Luma is Y = 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601) by the largest value, 0 to 1. The
    brightness of a frame is the mean luma of its pixels.

    Attributes:
        brightness_mean: mean brightness of the frames, 0 to 1.
        brightness_min: brightness of the darkest frame, 0 to 1.
        brightness_max: brightness of the lightest frame, 0 to 1.
        contrast: standard deviation of luma in a frame (RMS contrast, Peli 1990), 0 to 0.5; mean
            of the frames, as are the shares.
        saturated_share: share of pixels of which a channel is at its largest value, 0 to 1.
        dark_share: share of pixels whose luma is below 16 / 255, 0 to 1.
        depth_share: share of pixels with a depth reading, 0 to 1.
    """

    brightness_mean: float
    brightness_min: float
    brightness_max: float
    contrast: float
    saturated_share: float
    dark_share: float
    depth_share: float

    @classmethod
    def of_frame(cls, frame: RgbdFrame) -> Lighting:
        """The statistics of one frame; the three brightnesses are the same."""
        size = frame.depth.size
        luma = cv2.cvtColor(frame.color, cv2.COLOR_RGB2GRAY)
        # Counts, and so the same with any number of threads.
        counts = cv2.calcHist([luma], [0], None, [_FULL + 1], [0, _FULL + 1]).reshape(-1)
        counts = counts.astype(np.float64)
        levels = np.arange(_FULL + 1) / _FULL
        mean = float(counts @ levels) / size
        contrast = float(np.sqrt(counts @ (levels - mean) ** 2 / size))
        below = cv2.inRange(frame.color, (0, 0, 0), (_FULL - 1,) * 3)
        return cls(
            brightness_mean=mean,
            brightness_min=mean,
            brightness_max=mean,
            contrast=contrast,
            saturated_share=1 - cv2.countNonZero(below) / size,
            dark_share=float(counts[:_DARK].sum()) / size,
            depth_share=int(np.count_nonzero(frame.depth)) / size,
        )


class LightingSummary:
    """The statistics of frames that come one by one."""

    def __init__(self) -> None:
        """Start without a frame."""
        self.count = 0
        self._sums = np.zeros(5)
        self._min, self._max = np.inf, -np.inf

    def add(self, frame: RgbdFrame) -> Lighting:
        """Add a frame; returns its own statistics."""
        one = Lighting.of_frame(frame)
        self.include(one)
        return one

    def include(self, one: Lighting) -> None:
        """Add the statistics of one frame."""
        self.count += 1
        self._sums += (
            one.brightness_mean, one.contrast, one.saturated_share, one.dark_share,
            one.depth_share,
        )  # fmt: skip
        self._min = min(self._min, one.brightness_mean)
        self._max = max(self._max, one.brightness_mean)

    def result(self) -> Lighting | None:
        """The statistics of all frames so far; None without one."""
        if not self.count:
            return None
        mean, contrast, saturated, dark, depth = (float(s) / self.count for s in self._sums)
        return Lighting(
            brightness_mean=mean,
            brightness_min=float(self._min),
            brightness_max=float(self._max),
            contrast=contrast,
            saturated_share=saturated,
            dark_share=dark,
            depth_share=depth,
        )

"""Colour and depth in 2 instead of 7 bytes a pixel, close enough to follow an object by."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ...arrays import ByteArray, Float32Array

# A packed depth reading of 1 is this, m: 16 bits reach to 16 m. Chosen: below the noise of depth
# at 0.5 m.
_DEPTH_UNIT_M = 0.00025


@dataclass(frozen=True)
class PackedImages:
    """A colour image and its depth, packed.

    Attributes:
        luma: (height, width) brightness.
        chroma: (height / 2, width / 2, 2) means of 2 x 2 pixels, rounded up in size.
        depth: (height / 2, width / 2) every second reading, in units of 0.25 mm.
    """

    luma: ByteArray
    chroma: ByteArray
    depth: npt.NDArray[np.uint16]

    @classmethod
    def pack(cls, color: ByteArray, depth: Float32Array) -> PackedImages:
        """Pack an RGB image (h, w, 3) and depth (h, w), m; readings beyond 16 m are dropped."""
        luma, red, blue = cv2.split(cv2.cvtColor(color, cv2.COLOR_RGB2YCrCb))
        half = depth[::2, ::2]
        size = half.shape[::-1]
        chroma = [cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in (red, blue)]
        units = half * np.float32(1 / _DEPTH_UNIT_M) + np.float32(0.5)
        far = units >= 2**16
        packed = np.where(far, np.float32(0), units).astype(np.uint16)
        return cls(np.asarray(luma), np.stack(chroma, axis=-1), packed)

    @property
    def size_bytes(self) -> int:
        """Memory taken."""
        return self.luma.nbytes + self.chroma.nbytes + self.depth.nbytes

    def unpack(self) -> tuple[ByteArray, Float32Array]:
        """The RGB image (h, w, 3) and the depth (h, w), m, as far as they were kept."""
        height, width = self.luma.shape
        chroma = cv2.resize(self.chroma, (width, height), interpolation=cv2.INTER_LINEAR)
        color = cv2.cvtColor(cv2.merge([self.luma, chroma]), cv2.COLOR_YCrCb2RGB)
        rows, columns = self.depth.shape
        whole = cv2.resize(self.depth, (2 * columns, 2 * rows), interpolation=cv2.INTER_NEAREST)
        depth = whole[:height, :width].astype(np.float32) * np.float32(_DEPTH_UNIT_M)
        return np.asarray(color, np.uint8), depth

"""Kernels of morphology, made once."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ...arrays import ByteArray


@lru_cache(maxsize=32)
def square(side_px: int) -> ByteArray:
    """A square of ones (side, side)."""
    kernel = np.ones((side_px, side_px), np.uint8)
    kernel.setflags(write=False)
    return kernel

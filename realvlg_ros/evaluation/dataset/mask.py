"""Masks of a data set: in files, of objects or of whole images with a number an object."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2

from ...arrays import BoolArray
from ...boundary import Boundary
from ...errors import LabelError
from ...image_files import read_image
from ...image_region import RegionMask


class StoredMask(Protocol):
    """A mask that is read when it is needed."""

    def load(self, height: int, width: int) -> BoolArray:
        """The mask (height, width) of an image of that size, px.

        Raises:
            LabelError: it is missing, of another size, or empty.
        """
        ...


@dataclass(frozen=True)
class MaskFile:
    """A png whose pixels tell.

    Attributes:
        path: of the file.
        value: of the object's pixels; None for all that are not 0.
    """

    path: Path
    value: int | None = None

    def load(self, height: int, width: int) -> BoolArray:
        """See StoredMask."""
        boundary = Boundary(f'mask {self.path}', LabelError)
        pixels = read_image(self.path, cv2.IMREAD_UNCHANGED, boundary)
        if pixels.shape[:2] != (height, width):
            rows, columns = pixels.shape[:2]
            raise boundary.refusal(f'is {columns}x{rows} px, and the image {width}x{height}')
        if pixels.ndim == 3:
            pixels = pixels[..., :3].max(axis=2)
        mask = pixels != 0 if self.value is None else pixels == self.value
        if not mask.any():
            of = '' if self.value is None else f' of value {self.value}'
            raise boundary.refusal(f'has no pixel{of}')
        return mask


@dataclass(frozen=True)
class MaskRegion:
    """A mask that is in memory."""

    region: RegionMask

    def load(self, height: int, width: int) -> BoolArray:
        """See StoredMask."""
        with Boundary('mask', LabelError).guard():
            return self.region.to_full(height, width)

"""Boxes and masks in an image."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from .arrays import BoolArray, Float32Array, IndexArray
from .errors import FrameError


@dataclass(frozen=True)
class Box:
    """An axis-aligned box, px; it covers pixel centres with min <= value < max."""

    x_min: float
    y_min: float
    x_max: float
    y_max: float

    def __post_init__(self) -> None:
        values = (self.x_min, self.y_min, self.x_max, self.y_max)
        if not (
            np.all(np.isfinite(values)) and self.x_min < self.x_max and self.y_min < self.y_max
        ):
            raise FrameError(f'box {values} is empty or not finite; expected min < max')

    @property
    def width(self) -> float:
        """Columns covered, px."""
        return self.x_max - self.x_min

    @property
    def height(self) -> float:
        """Rows covered, px."""
        return self.y_max - self.y_min

    @property
    def area(self) -> float:
        """Pixels covered."""
        return self.width * self.height

    @property
    def center(self) -> tuple[float, float]:
        """Centre (x, y), px."""
        return (self.x_min + self.x_max - 1) / 2, (self.y_min + self.y_max - 1) / 2

    def as_tuple(self) -> tuple[float, float, float, float]:
        """(x_min, y_min, x_max, y_max), px."""
        return self.x_min, self.y_min, self.x_max, self.y_max

    def iou(self, other: Box) -> float:
        """Intersection over union with another box, 0 to 1."""
        width = min(self.x_max, other.x_max) - max(self.x_min, other.x_min)
        height = min(self.y_max, other.y_max) - max(self.y_min, other.y_min)
        intersection = max(width, 0.0) * max(height, 0.0)
        return intersection / (self.area + other.area - intersection)

    def clipped(self, width: int, height: int) -> Box:
        """The part inside an image of width x height px.

        Raises:
            FrameError: nothing of it lies inside.
        """
        return Box(
            max(self.x_min, 0.0), max(self.y_min, 0.0),
            min(self.x_max, float(width)), min(self.y_max, float(height)),
        )  # fmt: skip

    def slices(self) -> tuple[slice, slice]:
        """Rows and columns covered, for indexing an image; the box must lie inside it."""
        return (
            slice(int(np.ceil(self.y_min)), int(np.ceil(self.y_max))),
            slice(int(np.ceil(self.x_min)), int(np.ceil(self.x_max))),
        )


@dataclass(frozen=True)
class RegionMask:
    """A binary mask stored as the region of interest that holds it.

    Attributes:
        x_offset: column of the region's first pixel in the full image.
        y_offset: row of the region's first pixel in the full image.
        data: (rows, columns) of the region, True on the object.
    """

    x_offset: int
    y_offset: int
    data: BoolArray

    @classmethod
    def from_full(cls, mask: npt.ArrayLike) -> RegionMask:
        """Crop a full mask (height, width) to the region that holds its pixels.

        Raises:
            FrameError: the mask has no pixel.
        """
        mask = np.asarray(mask, bool)
        rows = np.flatnonzero(mask.any(axis=1))
        if rows.size == 0:
            raise FrameError('the mask is empty; expected at least one pixel')
        columns = np.flatnonzero(mask.any(axis=0))
        region = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        return cls(int(columns[0]), int(rows[0]), region.copy())

    def to_full(self, height: int, width: int) -> BoolArray:
        """The mask as a full image (height, width).

        Raises:
            FrameError: the region does not lie inside the image.
        """
        rows, columns = self.data.shape
        if (
            self.x_offset < 0
            or self.y_offset < 0
            or self.y_offset + rows > height
            or self.x_offset + columns > width
        ):
            raise FrameError(
                f'mask region {columns}x{rows} at ({self.x_offset}, {self.y_offset}) '
                f'does not lie inside the {width}x{height} image'
            )
        full = np.zeros((height, width), bool)
        full[self.y_offset : self.y_offset + rows, self.x_offset : self.x_offset + columns] = (
            self.data
        )
        return full

    def within(self, other: RegionMask) -> RegionMask:
        """Its pixels that are in another mask of the image, too; there may be none."""
        data = np.zeros_like(self.data)
        x, y = other.x_offset - self.x_offset, other.y_offset - self.y_offset
        top, left = max(y, 0), max(x, 0)
        part = other.data[top - y :, left - x :]
        mine = self.data[top : top + part.shape[0], left : left + part.shape[1]]
        rows, columns = mine.shape
        data[top : top + rows, left : left + columns] = mine & part[:rows, :columns]
        return RegionMask(self.x_offset, self.y_offset, data)

    @property
    def tight(self) -> RegionMask:
        """The same pixels in the smallest region that holds them.

        Raises:
            FrameError: there are none.
        """
        part = RegionMask.from_full(self.data)
        return RegionMask(self.x_offset + part.x_offset, self.y_offset + part.y_offset, part.data)

    @property
    def box(self) -> Box:
        """The region as a box."""
        rows, columns = self.data.shape
        return Box(self.x_offset, self.y_offset, self.x_offset + columns, self.y_offset + rows)

    @property
    def area(self) -> int:
        """Number of pixels on the object."""
        return int(self.data.sum())


def nearest_pixel(mask: BoolArray) -> tuple[Float32Array, IndexArray]:
    """Distance (h, w) to the nearest pixel of a mask (h, w), px, and its flat index (h, w).

    The mask has at least one pixel.
    """
    distance, label = cv2.distanceTransformWithLabels(
        (~mask).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    index = np.zeros(int(label.max()) + 1, np.intp)
    index[label[mask]] = np.flatnonzero(mask)
    return np.asarray(distance, np.float32), index[label]


def window_around(mask: BoolArray, margin: int) -> tuple[slice, slice]:
    """Rows and columns of a mask (height, width) and so many pixels around it, in the image."""
    x, y, width, height = cv2.boundingRect(mask.astype(np.uint8))
    return (
        slice(max(y - margin, 0), y + height + margin),
        slice(max(x - margin, 0), x + width + margin),
    )

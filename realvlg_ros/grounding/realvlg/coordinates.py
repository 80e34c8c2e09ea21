"""Coordinates of answers to pixels of the camera image, and back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from ...errors import ParameterError
from ...image_region import Box
from ...rectangle import ContactPair, GraspRectangle, fold_angle


class Convention(Enum):
    """The unit of the coordinates in a checkpoint's answers."""

    ORIGINAL = 'original'
    """Pixels of the picture before the image processor rounded its size (RealVLG-R1)."""
    RESIZED = 'resized'
    """Pixels of the picture as fed (stock Qwen2.5-VL)."""
    NORM1000 = 'norm1000'
    """Thousandths of the picture (Qwen3-VL)."""
    NORM100 = 'norm100'
    """Hundredths of the picture (Molmo)."""
    NORM1 = 'norm1'
    """Shares of the picture, 0 to 1 (RoboRefer)."""

    @property
    def in_whole_numbers(self) -> bool:
        """Whether whole numbers say closely enough where something is."""
        return self not in (Convention.NORM100, Convention.NORM1)

    def extent(self, feed: FeedSize) -> tuple[float, float]:
        """Largest x and y of an answer about a picture that is fed at a size."""
        if self is Convention.ORIGINAL:
            return feed.source_width, feed.source_height
        if self is Convention.RESIZED:
            return float(feed.width), float(feed.height)
        most = float(self.value.removeprefix('norm'))
        return most, most


@dataclass(frozen=True)
class FeedSize:
    """The size at which a picture is fed to the vision tower.

    Attributes:
        width, height: as fed, multiples of the model's factor, px.
        source_width, source_height: before the rounding to multiples: the picture's own size, or
            that size scaled to the pixel budget, px.
    """

    width: int
    height: int
    source_width: float
    source_height: float


def feed_size(width: int, height: int, factor: int, min_pixels: int, max_pixels: int) -> FeedSize:
    """Choose the size at which a picture is fed to the vision tower.

    The rule is Qwen2-VL's smart_resize: sides are rounded to multiples of factor, and the area is
    brought between min_pixels and max_pixels with the aspect ratio kept.

    Args:
        width: of the picture, px.
        height: of the picture, px.
        factor: side of an image token, px.
        min_pixels: smallest fed area, pixels.
        max_pixels: largest fed area, pixels.

    Raises:
        ParameterError: the picture or the budget cannot be used.
    """
    if min(width, height) <= 0 or max(width, height) > 200 * min(width, height):
        raise ParameterError(f'a picture of {width}x{height} px is empty or too narrow to be fed')
    if not factor * factor <= max_pixels or min_pixels > max_pixels:
        raise ParameterError(
            f'pixel budget {min_pixels} to {max_pixels} is empty or below one token of '
            f'{factor}x{factor} px'
        )
    fed_width, fed_height = round(width / factor) * factor, round(height / factor) * factor
    scale = 1.0
    if fed_width * fed_height > max_pixels:
        scale = math.sqrt(max_pixels / (width * height))
        fed_width = max(factor, math.floor(width * scale / factor) * factor)
        fed_height = max(factor, math.floor(height * scale / factor) * factor)
    elif fed_width * fed_height < min_pixels:
        scale = math.sqrt(min_pixels / (width * height))
        fed_width = math.ceil(width * scale / factor) * factor
        fed_height = math.ceil(height * scale / factor) * factor
    return FeedSize(fed_width, fed_height, width * scale, height * scale)


@dataclass(frozen=True)
class AnswerFrame:
    """The coordinate frame of an answer over a region of the camera image.

    Attributes:
        width, height: largest coordinates that an answer may hold.
        scale_x, scale_y: image pixels in one unit of the answer.
        offset_x, offset_y: image position of the answer's origin, px.
        image_width, image_height: of the camera image, px.
    """

    width: int
    height: int
    scale_x: float
    scale_y: float
    offset_x: float
    offset_y: float
    image_width: int
    image_height: int

    @classmethod
    def of(
        cls, convention: Convention, region: Box, image_size: tuple[int, int], feed: FeedSize
    ) -> AnswerFrame:
        """The frame of answers about a region of an image.

        Args:
            convention: unit of the coordinates.
            region: the part of the camera image that is fed, px.
            image_size: (width, height) of the camera image, px.
            feed: the size at which the region is fed.
        """
        extent = convention.extent(feed)
        return cls(
            max(1, round(extent[0])), max(1, round(extent[1])),
            region.width / extent[0], region.height / extent[1],
            region.x_min, region.y_min, *image_size,
        )  # fmt: skip

    def to_box(self, answer: Sequence[float]) -> Box:
        """The box (x1, y1, x2, y2) of an answer in image pixels, clamped to the image."""
        x1, y1 = self._to_image(answer[0], answer[1])
        x2, y2 = self._to_image(answer[2], answer[3])
        x1 = min(max(x1, 0.0), self.image_width - 1.0)
        y1 = min(max(y1, 0.0), self.image_height - 1.0)
        return Box(
            x1, y1,
            max(min(x2, float(self.image_width)), x1 + 1e-3),
            max(min(y2, float(self.image_height)), y1 + 1e-3),
        )  # fmt: skip

    def to_point(self, answer: Sequence[float]) -> tuple[float, float]:
        """The point (x, y) of an answer in image pixels, inside the image."""
        return self._clamp(*self._to_image(answer[0], answer[1]))

    def to_contacts(self, answer: Sequence[float], score: float | None) -> ContactPair:
        """The contact pair (x1, y1, x2, y2) of an answer in image pixels."""
        first = self._clamp(*self._to_image(answer[0], answer[1]))
        second = self._clamp(*self._to_image(answer[2], answer[3]))
        if first == second:
            # Both points were clamped to one border pixel: keep them half a pixel apart.
            second = second[0] + (0.5 if second[0] < 1 else -0.5), second[1]
        return ContactPair(*first, *second, score)

    def to_rectangle(
        self, answer: Sequence[float], jaw_height: float, score: float | None
    ) -> GraspRectangle:
        """The rectangle of an answer in image pixels.

        Both components of the opening are scaled on their own, since the axes of the answer's
        frame may have different scales.

        Args:
            answer: (x, y, theta, width): centre and opening width in the answer's units, theta
                in degrees from x toward y.
            jaw_height: of the rectangle, px of the image.
            score: 0 to 1, or None.
        """
        x, y, degrees, width = answer
        angle = math.radians(degrees)
        opening_x = math.cos(angle) * width * self.scale_x
        opening_y = math.sin(angle) * width * self.scale_y
        center = self._clamp(*self._to_image(x, y))
        opening = math.hypot(opening_x, opening_y)
        return GraspRectangle(
            *center, math.atan2(opening_y, opening_x), max(opening, 1.0), jaw_height, score
        )

    def from_image(self, x: float, y: float) -> tuple[float, float]:
        """The answer's coordinates of an image position."""
        return (x - self.offset_x) / self.scale_x, (y - self.offset_y) / self.scale_y

    def from_box(self, box: Box) -> tuple[float, ...]:
        """The whole numbers (x1, y1, x2, y2) that answer a box, inside the picture."""
        x1, y1 = self.from_image(box.x_min, box.y_min)
        x2, y2 = self.from_image(box.x_max, box.y_max)
        left, top = _within(x1, 0, self.width - 1), _within(y1, 0, self.height - 1)
        return left, top, _within(x2, left + 1, self.width), _within(y2, top + 1, self.height)

    def from_contacts(self, contacts: ContactPair) -> tuple[float, ...]:
        """The whole numbers (x1, y1, x2, y2) that answer a contact pair, inside the picture."""
        first, second = (self._inside(*point) for point in contacts.points.tolist())
        if first == second:
            second = second[0] + (1 if second[0] < 1 else -1), second[1]
        return *first, *second

    def from_rectangle(self, rectangle: GraspRectangle, decimals: int = 0) -> tuple[float, ...]:
        """The numbers (x, y, theta, width) that answer a rectangle, theta in -90 to 90 degrees.

        Both components of the opening are scaled on their own, as in `to_rectangle`.

        Args:
            rectangle: px of the image.
            decimals: digits after the point.
        """
        x, y = self._inside(rectangle.x, rectangle.y, decimals)
        opening = rectangle.opening_axis * rectangle.width / (self.scale_x, self.scale_y)
        degrees = math.degrees(fold_angle(math.atan2(opening[1], opening[0])))
        width = max(float(np.hypot(*opening)), 1.0)
        return x, y, round(degrees, decimals), round(width, decimals)

    def _inside(self, x: float, y: float, decimals: int = 0) -> tuple[float, float]:
        x, y = self.from_image(x, y)
        return (
            round(min(max(x, 0.0), self.width - 1.0), decimals),
            round(min(max(y, 0.0), self.height - 1.0), decimals),
        )

    def _to_image(self, x: float, y: float) -> tuple[float, float]:
        return x * self.scale_x + self.offset_x, y * self.scale_y + self.offset_y

    def _clamp(self, x: float, y: float) -> tuple[float, float]:
        return (
            float(np.clip(x, 0, self.image_width - 1)),
            float(np.clip(y, 0, self.image_height - 1)),
        )


def _within(value: float, low: int, high: int) -> int:
    """The whole number nearest to a value, low to high."""
    return min(max(round(value), low), high)

"""One frame prepared for segmentation: reduced, with heights above the support."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from scipy import ndimage

from ...arrays import BoolArray, ByteArray, Float32Array, Int32Array
from ...camera import Camera
from ...depth_noise import DepthNoise
from ...frame import RgbdFrame
from ...image_region import RegionMask
from ...support_plane import SupportPlane
from .bond import Bond
from .colors import dominant_names, estimate_white, nearest_names
from .holes import close_holes
from .kernels import square

Window = tuple[slice, slice]

# Pixels around an object that its segment's window holds too. Chosen: room for its shadow and for
# what it touches.
MARGIN_PX = 32

# Cameras bend a flat table by a few millimetres. Chosen: more than this many tolerances is not the
# camera's doing.
_MAX_WARP_IN_TOLERANCES = 3.0

# Sine of the angle between the view and straight down below which gravity does not tell which side
# of the image is up. Chosen: 10 degrees, less than what a person calls from above.
_STEEP = 0.17


# Noise of the image is smoothed over so many pixels before colours are named. Chosen: less than
# what is asked of a thing.
_SMOOTH_PX = 5
# What a part of a scene has of the whole. Chosen: what is the same in both.
_OF_PIXELS = ('depth', 'valid', 'paint_names', 'color_names')


@dataclass(frozen=True)
class TabletopScene:
    """One frame reduced to the working size, with its heights above the support.

    Attributes:
        color: (rows, columns, 3) uint8, RGB.
        points: (rows, columns, 3) in the optical frame, m; z is 0 where there is no reading.
        ground: (rows, columns, 2) position along the support, m: to the right, and away, of who
            looks as the camera does, with the support below.
        height: (rows, columns) above the support, m.
        tolerance: (rows, columns) distance from a surface that noise explains, m.
        step: working pixels are this many pixels of the frame apart.
        plane: the support.
        turns: quarter turns counter-clockwise by which the frame was turned, so that up is up in
            the working image.
        rays: (rows, columns, 2) x and y of each pixel's ray at a depth of 1.
        noise: of the depth.
        light: RGB (3,) of white in it, 0 to 255; None: it is estimated.
    """

    color: ByteArray
    points: Float32Array
    ground: Float32Array
    height: Float32Array
    tolerance: Float32Array
    step: int
    plane: SupportPlane
    turns: int
    rays: Float32Array
    noise: DepthNoise
    light: Float32Array | None = None

    @classmethod
    def from_frame(
        cls, frame: RgbdFrame, plane: SupportPlane, working_width_px: int
    ) -> TabletopScene:
        """Reduce the frame by a whole factor, turn it upright and measure heights.

        Args:
            frame: colour and depth.
            plane: the support in the camera's frame.
            working_width_px: the image is reduced to no less than this width.
        """
        step = max(1, frame.camera.width // working_width_px)
        turns = _turns(plane)
        points = np.ascontiguousarray(np.rot90(frame.points[::step, ::step], turns))
        color = np.ascontiguousarray(np.rot90(frame.color[::step, ::step], turns))
        rays = np.rot90(frame.camera.rays[::step, ::step], turns).astype(np.float32)
        height = points @ plane.normal.astype(np.float32)
        height += np.float32(plane.offset)
        z = points[..., 2]
        tolerance = frame.noise.tolerance(z).astype(np.float32)
        ground = points @ plane_axes(plane)
        height -= _warp(ground, height, tolerance, z > 0)
        return cls(color, points, ground, height, tolerance, step, plane, turns, rays, frame.noise)

    @property
    def has_support(self) -> bool:
        """Whether a support was found; without one heights are toward the camera."""
        return self.plane.inliers > 0

    @cached_property
    def depth(self) -> Float32Array:
        """(rows, columns) depth, m; 0 where there is no reading."""
        return np.ascontiguousarray(self.points[..., 2])

    @cached_property
    def valid(self) -> BoolArray:
        """(rows, columns) True where there is a depth reading."""
        return self.depth > 0

    @classmethod
    def without_support(cls, frame: RgbdFrame, working_width_px: int) -> TabletopScene:
        """The scene with heights toward the camera, from where nearly all readings end."""
        sparse = frame.depth[::4, ::4]
        readings = sparse[sparse > 0] if sparse.any() else frame.depth[frame.valid]
        far = float(np.percentile(readings, 95))
        facing = SupportPlane(np.array([0.0, 0.0, -1.0]), far, 0.0, 0)
        return cls.from_frame(frame, facing, working_width_px)

    @cached_property
    def white(self) -> Float32Array:
        """RGB (3,) of white in the light of this image, 0 to 255."""
        if self.light is not None:
            return self.light
        return estimate_white(self.color, self.support if self.has_support else None)

    @cached_property
    def color_names(self) -> ByteArray:
        """(rows, columns) index of each pixel's colour name; see dominant_names."""
        return dominant_names(self.color, self.white)

    @cached_property
    def paint_names(self) -> ByteArray:
        """(rows, columns) index of the name that each pixel has most of, without noise."""
        names = nearest_names(cv2.medianBlur(self.color, _SMOOTH_PX), self.white)
        return np.asarray(cv2.medianBlur(names, 3), np.uint8)

    @cached_property
    def support(self) -> BoolArray:
        """Where (rows, columns) the bare support is seen, but for specks level with it."""
        on_plane = self.valid & (np.abs(self.height) < 1.5 * self.tolerance)
        opened = cv2.morphologyEx(on_plane.view(np.uint8), cv2.MORPH_OPEN, square(5))
        _, labels, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=4)
        areas = stats[:, cv2.CC_STAT_AREA].copy()
        areas[0] = 0
        keep = areas > 0.1 * areas.max()
        return keep[labels] if areas.max() > 0 else on_plane

    @cached_property
    def completed(self) -> TabletopScene:
        """The scene with its small holes closed, to tell things apart; nothing is measured in it.

        What is closed is taken to be a part of the surface beside it.
        """
        index, z = close_holes(self.depth, self.color)
        if not index.size:
            return self
        points, rays = self.points.copy(), self.rays.reshape(-1, 2)[index]
        added = np.column_stack([rays * z[:, None], z]).astype(np.float32)
        points.reshape(-1, 3)[index] = added
        ground, height, tolerance = self.ground.copy(), self.height.copy(), self.tolerance.copy()
        ground.reshape(-1, 2)[index] = added @ plane_axes(self.plane)
        over = added @ self.plane.normal.astype(np.float32) + np.float32(self.plane.offset)
        height.ravel()[index] = over
        tolerance.ravel()[index] = self.noise.tolerance(z)
        return replace(self, points=points, ground=ground, height=height, tolerance=tolerance)

    def in_frame(self, region: RegionMask, camera: Camera) -> RegionMask:
        """A region of the working image in the image of the frame.

        Args:
            region: in the working image.
            camera: intrinsics of the frame.
        """
        if self.turns:
            rows, columns = self.height.shape
            height, width = region.data.shape
            low = (rows - region.y_offset - height, columns - region.x_offset - width)
            # Offsets (x, y) of the same pixels after 0 to 3 quarter turns clockwise.
            x, y = (
                (region.x_offset, region.y_offset), (low[0], region.x_offset),
                (low[1], low[0]), (region.y_offset, low[1]),
            )[self.turns]  # fmt: skip
            region = RegionMask(x, y, np.rot90(region.data, -self.turns))
        if self.step == 1:
            return region
        rows, columns = (side * self.step for side in region.data.shape)
        data = cv2.resize(
            region.data.astype(np.uint8), (columns, rows), interpolation=cv2.INTER_NEAREST
        ).astype(bool)
        x, y = region.x_offset * self.step, region.y_offset * self.step
        return RegionMask(x, y, data[: camera.height - y, : camera.width - x])

    def window(self, window: Window) -> TabletopScene:
        """The part of the scene inside a window, as views, in the light of all of it.

        What was found out of every pixel is not found out again.
        """
        part = replace(
            self,
            color=self.color[window],
            points=self.points[window],
            ground=self.ground[window],
            height=self.height[window],
            tolerance=self.tolerance[window],
            rays=self.rays[window],
            light=self.white,
        )
        known = {name: self.__dict__[name][window] for name in _OF_PIXELS if name in self.__dict__}
        part.__dict__.update(known)
        return part


@dataclass(frozen=True)
class Segment:
    """The pixels of one object.

    Attributes:
        window: rows and columns of the working image that hold it, with a margin.
        mask: (rows, columns) of the window, True on the object.
        is_open: whether it is a container whose rim was seen.
        one_thing: score, 0 to 1, that it is one thing and not two that touch.
        bonds: what speaks for its being a part of another one, and that one's number.
    """

    window: Window
    mask: BoolArray
    is_open: bool = False
    one_thing: float = 1.0
    bonds: tuple[tuple[int, Bond], ...] = ()

    @classmethod
    def from_labels(cls, labels: Int32Array, margin_px: int = MARGIN_PX) -> dict[int, Segment]:
        """The segment of every label but 0 in an image (rows, columns), with a margin."""
        segments: dict[int, Segment] = {}
        left, top, width, height = cv2.boundingRect((labels > 0).view(np.uint8))
        if not width:
            return segments
        part = labels[top : top + height, left : left + width]
        for index, found in enumerate(ndimage.find_objects(part)):
            if found is not None:
                rows, columns = found
                tight = (
                    slice(top + rows.start, top + rows.stop),
                    slice(left + columns.start, left + columns.stop),
                )
                window = widened(tight, margin_px, labels.shape)
                segments[index + 1] = cls(window, labels[window] == index + 1)
        return segments

    @property
    def area(self) -> int:
        """Number of its pixels."""
        return int(np.count_nonzero(self.mask))

    def narrowed(self, margin_px: int) -> Segment:
        """The same pixels in a window with at most so many pixels around them."""
        x, y, width, height = cv2.boundingRect(self.mask.view(np.uint8))
        tight = slice(y, y + height), slice(x, x + width)
        inner = widened(tight, margin_px, self.mask.shape)
        window = tuple(
            slice(outer.start + part.start, outer.start + part.stop)
            for outer, part in zip(self.window, inner, strict=True)
        )
        return replace(self, window=(window[0], window[1]), mask=self.mask[inner])

    @property
    def region(self) -> RegionMask:
        """Its mask in the working image."""
        local = RegionMask.from_full(self.mask)
        rows, columns = self.window
        return RegionMask(local.x_offset + columns.start, local.y_offset + rows.start, local.data)


def widened(window: Window, margin: int, shape: tuple[int, ...]) -> Window:
    """A window with some room around it, inside an image.

    Args:
        window: rows and columns.
        margin: pixels around it.
        shape: rows and columns of the image.
    """
    rows, columns = window
    return (
        slice(max(rows.start - margin, 0), min(rows.stop + margin, shape[0])),
        slice(max(columns.start - margin, 0), min(columns.stop + margin, shape[1])),
    )


def plane_axes(plane: SupportPlane) -> Float32Array:
    """(3, 2) two unit axes along the plane: right and away, of who looks as the camera does.

    Up is off the plane, so that a camera that is rolled or upside down changes nothing. From
    straight above, away is the image's upper edge.
    """
    normal = plane.normal
    away = np.array([0.0, 0.0, 1.0]) - normal[2] * normal
    if np.linalg.norm(away) < _STEEP:
        away = np.array([0.0, -1.0, 0.0]) + normal[1] * normal
    away /= np.linalg.norm(away)
    return np.column_stack([np.cross(away, normal), away]).astype(np.float32)


def _turns(plane: SupportPlane) -> int:
    """Quarter turns counter-clockwise that bring what is up in the image to its upper edge."""
    x, y = plane.normal[:2]
    if np.hypot(x, y) < _STEEP:
        return 0
    if abs(x) > abs(y):
        return 1 if x > 0 else 3
    return 2 if y > 0 else 0


def _warp(
    ground: Float32Array, height: Float32Array, tolerance: Float32Array, valid: BoolArray
) -> Float32Array:
    """The smooth height (rows, columns) that the support seems to have, m.

    A quadratic fitted to the readings near the plane, robustly: depth cameras show a flat table
    as a shallow dish.
    """
    limit = tolerance * np.float32(_MAX_WARP_IN_TOLERANCES)
    near = valid & (np.abs(height) < limit)
    sample = np.flatnonzero(near)
    sample = sample[:: max(1, len(sample) // 3000)]
    terms = _quadratic(ground.reshape(-1, 2)[sample])
    heights, spread = height.ravel()[sample], tolerance.ravel()[sample]
    weights = 1 / spread
    coefficients = np.zeros(6, np.float32)
    for _ in range(3):
        coefficients = np.linalg.lstsq(terms * weights[:, None], heights * weights, rcond=None)[
            0
        ].astype(np.float32)
        residual = (heights - terms @ coefficients) / spread
        weights = 1 / (spread * (1 + residual * residual))
    c, (x, y) = coefficients, cv2.split(ground)
    surface, part = c[3] * x, c[4] * y
    surface += part
    surface += c[1]
    surface *= x
    np.multiply(y, c[5], out=part)
    part += c[2]
    part *= y
    surface += part
    surface += c[0]
    np.minimum(surface, limit, out=surface)
    return np.maximum(surface, np.negative(limit, out=limit), out=surface)


def _quadratic(ground: Float32Array) -> Float32Array:
    """Terms (n, 6) of a quadratic in positions (n, 2)."""
    x, y = ground[:, 0], ground[:, 1]
    return np.column_stack([np.ones_like(x), x, y, x * x, x * y, y * y])

"""Occluding contours: where an object's surface turns away from the camera.

On an occluding contour the tangent plane passes through the camera's centre (Koenderink 1984), so
the normal follows from the contour's direction in the image alone, and is more accurate there
than a fit to the few grazing readings beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import BoolArray, FloatArray
from ...image_region import nearest_pixel

# Half the window in which the contour's direction is estimated, px. Chosen: long enough to average
# the staircase of a border in pixels, short enough for the curvature of a finger-wide object at
# 0.8 m.
_REACH_PX = 3
# Least number of the window's pixels beyond the contour, and on the object. Chosen: less than the
# quarter of the window that a right-angled corner covers.
_MIN_BEYOND = 8
_MIN_OWN = 8
# Added to the variance of a window's pixels, px^2: regularises the slope of strips one pixel wide.
# Chosen: the square of half a pixel.
_BLUR_PX2 = 0.25
# Largest distance over which holes beside the object are filled, px. Chosen: the region that only
# one camera of a stereo pair sees is focal * baseline * (1/near - 1/far) wide, which is 15 px for
# a rim at 0.46 m before a table at 0.6 m with a focal length of 600 px and a baseline of 50 mm.
SHADOW_PX = 15


@dataclass(frozen=True)
class Contour:
    """Contour points of a depth region.

    Attributes:
        pixels: (n, 2) x, y in the region, px, on the border between object and background.
        depth: (n,) m.
        outward: (n, 2) unit direction in the image that leaves the surface.
        inner: (n,) True where the surface beyond belongs to the object too, as behind a rim.
    """

    pixels: FloatArray
    depth: FloatArray
    outward: FloatArray
    inner: BoolArray

    def points(self, rays: FloatArray) -> FloatArray:
        """Points (n, 3) in the camera's frame, m.

        Args:
            rays: (h, w, 2) x/z and y/z of the region's pixels.
        """
        return self._rays(rays)[0] * self.depth[:, None]

    def normals(self, rays: FloatArray) -> FloatArray:
        """Unit surface normals (n, 3) in the camera's frame.

        Args:
            rays: (h, w, 2) x/z and y/z of the region's pixels.
        """
        center, dx, dy = self._rays(rays)
        along = np.zeros_like(center)
        along[:, :2] = -self.outward[:, 1:] * dx + self.outward[:, :1] * dy
        normals = np.cross(along, center)
        return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)

    def _rays(self, rays: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Rays (n, 3) through the points, at subpixel places, and their derivatives (n, 2)."""
        index = np.floor(self.pixels + 0.5).astype(int)
        rows = np.clip(index[:, 1], 1, rays.shape[0] - 2)
        columns = np.clip(index[:, 0], 1, rays.shape[1] - 2)
        dx = (rays[rows, columns + 1] - rays[rows, columns - 1]) / 2
        dy = (rays[rows + 1, columns] - rays[rows - 1, columns]) / 2
        x, y = self.pixels[:, :1] - columns[:, None], self.pixels[:, 1:] - rows[:, None]
        through = rays[rows, columns] + x * dx + y * dy
        return np.concatenate([through, np.ones((len(rows), 1))], axis=1), dx, dy


def fill_shadows(depth: FloatArray, mask: BoolArray) -> FloatArray:
    """Fill holes beside the object with the nearest reading around them: depth (h, w), m.

    A stereo camera has no reading where only one of its two cameras sees past the object's edge.

    Args:
        depth: (h, w) m, 0 without a reading.
        mask: (h, w) the object's pixels.
    """
    around = np.where(mask | (depth == 0), np.inf, depth)
    kernel = np.ones((2 * SHADOW_PX + 1,) * 2, np.uint8)
    # OpenCV's default border value is the largest finite number, which would pass for a depth.
    nearest = cv2.erode(around, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=np.inf)
    hole = (depth == 0) & ~mask & np.isfinite(nearest)
    return np.where(hole, nearest, depth)


def fill_own_border(
    filled: FloatArray, depth: FloatArray, mask: BoolArray, good: BoolArray, widest: float
) -> tuple[FloatArray, BoolArray]:
    """Give a narrow border of the object without readings its nearest readings.

    Colour shows the object's outline where its depth ends before it. A wide part without readings
    stays unknown.

    Args:
        filled: (h, w) depth with the holes beside the object filled, m.
        depth: (h, w) m, 0 without a reading.
        mask: (h, w) the object's pixels.
        good: (h, w) the object's readings without flying pixels; at least one.
        widest: width of a border that is filled, px.

    Returns:
        Depth (h, w), m; where it is known of the object (h, w).
    """
    inward, index = nearest_pixel(good)
    outward = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 5)
    missing = mask & (depth == 0) & (inward + outward <= widest + 1)
    return np.where(missing, depth.ravel()[index], filled), good | missing


def find_contour(
    depth: FloatArray, mask: BoolArray, good: BoolArray, step: FloatArray, slope: FloatArray
) -> Contour:
    """Find where the object's surface ends in front of something farther away.

    A border to something nearer is the contour of that thing, and one to something at equal
    depth, as at the foot, does not occlude: both are left out.

    Args:
        depth: (h, w) m, 0 without a reading.
        mask: (h, w) the object's pixels.
        good: (h, w) the object's readings without flying pixels.
        step: (h, w) least depth difference between the object and what lies beyond, m.
        slope: (h, w, 2) change of the surface's depth along x and y, m per pixel, at the object's
            readings.
    """
    reach = _REACH_PX
    padded_depth = np.pad(depth, reach)
    padded_mask = np.pad(mask, reach)
    padded_good = np.pad(good, reach)
    rows, columns = np.nonzero(_near_border(depth, mask, good, step))
    offsets = np.arange(-reach, reach + 1)
    window_rows = rows[:, None, None] + reach + offsets[:, None]
    window_columns = columns[:, None, None] + reach + offsets
    around = padded_depth[window_rows, window_columns]
    own_mask = padded_mask[window_rows, window_columns]
    own_good = padded_good[window_rows, window_columns]
    jump = step[rows, columns][:, None, None]
    own_depth = np.where(own_good, around, np.nan)
    at_center = np.where(good[rows, columns], depth[rows, columns], np.nan)
    base = np.where(np.isnan(at_center), _nanmin(own_depth), at_center)[:, None, None]
    own = own_good & (np.abs(around - base) < jump)
    beyond = (around > base + jump) & (~own_mask | own_good)
    weight = np.hypot(*np.meshgrid(offsets, offsets)) <= reach + 0.5
    beyond &= weight
    own &= weight
    enough = (beyond.sum((1, 2)) >= _MIN_BEYOND) & (own.sum((1, 2)) >= _MIN_OWN)
    x, y = np.meshgrid(offsets, offsets)
    outward = np.stack([(beyond * x).sum((1, 2)), (beyond * y).sum((1, 2))], axis=1)
    outward = outward - np.stack([(own * x).sum((1, 2)), (own * y).sum((1, 2))], axis=1)
    length = np.linalg.norm(outward, axis=1)
    keep = np.flatnonzero(enough & (length > 1e-6))
    outward = outward[keep] / length[keep, None]
    inner = (beyond & own_mask).sum((1, 2)) > 0.5 * beyond.sum((1, 2))
    covered = (own_mask & weight & ~beyond).sum((1, 2)).astype(np.float64)
    # Pixels without a good reading between a rim and the surface behind it may belong to either.
    covered -= np.where(inner, 0.5, 0) * (own_mask & weight & ~own_good).sum((1, 2))
    offset = _chord(covered[keep] / weight.sum())[:, None] * outward
    around_slope = np.pad(slope, ((reach, reach), (reach, reach), (0, 0)))[
        window_rows[keep], window_columns[keep]
    ]
    return Contour(
        (np.stack([columns, rows], axis=1)[keep] + offset).astype(np.float64),
        _extrapolate(around[keep], own[keep], around_slope, offset),
        outward,
        inner[keep],
    )


def _chord(share: FloatArray) -> FloatArray:
    """Distance (n,) from a window's middle of the straight edge that covers a share of it, px.

    Counting pixels gives the edge to a fraction of a pixel. At a right-angled corner the object
    covers a quarter of the window, hence the lower limit.
    """
    diameter = 2 * _REACH_PX + 1
    # Of a disc's area, the strip between a chord and the parallel diameter.
    offset = (share - 0.5) * np.pi * diameter / 4
    return np.asarray(np.clip(offset, -0.5, 1.0))


def _extrapolate(
    depth: FloatArray, own: BoolArray, slope: FloatArray, offset: FloatArray
) -> FloatArray:
    """Depth (n,), m, at an offset from a window's middle, along a plane through its readings.

    The surface may be steep toward its edge, as the far side of a level top is. A wider fit gives
    the slope of a flat surface more accurately than the window's few readings; a curved surface
    is steeper at its edge, so the window's readings are fitted for the slope beyond that fit.

    Args:
        depth: (n, k, k) m.
        own: (n, k, k) readings of the surface.
        slope: (n, k, k, 2) of the wider fit, m per pixel.
        offset: (n, 2) x, y, px.
    """
    x, y = np.meshgrid(*(np.arange(-_REACH_PX, _REACH_PX + 1, dtype=np.float64),) * 2)
    count = own.sum((1, 2))

    def mean(values: FloatArray) -> FloatArray:
        return np.asarray(np.where(own, values, 0).sum((1, 2)) / np.maximum(count, 1))

    lean_x, lean_y = mean(slope[..., 0]), mean(slope[..., 1])
    depth = np.where(own, depth, 0) - lean_x[:, None, None] * x - lean_y[:, None, None] * y
    mx, my, mz = mean(x), mean(y), mean(depth)
    xx, yy = mean(x * x) - mx * mx + _BLUR_PX2, mean(y * y) - my * my + _BLUR_PX2
    xy = mean(x * y) - mx * my
    xz, yz = mean(x * depth) - mx * mz, mean(y * depth) - my * mz
    determinant = xx * yy - xy * xy
    more_x = (xz * yy - yz * xy) / determinant
    more_y = (yz * xx - xz * xy) / determinant
    dx, dy = offset.T
    return np.asarray(
        mz + more_x * (dx - mx) + more_y * (dy - my) + lean_x * dx + lean_y * dy, np.float64
    )


def _near_border(
    depth: FloatArray, mask: BoolArray, good: BoolArray, step: FloatArray
) -> BoolArray:
    """The object's pixels (h, w) with a 4-neighbour that is outside or much farther."""
    border = np.zeros(mask.shape, bool)
    padded_depth = np.pad(np.where(good | ~mask, depth, 0), 1)
    padded_mask = np.pad(mask, 1)
    height, width = mask.shape
    for dy, dx in ((0, 1), (2, 1), (1, 0), (1, 2)):
        neighbour = padded_depth[dy : dy + height, dx : dx + width]
        outside = ~padded_mask[dy : dy + height, dx : dx + width]
        border |= outside | (good & (neighbour > depth + step))
    return border & mask


def _nanmin(values: FloatArray) -> FloatArray:
    """Smallest of each (n, k, k), NaN where there is none."""
    filled = np.where(np.isnan(values), np.inf, values).min(axis=(1, 2))
    return np.where(np.isfinite(filled), filled, np.nan)

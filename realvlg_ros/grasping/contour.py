"""Occluding contours: where an object's surface turns away from the camera.

On an occluding contour the tangent plane passes through the camera's centre (Koenderink 1984), so
the normal follows from the contour's direction in the image alone, and is known better there than
any fit to the few grazing readings beside it could tell.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

# Half the window in which the contour's direction is estimated, px.
_REACH = 3
# So many pixels of the window must lie beyond the contour, and so many on the object.
_MIN_BEYOND = 8
_MIN_OWN = 8
# Holes beside the object are filled from so far, px.
SHADOW = 15


@dataclass(frozen=True)
class Contour:
    """Contour points of a depth region.

    Attributes:
        pixels: (n, 2) x, y in the region, px, on the border between object and beyond.
        depth: (n,) m.
        outward: (n, 2) unit direction in the image that leaves the surface.
        inner: (n,) True where the surface beyond belongs to the object too, as behind a rim.
    """

    pixels: FloatArray
    depth: FloatArray
    outward: FloatArray
    inner: BoolArray

    def normals(self, rays: FloatArray) -> FloatArray:
        """Unit surface normals (n, 3) in the camera's frame.

        Args:
            rays: (h, w, 2) x/z and y/z of the region's pixels.
        """
        index = np.floor(self.pixels + 0.5).astype(int)
        rows = np.clip(index[:, 1], 1, rays.shape[0] - 2)
        columns = np.clip(index[:, 0], 1, rays.shape[1] - 2)
        center = np.concatenate([rays[rows, columns], np.ones((len(rows), 1))], axis=1)
        dx = rays[rows, columns + 1] - rays[rows, columns - 1]
        dy = rays[rows + 1, columns] - rays[rows - 1, columns]
        along = np.zeros_like(center)
        along[:, :2] = -self.outward[:, 1:] * dx + self.outward[:, :1] * dy
        normals = np.cross(along, center)
        return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)


def fill_shadows(depth: FloatArray, mask: BoolArray) -> FloatArray:
    """Depth (h, w) whose holes beside the object have the nearest reading around them.

    A stereo camera has no reading where only one of its eyes sees past the object's edge.
    """
    around = np.where(mask | (depth == 0), np.inf, depth)
    nearest = cv2.erode(around, np.ones((2 * SHADOW + 1,) * 2, np.uint8))
    hole = (depth == 0) & ~mask & np.isfinite(nearest)
    return np.where(hole, nearest, depth)


def find_contour(depth: FloatArray, mask: BoolArray, good: BoolArray, step: FloatArray) -> Contour:
    """Find where the object's surface ends in front of something farther away.

    A border to something nearer is not the object's own, and one to something at equal depth, as
    at the foot, is not an occluding one: both are left out.

    Args:
        depth: (h, w) m, 0 without a reading.
        mask: (h, w) the object's pixels.
        good: (h, w) the object's readings that are not flying.
        step: (h, w) by how much what lies beyond must be farther, m.
    """
    reach = _REACH
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
    enough &= length > 1e-6
    outward = outward / np.maximum(length, 1e-9)[:, None]
    near = np.where(own, around, np.nan)
    inner = (beyond & own_mask).sum((1, 2)) > 0.5 * beyond.sum((1, 2))
    pixels = np.stack([columns, rows], axis=1) + 0.5 * outward
    keep = np.flatnonzero(enough)
    return Contour(
        pixels[keep].astype(np.float64),
        np.nanmedian(near[keep], axis=(1, 2)) if len(keep) else np.zeros(0),
        outward[keep],
        inner[keep],
    )


def _near_border(
    depth: FloatArray, mask: BoolArray, good: BoolArray, step: FloatArray
) -> BoolArray:
    """The object's pixels (h, w) with a direct neighbour that is outside or much farther."""
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

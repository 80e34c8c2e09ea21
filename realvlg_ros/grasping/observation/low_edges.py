"""Sides of flat things, from the border of their mask where it meets the support.

Depth shows no jump at the edge of a thing as low as a book, a fork or a phone, and too few
readings of its sides for a normal. The border of its mask shows where it ends, to a pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import BoolArray, FloatArray
from .scene import SUPPORT_RELIEF, Scene

# The top of a thing is not higher, m: depth shows the edges of what is higher. Chosen: the least
# step in depth at which contours are found at 0.8 m.
_LOW = 0.025
# The height of a thing is over this percentage of its readings. Chosen: the others may be flying.
_TOP_PERCENT = 98
# Standard deviation of the blur that gives the direction of the border, m and px, and how far
# inside and beyond it heights are read, px. Chosen: the staircase of a border in pixels is
# averaged, and a handle as wide as a finger keeps both of its sides.
_BLUR, _BLURS_PX = 0.003, (1.5, 4.0)
_BESIDE_PX = 3.0
# Side of the window in which heights are averaged, px, and its fewest readings. Chosen: the noise
# of a reading becomes a third of it or less.
_WINDOW = 5
_MIN_READINGS = 8
# Distance of the heights at which a side is sampled, m. Chosen: the smallest voxel of a cloud.
_STEP = 0.003


@dataclass(frozen=True)
class LowSides:
    """Vertical sides of a flat thing in the support frame.

    Attributes:
        points: (n, 3) m.
        normals: (n, 3) unit, outward and level.
        share: of the mask's border that is one, 0 to 1.
    """

    points: FloatArray
    normals: FloatArray
    share: float


def low_sides(scene: Scene, region: tuple[slice, slice], least: FloatArray) -> LowSides:
    """The sides of what is low, where its mask borders on the support.

    Args:
        scene: with a support, the object's mask, and heights.
        region: rows and columns around the mask, which may leave out some of them.
        least: (h, w) height over which the mean of readings is of the object, m.
    """
    mask, heights = scene.mask[region], scene.heights[region]
    known = np.isfinite(heights)
    if not (known & mask).any() or np.percentile(heights[known & mask], _TOP_PERCENT) > _LOW:
        return LowSides(np.zeros((0, 3)), np.zeros((0, 3)), 0.0)
    step = region[0].step or 1
    blur = _BLUR * scene.frame.camera.fx / (step * scene.distance)
    outward, border = _border(mask, float(np.clip(blur, *_BLURS_PX)))
    rows, columns = np.nonzero(border)
    at = np.stack([columns, rows], axis=1) + 0.5 * outward[rows, columns]
    direction = outward[rows, columns]
    inside = _mean(np.where(mask, heights, np.nan), known & mask)
    beyond = _mean(np.where(mask, np.nan, heights), known & ~mask)
    top, floor = (
        _at(values, at + shift * direction)
        for values, shift in ((inside, -_BESIDE_PX), (beyond, _BESIDE_PX))
    )
    over = _at(least, at - _BESIDE_PX * direction)
    with np.errstate(invalid='ignore'):
        low = (top > over) & (top < _LOW) & (np.abs(floor) < SUPPORT_RELIEF / 2)
        low &= floor < top / 2
    ring = mask & (cv2.erode(mask.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0)
    edge = _at(_mean(heights, known & ring), at)
    at, direction, top = at[low], direction[low], top[low]
    edge = np.clip(np.where(np.isnan(edge[low]), top, edge[low]), 0.0, top)
    rays = scene.frame.camera.rays[region]
    points, normals = _sides(scene, rays, at, direction, np.stack([top, edge]))
    return LowSides(points, normals, float(low.mean()) if len(low) else 0.0)


def _sides(
    scene: Scene, rays: FloatArray, at: FloatArray, direction: FloatArray, levels: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Vertical sides through places of the border.

    Args:
        scene: with a support.
        rays: (h, w, 2) of the region's pixels.
        at: (n, 2) x, y in the region, px.
        direction: (n, 2) unit, outward in the image.
        levels: (2, n) height of the thing's top, and of its surface at the border, m. The border
            is the foot of a wall that faces the camera, the upper edge of one that does not, and
            lies between them where edges are round.
    """
    top, edge = levels
    along = np.stack([-direction[:, 1], direction[:, 0]], axis=1)

    def on_level(pixels: FloatArray, level: FloatArray) -> FloatArray:
        x, y = (np.clip(pixels[:, k], 0, rays.shape[1 - k] - 1) for k in (0, 1))
        ray = _bilinear(rays, x, y) @ scene.camera2support[:3, :3].T
        start = scene.camera_position
        share = (level - start[2]) / np.minimum(ray[:, 2], -1e-6)
        return np.asarray(start[:2] + share[:, None] * ray[:, :2])

    if len(at) == 0:
        return np.zeros((0, 3)), np.zeros((0, 3))
    place = on_level(at, edge)
    tangent = on_level(at + along, edge) - on_level(at - along, edge)
    normal = np.stack([tangent[:, 1], -tangent[:, 0]], axis=1)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    outer = on_level(at + direction, edge) - place
    normal *= np.where((normal * outer).sum(axis=1) < 0, -1.0, 1.0)[:, None]
    count = np.maximum(np.ceil(top / _STEP).astype(int), 1)
    which = np.repeat(np.arange(len(at)), count)
    number = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    height = np.maximum(top[which] - (number + 0.25) * _STEP, 0.0)
    points = np.column_stack([place[which], height])
    return points, np.column_stack([normal[which], np.zeros(len(which))])


def _border(mask: BoolArray, blur: float) -> tuple[FloatArray, BoolArray]:
    """Unit directions (h, w, 2) in the image that leave the mask, and the mask's border (h, w).

    Args:
        mask: (h, w) the object's pixels.
        blur: standard deviation, px.
    """
    blurred = cv2.GaussianBlur(mask.astype(np.float64), (0, 0), blur)
    slope = np.dstack([cv2.Sobel(blurred, cv2.CV_64F, dx, 1 - dx, ksize=3) for dx in (1, 0)])
    length = np.linalg.norm(slope, axis=2)
    border = mask & (cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0)
    border &= length > 1e-3
    return -slope / np.maximum(length, 1e-9)[..., None], border


def _mean(values: FloatArray, known: BoolArray) -> FloatArray:
    """Mean (h, w) of the known values around each pixel; NaN where there are too few."""
    kernel = (_WINDOW, _WINDOW)
    filled = np.where(known, values, 0.0)
    count = cv2.boxFilter(known.astype(np.float64), -1, kernel, normalize=False)
    total = cv2.boxFilter(filled, -1, kernel, normalize=False)
    return np.where(count >= _MIN_READINGS, total / np.maximum(count, 1), np.nan)


def _at(values: FloatArray, pixels: FloatArray) -> FloatArray:
    """Values (n,) at the pixels nearest to places (n, 2); NaN outside."""
    column, row = np.floor(pixels + 0.5).astype(int).T
    height, width = values.shape
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    return np.where(
        inside, values[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)], np.nan
    )


def _bilinear(rays: FloatArray, x: FloatArray, y: FloatArray) -> FloatArray:
    """Rays (n, 3) through places in the region, px."""
    column = np.clip(np.floor(x).astype(int), 0, rays.shape[1] - 2)
    row = np.clip(np.floor(y).astype(int), 0, rays.shape[0] - 2)
    u, v = (x - column)[:, None], (y - row)[:, None]
    upper = (1 - u) * rays[row, column] + u * rays[row, column + 1]
    lower = (1 - u) * rays[row + 1, column] + u * rays[row + 1, column + 1]
    flat = (1 - v) * upper + v * lower
    return np.concatenate([flat, np.ones((len(flat), 1))], axis=1)

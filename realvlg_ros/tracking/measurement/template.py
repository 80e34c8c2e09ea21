"""Grey values of an object at points on its surface, at several image scales."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import ByteArray, Float32Array, FloatArray

# Levels of the image pyramid with the image itself; side of a cell of which one point is taken and
# most points in all; blur of each level, px. Chosen: a factor of 4 covers what features leave as
# error.
LEVELS = 3
_CELL_PX = 4
_MAX_POINTS = 240
_BLUR_PX = 0.8
# Points whose slope is less than this share of the steep ones are left out while enough remain.
# Chosen: flat points add noise only; 60 points fix a pose of six degrees of freedom ten times
# over.
_EDGE_SHARE = 0.2
_MIN_POINTS = 60


@dataclass(frozen=True)
class Template:
    """Where an object's image has structure, and what its grey values are there.

    Attributes:
        points: (n, 3) in the object frame, m.
        values: (levels, n) grey, each level at half the scale of the one before.
    """

    points: FloatArray
    values: FloatArray


def smoothed(image: ByteArray) -> Float32Array:
    """The finest level of an image."""
    return np.asarray(cv2.GaussianBlur(image, (5, 5), _BLUR_PX), np.float32)


def coarser(image: Float32Array) -> Float32Array:
    """The next level, at half the scale: its pixel i is pixel 2 i of the finer."""
    return np.asarray(cv2.pyrDown(image), np.float32)


def pyramid(image: ByteArray) -> list[Float32Array]:
    """All levels of an image."""
    stack = [smoothed(image)]
    for _ in range(1, LEVELS):
        stack.append(coarser(stack[-1]))
    return stack


def sample(image: Float32Array, pixels: FloatArray, level: int) -> FloatArray:
    """Interpolate a pyramid level (h, w[, c]) at pixels (n, 2) of the finest: (n[, c]).

    Args:
        image: (h, w[, c]) the level.
        pixels: (n, 2) column and row of the finest level.
        level: 0 for the finest; each halves the size.
    """
    if len(pixels) == 0:
        return np.zeros((0, *image.shape[2:]))
    place = (pixels / 2**level).astype(np.float32)
    found = cv2.remap(
        image, place[:, :1], place[:, 1:], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(found.reshape(len(pixels), *image.shape[2:]), np.float64)


def structured_pixels(image: Float32Array, region: ByteArray) -> FloatArray:
    """Pixels (n, 2) with the steepest grey in each cell of a region, its outline included."""
    steep = np.abs(cv2.Sobel(image, cv2.CV_32F, 1, 0)) + np.abs(cv2.Sobel(image, cv2.CV_32F, 0, 1))
    steep = np.where(region > 0, steep, -1.0)
    rows = (region.shape[0] // _CELL_PX) * _CELL_PX
    columns = (region.shape[1] // _CELL_PX) * _CELL_PX
    cells = steep[:rows, :columns].reshape(
        rows // _CELL_PX, _CELL_PX, columns // _CELL_PX, _CELL_PX
    )
    blocks = cells.transpose(0, 2, 1, 3).reshape(rows // _CELL_PX, columns // _CELL_PX, -1)
    best, peak = blocks.argmax(axis=2), blocks.max(axis=2)
    y, x = np.nonzero(peak >= 0)
    order = np.argsort(-peak[y, x], kind='stable')[:_MAX_POINTS]
    steepest = peak[y, x][order]
    if steepest.size:
        # Gentle slopes are shading: it stays with the lamp when the object turns.
        edges = int(np.count_nonzero(steepest >= _EDGE_SHARE * steepest[steepest.size // 20]))
        order = order[: max(edges, _MIN_POINTS)]
    y, x = y[order], x[order]
    offset = best[y, x]
    return np.stack(
        [x * _CELL_PX + offset % _CELL_PX, y * _CELL_PX + offset // _CELL_PX], axis=1
    ).astype(np.float64)

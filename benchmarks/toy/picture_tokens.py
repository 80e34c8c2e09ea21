"""Patches of a picture for the toy model, and the auxiliary targets of its image tokens."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from benchmarks.toy.scenes import COLORS, DrawnScene, Shape

# Of the pictures that CLIP was trained on, as Qwen2VLImageProcessor has them.
_MEAN = np.array([0.48145466, 0.4578275, 0.40821073], np.float32)
_DEVIATION = np.array([0.26862954, 0.26130258, 0.27577711], np.float32)


def patches_of(image: np.ndarray, width: int, height: int) -> np.ndarray:
    """Patches as Qwen2VLImageProcessor makes them: (n, 3 * 2 * 14 * 14), normalised."""
    resized = Image.fromarray(image).resize((width, height), Image.Resampling.BICUBIC)
    values = (np.asarray(resized, np.float32) / 255 - _MEAN) / _DEVIATION
    rows, columns = height // 28, width // 28
    grid = values.transpose(2, 0, 1).reshape(3, rows, 2, 14, columns, 2, 14)
    patches = grid.transpose(1, 4, 2, 5, 0, 3, 6)[:, :, :, :, :, None]
    return np.repeat(patches, 2, axis=5).reshape(rows * columns * 4, -1)


def cells_of(scene: DrawnScene, size: tuple[int, int], grid: tuple[int, int]) -> np.ndarray:
    """Auxiliary targets: place of each image token, and the share of it that each colour covers.

    (tokens, 4 + colours): column and row from 0 to 1, the bars' axes, then the shares.
    """
    rows, columns = grid[0] // 2, grid[1] // 2
    y, x = np.mgrid[:rows, :columns]
    place = np.stack([(x + 0.5) / columns, (y + 0.5) / rows], axis=-1).reshape(-1, 2)
    covered, axis = np.zeros((rows * columns, len(COLORS))), np.zeros((rows * columns, 2))
    for shape in scene.shapes:
        index = list(COLORS).index(shape.color)
        share = coverage(shape, size, rows, columns)
        covered[:, index] = np.maximum(covered[:, index], share)
        axis += share[:, None] * twice_angle(shape)
    return np.concatenate([place, axis, covered], axis=1).astype(np.float32)


def twice_angle(shape: Shape) -> tuple[float, float]:
    """Cos and sin of twice a bar's angle, which have no jump; zeros for other shapes."""
    if shape.kind != 'bar':
        return 0.0, 0.0
    return math.cos(2 * shape.angle), math.sin(2 * shape.angle)


def coverage(shape: Shape, size: tuple[int, int], rows: int, columns: int) -> np.ndarray:
    """Share of each image token's cell (rows * columns,) that the shape's box covers."""
    y, x = np.mgrid[:rows, :columns]
    low = np.stack([x / columns, y / rows], axis=-1).reshape(-1, 2)
    cell = np.array([1 / columns, 1 / rows])
    first = np.array([shape.box.x_min / size[0], shape.box.y_min / size[1]])
    last = np.array([shape.box.x_max / size[0], shape.box.y_max / size[1]])
    overlap = np.minimum(low + cell, last) - np.maximum(low, first)
    share: np.ndarray = np.prod(np.clip(overlap, 0, None) / cell, axis=1)
    return share

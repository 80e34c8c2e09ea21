"""Procedural textures, equal for equal seeds."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter

from ..arrays import Float32Array

# Points of the repeated lattice of noise along each side, and their distance, m. Chosen: seen as
# grain from where cameras stand.
_LATTICE = 64
_LATTICE_STEP = 0.0025  # m


def surface_texture(kind: str, size_m: tuple[float, float], seed: int) -> Float32Array:
    """(rows, columns, 3) sRGB 0 to 1 at one pixel a millimetre; rows run along x.

    Args:
        kind: name of the material.
        size_m: along x and y.
        seed: of the pattern.
    """
    shape = round(size_m[0] * 1000), round(size_m[1] * 1000)
    rng = np.random.default_rng(seed)
    if kind == 'wood':
        return _wood(shape, rng)
    if kind == 'cloth':
        return _cloth(shape, rng)
    base = np.array([0.74, 0.73, 0.70], np.float32)
    return (
        base
        * (1 + 0.05 * _noise(shape, (60, 60), rng) + 0.03 * _noise(shape, (4, 4), rng))[..., None]
    )


def solid_noise(points: npt.NDArray[np.floating]) -> Float32Array:
    """(N,) faint mottling, 1 plus or minus about a tenth, at points (N, 3) m in an object."""
    lattice = _mottling()
    at = (points * np.float32(1 / _LATTICE_STEP)).astype(np.float32)
    corner = np.floor(at)
    part = at - corner
    low = (corner.astype(np.int32) % _LATTICE).T
    high = (low + 1) % _LATTICE
    ends = [(low[axis], 1 - part[:, axis], high[axis], part[:, axis]) for axis in range(3)]
    (x0, a0, x1, a1), (y0, b0, y1, b1), (z0, c0, z1, c1) = ends
    flat = lattice.ravel()
    total = np.zeros(len(points), np.float32)
    for x, a in ((x0, a0), (x1, a1)):
        for y, b in ((y0, b0), (y1, b1)):
            row = (x * _LATTICE + y) * _LATTICE
            total += a * b * (c0 * flat[row + z0] + c1 * flat[row + z1])
    return total


@lru_cache(maxsize=1)
def _mottling() -> Float32Array:
    """A lattice of noise with fine and coarse bumps, which repeats without a seam."""
    rng = np.random.default_rng(7)
    total = np.ones((_LATTICE,) * 3)
    for amplitude, bump in ((0.045, 3.0), (0.03, 0.8)):
        noise = gaussian_filter(rng.standard_normal(total.shape), bump, mode='wrap')
        total += amplitude * noise / noise.std()
    return total.astype(np.float32)


def _noise(
    shape: tuple[int, int], bump_px: tuple[float, float], rng: np.random.Generator
) -> Float32Array:
    """Smooth noise of unit variance, with bumps of a size along rows and columns."""
    coarse = [max(2, int(np.ceil(n / b)) + 3) for n, b in zip(shape, bump_px, strict=True)]
    values = rng.standard_normal(coarse).astype(np.float32)
    image = cv2.resize(values, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(image / max(float(image.std()), 1e-6), np.float32)


def _wood(shape: tuple[int, int], rng: np.random.Generator) -> Float32Array:
    """Boards along y with their own tint, rings, fibres and seams."""
    board_px = 118
    rows = np.arange(shape[0])
    light = np.array([0.735, 0.575, 0.41], np.float32)
    dark = np.array([0.50, 0.345, 0.215], np.float32)
    grain = np.zeros(shape, np.float32)
    for start in range(0, shape[0], board_px):
        stop = min(start + board_px, shape[0])
        part = (stop - start, shape[1])
        across = (np.arange(part[0], dtype=np.float32) / board_px)[:, None]
        bend = 0.55 * _noise(part, (90, 420), rng) + 0.10 * _noise(part, (30, 160), rng)
        rings = np.sin(2 * np.pi * (rng.uniform(3, 5) * across + bend))
        fibres = 0.5 * _noise(part, (1.4, 55), rng) + 0.35 * _noise(part, (2.5, 18), rng)
        specks = np.clip(_noise(part, (3, 9), rng) - 2.0, 0, 1)
        board = 0.36 + 0.13 * rings + 0.11 * fibres + 0.5 * specks + rng.uniform(-0.09, 0.09)
        grain[start:stop] = board
    image = light + (dark - light) * np.clip(grain, 0, 1)[..., None]
    seam = 1 - 0.45 * np.exp(-(((rows % board_px) / 1.2) ** 2))
    return np.asarray(image * seam[:, None, None], np.float32)


def _cloth(shape: tuple[int, int], rng: np.random.Generator) -> Float32Array:
    """A woven cloth with stripes."""
    rows, columns = np.arange(shape[0])[:, None], np.arange(shape[1])[None]
    weave = np.sin(rows * 2.1) * np.sin(columns * 2.1)
    stripes = ((columns // 14 % 9) == 0) | ((rows // 14 % 9) == 0)
    value = 1 + 0.05 * weave + 0.05 * _noise(shape, (5, 5), rng)
    value = value + 0.03 * _noise(shape, (80, 80), rng)
    base = np.where(stripes[..., None], (0.43, 0.49, 0.57), (0.80, 0.79, 0.75))
    return np.asarray(np.clip(base * value[..., None], 0, 1), np.float32)

"""Where jaws that close below the top of an object first touch it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .band import Band
from .slab import DEPTH, MIN_LINES, Top
from .vectors import cross, length, unit

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]

# A silhouette within so many pixels of a good reading is where the surface ends: readings beside
# a jump in depth are unreliable, masks less so.
_EDGE_PX = 3.5
# Error of a silhouette, half a pixel either way on every line, once averaged over them, px.
_EDGE_SIGMA_PX = 0.1
# Readings within this of the first touch are of the same wall, m.
_SAME_WALL = 0.003
# The top is reached within this of its level, m.
_TOP = 0.001
# Readings on a line that make a wall rather than a blurred edge, and how much a wall must face
# the camera, as the cosine of its normal to the view.
_WALL_READINGS = 1.5
_WALL_FACING = 0.03
_ROUNDS = 3


@dataclass(frozen=True)
class Side:
    """One contact along the opening axis.

    Attributes:
        position: along the axis, from the band's centre, m.
        sigma: standard deviation of the position, m.
        count: readings it rests on.
    """

    position: float
    sigma: float
    count: int


def close_on_slab(
    band: Band, top: Top, axis: FloatArray, center: FloatArray, sigma: float
) -> tuple[Side, Side] | None:
    """Where each jaw first touches, from either end, or None where it meets nothing.

    On a side whose wall is seen the contact is where the wall's readings lie. On one whose wall is
    hidden it is where the top ends in the image.

    Args:
        band: samples.
        top: level that the jaws close below.
        axis: (3,) unit opening axis.
        center: (3,) point on the top from which positions are measured.
        sigma: standard deviation of the readings, m.
    """
    basis = np.stack([axis, cross(top.normal, axis), -top.normal])
    facing = basis @ unit(band.center_ray)
    local = (band.rays.reshape(-1, 3) @ basis.T) * band.depth.reshape(-1, 1) - basis @ center
    drop = local[:, 2].reshape(band.depth.shape)
    noise = sigma * abs(float(facing[2]))
    inside: BoolArray = band.valid & (drop < DEPTH) & (drop > -4 * noise - 0.003)
    used = np.flatnonzero(inside.any(axis=1))
    if len(used) < MIN_LINES:
        return None
    first = inside[used].argmax(axis=1)
    last = inside.shape[1] - 1 - inside[used, ::-1].argmax(axis=1)
    pixel = length(band.pixel_rays[0]) * length(center)
    low = _Jaw(band, local, inside, used, first, -1, float(facing[0]), sigma, pixel)
    high = _Jaw(band, local, inside, used, last, 1, -float(facing[0]), sigma, pixel)
    left, right = (jaw.touch(top, basis, center, noise) for jaw in (low, high))
    return Side(-left.position, left.sigma, left.count), right


class _Jaw:
    """A jaw that comes along the lines and the samples around the first one that it meets.

    Positions along the opening count outward.
    """

    def __init__(
        self,
        band: Band,
        local: FloatArray,
        inside: BoolArray,
        rows: IntArray,
        first: IntArray,
        sign: int,
        facing: float,
        sigma: float,
        pixel: float,
    ) -> None:
        """Gather the samples, the outermost first.

        Args:
            band: samples.
            local: (m * k, 3) along the opening, across it, and below the top, m.
            inside: (m, k) readings in the slab below the top.
            rows: lines on which the jaw meets something.
            first: where, for each.
            sign: 1 for the jaw at the end of the lines, -1 for the one at their start.
            facing: cosine of the jaw's wall to the view; positive where it is seen.
            sigma: standard deviation of the readings, m.
            pixel: size of a pixel, m.
        """
        self.band, self.rows, self.first, self.sign = band, rows, first, sign
        self.facing, self.sigma, self.pixel = facing, sigma, pixel
        self.noise = sigma * abs(facing)
        self.before = int(_EDGE_PX / band.step) + 1
        wall = (DEPTH * abs(facing) + _SAME_WALL + 2 * self.noise) / (pixel * band.step)
        width = inside.shape[1]
        columns = first[:, None] - sign * np.arange(-self.before, int(wall) + 3)
        exists = (columns >= 0) & (columns < width)
        index = rows[:, None] * width + np.where(exists, columns, 0)
        places = local[index]
        self.along, self.across, self.drop = sign * places[..., 0], places[..., 1], places[..., 2]
        self.on = exists & band.on.ravel()[index]
        self.valid = exists & band.valid.ravel()[index]
        self.inside = exists & inside.ravel()[index]

    def touch(self, top: Top, basis: FloatArray, center: FloatArray, noise: float) -> Side:
        """The contact; noise is the standard deviation of the height of readings, m."""
        wall = self._wall(noise)
        count = int(np.count_nonzero(wall))
        if self.facing > _WALL_FACING and count > _WALL_READINGS * len(self.rows):
            return self._on_wall(wall, noise)
        return self._on_edge(top, basis, center)

    def _near(self) -> BoolArray:
        """Readings beside the first touch of their line."""
        start = self.along[:, self.before, None]
        return np.asarray(np.abs(self.along - start) < _SAME_WALL + 3 * self.noise)

    def _wall(self, noise: float) -> BoolArray:
        """Readings of a wall: those before the top; what comes after may be a vessel's inside."""
        drop = np.where(self.inside, self.drop, np.inf)[:, self.before :]
        reached = drop < _TOP + 1.5 * noise
        crest = np.where(reached.any(axis=1), reached.argmax(axis=1), drop.argmin(axis=1))
        wall = np.zeros_like(self.inside)
        before_crest = np.arange(drop.shape[1]) <= crest[:, None]
        wall[:, self.before :] = before_crest & self.inside[:, self.before :]
        return wall & self._near()

    def _on_wall(self, wall: BoolArray, noise: float) -> Side:
        """The apex of the mean of the wall's readings on every line."""
        below = wall & (self.drop > _TOP + noise)
        below = below if below.any() else wall
        middle = _median(self.along[below])
        used = below & (np.abs(self.along - middle) < _SAME_WALL + 2 * self.noise)
        count = np.count_nonzero(used, axis=1)
        lines = count > 0
        position = np.where(used, self.along, 0.0).sum(axis=1)[lines] / count[lines]
        lateral = np.where(used, self.across, 0.0).sum(axis=1)[lines] / count[lines]
        value, scatter = _at_middle(position, lateral)
        total = int(count.sum())
        spread = self.noise * math.sqrt(self.band.alike / max(total, 1))
        return Side(value, math.hypot(scatter, spread), total)

    def _on_edge(self, top: Top, basis: FloatArray, center: FloatArray) -> Side:
        """The apex of the border of the top in the image."""
        band, rows, before = self.band, self.rows, self.before
        outside = self.on[:, :before]
        goes_on = (outside & self._near()[:, :before] & self.valid[:, :before]).any(axis=1)
        # Only the mask's border is trusted beyond the readings, not a jump within the object.
        reach = np.where(outside.all(axis=1) | goes_on, 0, outside.sum(axis=1))
        rays = band.rays[rows, np.clip(self.first + self.sign * reach, 0, band.on.shape[1] - 1)]
        rays = rays + np.where(goes_on, 0.0, 0.5 * self.sign)[:, None] * band.pixel_rays[0]
        depth = band.depth[rows, self.first]
        level = np.abs(top.offset - depth * (rays @ top.normal)) < 2 * self.sigma + 0.002
        level &= ~goes_on
        points = np.where(level[:, None], top.meet(rays), rays * depth[:, None]) - center
        value, scatter = _at_middle(self.sign * (points @ basis[0]), points @ basis[1])
        spread = _EDGE_SIGMA_PX * self.pixel
        spread += self.noise * (1 - float(level.mean())) / math.sqrt(len(rows))
        # The silhouette of a wall that faces the camera lies below its edge.
        spread = math.hypot(spread, max(self.facing, 0.0) * DEPTH / math.sqrt(12))
        return Side(value, math.hypot(scatter, spread), len(rows))


def _median(values: FloatArray) -> float:
    """The middle value; much faster than numpy's on few values."""
    return float(np.partition(values, len(values) // 2)[len(values) // 2])


def _at_middle(positions: FloatArray, lateral: FloatArray) -> tuple[float, float]:
    """Value at lateral 0 of a parabola through positions, with its standard deviation.

    Jaws touch a curved wall at its apex; across the jaws an edge may be curved, but not stepped.
    """
    scale = max(float(np.abs(lateral).max()), 1e-4)
    x = lateral / scale
    design = np.stack([np.ones_like(x), x, x * x])
    prior = np.diag([1e-9, 0.05, 0.05])
    weight = np.ones_like(x)
    value, spread = _median(positions), 0.0
    for _ in range(_ROUNDS):
        weighted = design * weight
        inverse = np.linalg.inv(weighted @ design.T + prior)
        solution = inverse @ (weighted @ positions)
        value = float(solution[0])
        residual = np.abs(positions - solution @ design)
        size = 1.48 * _median(residual[weight > 0])
        spread = math.sqrt(float(inverse[0, 0])) * size
        kept = (residual < max(2.5 * size, 3e-4)).astype(np.float64)
        if kept.sum() < MIN_LINES or np.array_equal(kept, weight):
            break
        weight = kept
    return value, spread

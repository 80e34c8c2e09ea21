"""First contacts of jaws that close below the top of an object."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...arrays import BoolArray, FloatArray, IndexArray
from ..vectors import cross, length, median, solve_positive
from .jaw_strip import JawStrip
from .top_surface import DEPTH, MIN_LINES, WALL_FACING, Slab

# Largest distance between the outermost good reading and the mask's border for that border to be
# the edge of the surface, px: beside a depth discontinuity readings are less reliable than masks.
# Chosen: over a larger distance there may be a hole.
_EDGE_PX = 3.5
# Error of a silhouette that all lines share, px. The rest shows in their scatter, so that this is
# far less than SILHOUETTE_SIGMA_PX. Chosen: masks of simulation are exact.
_COMMON_EDGE_SIGMA_PX = 0.05
# Readings within this of the first contact are of the same wall, m. Chosen: about the depth noise
# at 1 m.
_SAME_WALL = 0.003
# The top is reached within this of its level, m. Chosen: the step of a depth in millimetres.
_TOP = 0.001
# Mean number of readings per line above which they are a wall, not a blurred edge. Chosen: a
# blurred edge has one.
_WALL_READINGS = 1.5
# Fits of the parabola, each without the outliers of the last. Chosen: for time.
_ROUNDS = 2
# Regularisation of the parabola's height, slope and curvature toward zero, in weights of a line.
# Chosen: far less than one.
_PRIOR = np.diag([1e-9, 0.05, 0.05])
# The right-hand side that gives the variance of the height. Chosen: made once, for time.
_FIRST = np.array([1.0, 0.0, 0.0])


@dataclass(frozen=True)
class Side:
    """One contact along the opening axis.

    Attributes:
        position: along the axis, from the slab's centre, m.
        sigma: standard deviation of the position, m.
        count: readings it was computed from.
    """

    position: float
    sigma: float
    count: int


def close_on_slab(strip: JawStrip, slab: Slab) -> tuple[Side, Side] | None:
    """The first contact of each jaw, or None where too few lines have readings of the slab.

    A visible wall gives the contact by its readings. On a side whose wall is hidden it is where
    the top ends in the image.

    Args:
        strip: samples of the image between the jaws.
        slab: that the jaws close on, below its top.
    """
    normal = slab.top.normal
    basis = np.array([slab.axis, cross(normal, slab.axis), -normal])
    local = basis @ strip.rays.reshape(-1, 3).T
    local *= strip.depth.ravel()
    local -= (basis @ slab.center)[:, None]
    facing = (basis @ strip.ray).tolist()
    noise = slab.sigma * abs(facing[2])
    drop = local[2].reshape(strip.depth.shape)
    inside: BoolArray = strip.valid & (drop < DEPTH) & (drop > -4 * noise - 0.003)
    rows = np.flatnonzero(inside.any(axis=1))
    if len(rows) < MIN_LINES:
        return None
    pixel = length(strip.pixel_rays[0]) * length(slab.center)
    view = _View(strip, slab, basis, noise, facing[0], slab.sigma * abs(facing[0]), pixel)
    jaws = _Jaws.meet(view, local, inside, rows)
    left, right = jaws.side(0), jaws.side(1)
    return Side(-left.position, left.sigma, left.count), right


@dataclass(frozen=True)
class _View:
    """Geometry that both jaws share.

    Attributes:
        strip: samples of the image between the jaws.
        slab: that the jaws close on.
        basis: (3, 3) rows are unit axes along the opening, across it, and down from the top.
        noise: standard deviation of the readings' height, m.
        facing: cosine of the opening axis to the line of sight.
        sideways: standard deviation of the readings' position along the opening, m.
        pixel: size of a pixel along the opening, m.
    """

    strip: JawStrip
    slab: Slab
    basis: FloatArray
    noise: float
    facing: float
    sideways: float
    pixel: float


@dataclass(frozen=True)
class _Jaws:
    """The samples around the first one that each jaw meets on every line, the outermost first.

    The first half of the rows is of the jaw at the start of the lines, the other half of the jaw
    at their end; positions along the opening are positive outward.

    Attributes:
        view: geometry that both jaws share.
        rows, first: (2 m,) line, and index on it, of the first sample that is met.
        before: number of samples ahead of it.
        along, across, drop: (2 m, k) outward, across the jaws, and below the top, m.
        on, valid: (2 m, k) on the object; with a reading.
        near, wall: (2 m, k) near the line's first contact; readings of the wall.
    """

    view: _View
    rows: IndexArray
    first: IndexArray
    before: int
    along: FloatArray
    across: FloatArray
    drop: FloatArray
    on: BoolArray
    valid: BoolArray
    near: BoolArray
    wall: BoolArray

    @classmethod
    def meet(cls, view: _View, local: FloatArray, inside: BoolArray, rows: IndexArray) -> _Jaws:
        """Gather the samples of both jaws.

        Args:
            view: geometry that both jaws share.
            local: (3, m * k) along the opening, across it, and below the top, m.
            inside: (m, k) readings in the slab below the top.
            rows: indices of the lines with such readings.
        """
        strip, width = view.strip, inside.shape[1]
        pixel = view.pixel * strip.step
        before = int(_EDGE_PX / strip.step) + 1
        wall = (DEPTH * abs(view.facing) + _SAME_WALL + 2 * view.sideways) / pixel
        last = width - 1 - inside[rows, ::-1].argmax(axis=1)
        first = np.concatenate([inside[rows].argmax(axis=1), last])
        sign = np.repeat([-1, 1], len(rows))[:, None]
        rows = np.concatenate([rows, rows])
        columns = first[:, None] - sign * np.arange(-before, int(wall) + 3)
        exists = (columns >= 0) & (columns < width)
        index = rows[:, None] * width + columns
        index[~exists] = 0
        along, across, drop = local[:, index]
        along = sign * along
        in_slab = exists & inside.ravel()[index]
        near = np.abs(along - along[:, before, None]) < _SAME_WALL + 3 * view.sideways
        # A jaw meets a wall before the top; what follows the top may be the inside of a vessel.
        below = np.where(in_slab, drop, np.inf)[:, before:]
        reached = below < _TOP + 1.5 * view.noise
        crest = np.where(reached.any(axis=1), reached.argmax(axis=1), below.argmin(axis=1))
        ahead = np.arange(-before, below.shape[1]) <= crest[:, None]
        ahead[:, :before] = False
        return cls(
            view, rows, first, before, along, across, drop, exists & strip.on.ravel()[index],
            exists & strip.valid.ravel()[index], near, in_slab & near & ahead,
        )  # fmt: skip

    def side(self, number: int) -> Side:
        """The contact of the first (0) or second (1) jaw."""
        half = len(self.rows) // 2
        part = slice(number * half, (number + 1) * half)
        sign = 2 * number - 1
        facing = -sign * self.view.facing
        wall = self.wall[part]
        if facing > WALL_FACING and np.count_nonzero(wall) > _WALL_READINGS * half:
            return self._on_wall(part, wall)
        return self._on_edge(part, sign, facing)

    def _on_wall(self, part: slice, wall: BoolArray) -> Side:
        """The contact on a visible wall, from the mean of its readings on every line."""
        view, along = self.view, self.along[part]
        below = wall & (self.drop[part] > _TOP + view.noise)
        below = below if below.any() else wall
        middle = median(along[below])
        used = below & (np.abs(along - middle) < _SAME_WALL + 2 * view.sideways)
        count = np.count_nonzero(used, axis=1)
        lines = count > 0
        position = np.where(used, along, 0.0).sum(axis=1)[lines] / count[lines]
        lateral = np.where(used, self.across[part], 0.0).sum(axis=1)[lines] / count[lines]
        value, scatter = _at_middle(position, lateral)
        total = int(count.sum())
        spread = view.sideways * math.sqrt(view.strip.correlated_samples / max(total, 1))
        return Side(value, math.hypot(scatter, spread), total)

    def _on_edge(self, part: slice, sign: int, facing: float) -> Side:
        """The contact below the border of the top in the image, where the wall is hidden."""
        view, strip, before = self.view, self.view.strip, self.before
        rows, first = self.rows[part], self.first[part]
        outside = self.on[part, :before]
        goes_on = (outside & self.near[part, :before] & self.valid[part, :before]).any(axis=1)
        # Beyond the readings only the mask's border is used, no discontinuity inside the object.
        reach = np.where(outside.all(axis=1) | goes_on, 0, outside.sum(axis=1))
        rays = strip.rays[rows, first + sign * reach]
        rays = rays + np.where(goes_on, 0.0, 0.5 * sign)[:, None] * strip.pixel_rays[0]
        depth = strip.depth[rows, first]
        top = view.slab.top
        level = np.abs(top.offset - depth * (rays @ top.normal)) < 2 * view.slab.sigma + 0.002
        level &= ~goes_on
        points = np.where(level[:, None], top.meet(rays), rays * depth[:, None])
        position, lateral = view.basis[:2] @ (points - view.slab.center).T
        value, scatter = _at_middle(sign * position, lateral)
        off_top = 1 - np.count_nonzero(level) / len(rows)
        spread = _COMMON_EDGE_SIGMA_PX * view.pixel
        spread += view.sideways * off_top / math.sqrt(len(rows))
        # The silhouette of a wall that faces the camera lies below its edge.
        below = max(facing, 0.0) * DEPTH / math.sqrt(12)
        return Side(value, math.hypot(scatter, spread, below), len(rows))


def _at_middle(positions: FloatArray, lateral: FloatArray) -> tuple[float, float]:
    """Value at lateral 0 of a parabola through positions, with its standard deviation, m.

    Jaws touch a curved wall at its apex. The fit excludes outliers, such as a stepped edge.

    Args:
        positions: (n,) along the opening, m.
        lateral: (n,) across the jaws, m.
    """
    scale = max(float(np.abs(lateral).max()), 1e-4)
    x = lateral / scale
    design = np.array([np.ones_like(x), x, x * x])
    kept = np.ones_like(x, bool)
    value = spread = 0.0
    for _ in range(_ROUNDS):
        weighted = design * kept
        moments = weighted @ design.T + _PRIOR
        # The first column of the inverse beside the solution.
        right = np.array([weighted @ positions, _FIRST]).T
        solution, variance = solve_positive(moments, right).T
        value = float(solution[0])
        residual = np.abs(positions - solution @ design)
        size = 1.48 * median(residual[kept])
        spread = math.sqrt(float(variance[0])) * size
        kept = residual < max(2.5 * size, 3e-4)
        count = np.count_nonzero(kept)
        if count < MIN_LINES or count == len(x):
            break
    return value, spread

"""Contacts on a surface with a top: the jaws close on the few millimetres below it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .band import Band

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

# The jaws are taken to reach so far below the top, m.
DEPTH = 0.012
# A silhouette within so many pixels of a good reading is where the surface ends: readings beside
# a jump in depth are unreliable, masks less so.
_EDGE_PX = 3.5
# A wall is seen when so many readings lie below the top on its side.
_MIN_WALL = 12
_MIN_LINES = 4


@dataclass(frozen=True)
class Side:
    """One contact along the opening axis.

    Attributes:
        position: along the axis, from the band's centre, m.
        sigma: standard deviation of the position, m.
        count: readings it rests on.
        lines: lines across the jaw on which it was found.
    """

    position: float
    sigma: float
    count: int
    lines: int


@dataclass(frozen=True)
class Top:
    """The plane normal . p = offset that the jaws close below.

    Attributes:
        normal: (3,) unit vector out of the surface, toward the gripper.
        offset: m.
        sigma: standard deviation of the offset, m.
        count: readings it rests on.
    """

    normal: FloatArray
    offset: float
    sigma: float
    count: int

    def meet(self, rays: FloatArray) -> FloatArray:
        """Where rays (..., 3) meet the plane, (..., 3) m."""
        return np.asarray(rays * (self.offset / (rays @ self.normal))[..., None])


def find_top(band: Band, normal: FloatArray, sigma: float) -> Top | None:
    """The highest level along a normal that the band's readings show.

    Args:
        band: samples.
        normal: (3,) unit vector out of the surface.
        sigma: standard deviation of the readings, m.
    """
    rays = band.rays[band.valid]
    if len(rays) < _MIN_WALL:
        return None
    heights = (rays @ normal) * band.depth[band.valid]
    # Depth noise moves a point along its ray.
    spread = sigma * float(abs(band.center_ray @ normal)) + 2e-4
    level = float(np.partition(heights, -max(3, len(heights) // 25))[-max(3, len(heights) // 25)])
    near = heights
    for _ in range(3):
        near = heights[np.abs(heights - level) < 2 * spread]
        if len(near) < 3:
            return None
        level = float(near.mean())
    return Top(normal, level, spread / np.sqrt(max(len(near) / 4, 1)), len(near))


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
    points = band.rays * band.depth[..., None]
    drop = top.offset - points @ top.normal
    noise = sigma * float(abs(band.center_ray @ top.normal))
    inside = band.valid & (drop < DEPTH) & (drop > -4 * noise - 0.003)
    along = (points - center) @ axis
    across = (points - center) @ np.cross(top.normal, axis)
    below = inside & (drop > 0.002 + 2 * noise)
    sides = []
    for sign in (-1, 1):
        side = _find_side(band, top, axis, center, sign, inside, below, along, across, sigma)
        if side is None:
            return None
        sides.append(side)
    return sides[0], sides[1]


def _find_side(
    band: Band,
    top: Top,
    axis: FloatArray,
    center: FloatArray,
    sign: int,
    inside: BoolArray,
    below: BoolArray,
    along: FloatArray,
    across: FloatArray,
    sigma: float,
) -> Side | None:
    """The contact on one side; arguments as in close_on_slab."""
    count = inside.shape[1]
    order = np.s_[:, ::-1] if sign > 0 else np.s_[:, :]
    flipped = inside[order]
    lines = flipped.any(axis=1)
    if lines.sum() < _MIN_LINES:
        return None
    rows = np.flatnonzero(lines)
    first = flipped[rows].argmax(axis=1)
    step = band.step
    # Samples from the first reading on that still belong to the same wall or edge.
    reached = np.arange(count) - first[:, None]
    on = band.on[order][rows]
    before = (reached < 0) & (reached >= -(_EDGE_PX / step) - 1)
    beyond = (on & before).sum(axis=1)
    continues = beyond * step > _EDGE_PX
    wall = below[order][rows] & (reached >= 0)
    walls = wall & (continues[:, None])
    if walls.sum() >= _MIN_WALL and continues.mean() > 0.5:
        return _wall(
            along[order][rows][walls], across[order][rows][walls], sign, band, axis, sigma
        )
    edge = first - beyond
    if sign > 0:
        edge = count - 1 - edge
    rays = band.rays[rows, edge] + sign * 0.5 * band.pixel_rays[0]
    at = top.meet(rays) - center
    measured = np.where(
        inside[rows, count - 1 - first if sign > 0 else first],
        band.depth[rows, count - 1 - first if sign > 0 else first],
        0,
    )
    off_top = np.abs(top.offset - measured * (rays @ top.normal)) > 4 * sigma + 0.003
    at = np.where(off_top[:, None], rays * measured[:, None] - center, at)
    positions, lateral = at @ axis, at @ np.cross(top.normal, axis)
    value, spread = _at_middle(positions, lateral)
    pixel = float(np.linalg.norm(band.pixel_rays[0])) * float(np.linalg.norm(center))
    return Side(value, float(np.hypot(spread, 0.15 * pixel)), len(rows) * 4, len(rows))


def _wall(
    along: FloatArray, across: FloatArray, sign: int, band: Band, axis: FloatArray, sigma: float
) -> Side | None:
    """The contact on a wall that is seen."""
    outer = np.sort(sign * along)[-max(3, len(along) // 3) :]
    near = np.abs(sign * along - np.median(outer)) < 0.004 + 2 * sigma
    value, _ = _at_middle(along[near], across[near])
    noise = sigma * float(abs(band.center_ray @ axis))
    spread = noise / np.sqrt(max(near.sum() / 6, 1)) + 1e-4
    return Side(value, spread, int(near.sum()), band.on.shape[0])


def _at_middle(positions: FloatArray, lateral: FloatArray) -> tuple[float, float]:
    """Value at lateral 0 of a parabola through positions, with its standard deviation.

    Jaws touch a curved wall at its apex; across the jaws an edge may be curved, but not stepped.
    """
    keep = np.ones(len(positions), bool)
    value, spread = float(np.median(positions)), 0.0
    scale = max(float(np.abs(lateral).max()), 1e-4)
    x = lateral / scale
    design = np.stack([np.ones_like(x), x, x * x], axis=1)
    prior = np.diag([0.0, 0.05, 0.05])
    for _ in range(3):
        used = design[keep]
        inverse = np.linalg.inv(used.T @ used + prior + 1e-9 * np.eye(3))
        solution = inverse @ (used.T @ positions[keep])
        value = float(solution[0])
        residual = positions - design @ solution
        size = float(np.median(np.abs(residual[keep]))) * 1.48
        spread = float(np.sqrt(inverse[0, 0])) * size
        keep = np.abs(residual) < max(2.5 * size, 3e-4)
        if keep.sum() < 4:
            break
    return value, spread

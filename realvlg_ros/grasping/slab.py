"""Contacts on a surface with a top: the jaws close on the few millimetres below it."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
# Readings within this of the first touch are of the same wall, m.
_SAME_WALL = 0.003
_MIN_READINGS = 12
# Error of a level in units of the readings' deviation: it is sought from above, which keeps
# correlated noise in the average.
_LEVEL = 0.35
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
    if len(rays) < _MIN_READINGS:
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
    return Top(normal, level, _LEVEL * spread, len(near))


@dataclass(frozen=True)
class _Samples:
    """A band's samples in the frame of the grasp, outermost first.

    Attributes:
        rays: (m, k, 3).
        on, inside: (m, k) on the object; with a reading in the slab below the top.
        depth: (m, k) m.
        along, across, drop: (m, k) outward along the opening, across it, and below the top, m.
        outward: (3,) change of the ray over a pixel outward.
    """

    rays: FloatArray
    on: BoolArray
    inside: BoolArray
    depth: FloatArray
    along: FloatArray
    across: FloatArray
    drop: FloatArray
    outward: FloatArray


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
    offset = band.rays * band.depth[..., None] - center
    drop = -(offset @ top.normal)
    along, across = offset @ axis, offset @ np.cross(top.normal, axis)
    noise = sigma * float(abs(band.center_ray @ top.normal))
    inside: BoolArray = np.asarray(band.valid & (drop < DEPTH) & (drop > -4 * noise - 0.003), bool)
    sides = []
    for sign, order in ((-1, slice(None)), (1, slice(None, None, -1))):
        samples = _Samples(
            rays=band.rays[:, order],
            on=band.on[:, order],
            inside=inside[:, order],
            depth=band.depth[:, order],
            along=sign * along[:, order],
            across=across[:, order],
            drop=drop[:, order],
            outward=sign * band.pixel_rays[0],
        )
        side = _touch(samples, band, top, sign * axis, center, sigma)
        if side is None:
            return None
        sides.append(side)
    return replace(sides[0], position=-sides[0].position), sides[1]


def _touch(
    samples: _Samples, band: Band, top: Top, outward: FloatArray, center: FloatArray, sigma: float
) -> Side | None:
    """Where a jaw that comes from outside touches; the position is outward from the centre."""
    rows = np.flatnonzero(samples.inside.any(axis=1))
    if len(rows) < _MIN_LINES:
        return None
    first = samples.inside[rows].argmax(axis=1)
    at_first = samples.along[rows, first]
    index = np.arange(samples.on.shape[1])
    noise = sigma * float(abs(band.center_ray @ outward))
    noise_drop = sigma * float(abs(band.center_ray @ top.normal))
    pixel = float(np.linalg.norm(band.pixel_rays[0]) * np.linalg.norm(center))
    near: BoolArray = np.abs(samples.along[rows] - at_first[:, None]) < _SAME_WALL + 3 * noise
    before = (index < first[:, None]) & (index >= first[:, None] - int(_EDGE_PX / band.step) - 1)
    outside: BoolArray = before & samples.on[rows]
    goes_on = (outside & near & (samples.depth[rows] > 0)).any(axis=1)
    # A wall that is seen comes before the crest; what comes after is the inside of a vessel.
    height = np.where(samples.inside[rows], samples.drop[rows], np.inf)
    before_crest = index < height.argmin(axis=1)[:, None]
    wall: BoolArray = near & (index >= first[:, None]) & samples.inside[rows] & before_crest
    if wall.sum() > 2 * len(rows) * _SAME_WALL / (pixel * band.step):
        position, lateral, spread = _on_wall(samples, rows, wall, (noise, noise_drop))
    else:
        # Only the mask's border is trusted beyond the readings, not a jump within the object.
        ends = (before & ~samples.on[rows]).any(axis=1)
        reach = np.where(ends & ~goes_on, outside.sum(axis=1), 0)
        rays = samples.rays[rows, first - reach]
        rays = rays + np.where(goes_on, 0.0, 0.5)[:, None] * samples.outward
        depth = samples.depth[rows, first]
        level = np.abs(top.offset - depth * (rays @ top.normal)) < 2 * sigma + 0.002
        points = np.where((level & ~goes_on)[:, None], top.meet(rays), rays * depth[:, None])
        position, lateral = (
            (points - center) @ outward,
            (points - center) @ np.cross(top.normal, outward),
        )
        spread = 0.2 * pixel + np.where(level & ~goes_on, 0, noise).mean() / np.sqrt(len(rows))
    value, scatter = _at_middle(position, lateral)
    count = max(int(wall.sum()), len(rows))
    return Side(value, float(np.hypot(scatter, spread)), count, len(rows))


def _on_wall(
    samples: _Samples, rows: npt.NDArray[np.intp], wall: BoolArray, noise: tuple[float, float]
) -> tuple[FloatArray, FloatArray, float]:
    """Mean position and lateral place of each line's wall readings, and their deviation.

    Args:
        samples: of the band.
        rows: lines used.
        wall: (lines, k) readings that may be of the wall.
        noise: standard deviation of positions along the opening and of the drop, m.
    """
    along = samples.along[rows]
    below = wall & np.less(0.001 + noise[1], samples.drop[rows])
    below = below if below.any() else wall
    middle = float(np.median(along[below]))
    near = np.abs(along - middle) < _SAME_WALL + 2 * noise[0]
    weight = (below & near).astype(np.float64)
    count = weight.sum(axis=1)
    used = count > 0
    position = (weight * along).sum(axis=1)[used] / count[used]
    lateral = (weight * samples.across[rows]).sum(axis=1)[used] / count[used]
    return position, lateral, noise[0] / np.sqrt(max(count.sum() / 20, 1))


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

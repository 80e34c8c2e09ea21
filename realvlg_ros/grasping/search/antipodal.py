"""Pairs of opposite surface points that two fingers with friction can hold.

Nguyen (1988): two contacts are force closed when the line between them lies inside both friction
cones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import FloatArray, IndexArray
from ..context import PlanningContext
from ..covariance import THIN_WALL

# Most points for the first contact of a pair, and for the second. Chosen: for time; points of a
# hand-sized object are then 5 to 10 mm apart.
_SEEDS = 200
_POOL = 800
# Added to the friction cone for proposals, rad, since normals are noisy; the cone is checked again
# once the fingers have been closed on the cloud. Chosen: 9 degrees.
_CONE_SLACK = 0.15
# Least cosine of a normal to the line of contacts across a thin wall, where the points are too
# close for a reliable direction. Chosen: rejects only points that are not opposite.
_THIN_WALL_COSINE = 0.2
# Cell size, m, and number of bins of the opening's yaw; one pair is kept of each. Chosen: grasps
# that a user would consider equal.
_CELL = 0.008
_AXIS_BINS = 12
# An axis is vertical, and any level direction is across it, where its horizontal part is shorter.
# Chosen: less than an angle that matters.
_LEVEL = 0.05
# Bonus for an observed second contact and penalty for a vertical opening axis, in the score of a
# pair, whose other terms are cosines of its normals. Chosen: observed walls before assumed ones,
# level openings before vertical ones.
_SEEN = 0.3
_UPRIGHT = 0.5
# Distance from the object's centre, m, that lowers the score by a cosine of 1. Chosen: 5 cm weigh
# as much as an angle of 26 degrees between a normal and the line of contacts.
_ASIDE = 0.5
# Penalty for contacts of uncertain position: such pairs follow all others and only serve to report
# the reason of a rejection. Chosen: more than all other terms together.
_GUESS = 10.0


@dataclass(frozen=True)
class Pairs:
    """Proposed contacts in the support frame.

    Attributes:
        centers: (n, 3) middle of the contacts, m.
        axes: (n, 3) unit opening axes.
        widths: (n,) distance along the axis, m.
    """

    centers: FloatArray
    axes: FloatArray
    widths: FloatArray

    def followed_by(self, other: Pairs) -> Pairs:
        """These pairs followed by others."""
        return Pairs(
            np.concatenate([self.centers, other.centers]),
            np.concatenate([self.axes, other.axes]),
            np.concatenate([self.widths, other.widths]),
        )

    def turned(self, turns: Sequence[tuple[float, float]], limit: int) -> Pairs:
        """The first pairs, up to a limit, with their axes rotated in each of several ways.

        Args:
            turns: angles about the vertical and up from the level, rad.
            limit: number of pairs that are rotated.
        """
        axes = self.axes[:limit]
        level = np.cross(axes, (0.0, 0.0, 1.0))
        length = np.linalg.norm(level, axis=1, keepdims=True)
        level = np.where(length > _LEVEL, level / np.maximum(length, _LEVEL), (1.0, 0.0, 0.0))
        level -= (level * axes).sum(axis=1, keepdims=True) * axes
        level /= np.linalg.norm(level, axis=1, keepdims=True)
        turned = []
        for about, up in turns:
            tilted = np.cos(up) * axes + np.sin(up) * np.cross(level, axes)
            c, s = np.cos(about), np.sin(about)
            turned.append(tilted @ np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]]))
        return Pairs(
            np.repeat(self.centers[:limit], len(turns), axis=0),
            np.stack(turned, axis=1).reshape(-1, 3),
            np.repeat(self.widths[:limit], len(turns)),
        )


def propose_pairs(context: PlanningContext) -> Pairs:
    """Find the best pairs, spread over positions and directions, at most 1.5 max_candidates.

    Pairs near the centre of an object rank first, but on a tall object these can be reached from
    the side only: up to half as many again, within reach from above, follow.
    """
    cloud, gripper, settings = context.cloud, context.gripper, context.settings
    friction, limit = settings.friction, settings.max_candidates
    pool = np.arange(0, len(cloud.points), max(1, -(-len(cloud.points) // _POOL)))
    points, normals = (a[pool].astype(np.float32) for a in (cloud.points, cloud.normals))
    seeds = np.flatnonzero(cloud.observed)
    seeds = seeds[:: max(1, -(-len(seeds) // _SEEDS))]
    sp, sn = (a[seeds].astype(np.float32) for a in (cloud.points, cloud.normals))
    # Cosines of each normal to the line p -> q, for all seeds and points at once.
    square = (sp**2).sum(1)[:, None] + (points**2).sum(1) - 2 * sp @ points.T
    distance = np.sqrt(np.maximum(square, 1e-10))
    first = ((sp * sn).sum(1)[:, None] - sn @ points.T) / distance
    second = ((points * normals).sum(1) - sp @ normals.T) / distance
    worse = np.minimum(first, second)
    cone = np.cos(np.arctan(friction) + _CONE_SLACK)
    opposed = -sn @ normals.T
    good = (opposed > np.cos(2 * np.arctan(friction))) & (distance < context.max_width)
    # Across a thin wall the line between the points is mostly noise: there the normals decide.
    good &= worse > np.where(distance < THIN_WALL, _THIN_WALL_COSINE, cone)
    i, j = np.nonzero(good)
    if len(i) == 0:
        return Pairs(np.zeros((0, 3)), np.zeros((0, 3)), np.zeros(0))
    axes = (normals[j] - sn[i]).astype(np.float64)
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    centers = (sp[i] + points[j]).astype(np.float64) / 2
    widths = np.abs(((points[j] - sp[i]) * axes).sum(1))
    if context.scene.plane is not None:
        thickness = gripper.finger_thickness + settings.table_clearance
        # No finger fits below a flat object: such pairs would displace feasible ones.
        free = centers[:, 2] > (widths / 2 + thickness) * np.abs(axes[:, 2])
        i, j, axes, centers, widths = i[free], j[free], axes[free], centers[free], widths[free]
    score = opposed[i, j] + worse[i, j] + _SEEN * cloud.observed[pool[j]]
    score -= _UPRIGHT * np.abs(axes[:, 2])
    score -= _GUESS * np.isin(pool, cloud.uncertain)[j]
    score -= np.linalg.norm(centers - cloud.center, axis=1) / _ASIDE
    order = _spread(centers, axes, score)
    others = order[limit:]
    high = centers[others, 2] > np.percentile(cloud.points[:, 2], 98) - gripper.finger_length
    keep = np.concatenate([order[:limit], others[high][: limit // 2]])
    return Pairs(centers[keep], axes[keep], widths[keep])


def footprint_pairs(context: PlanningContext) -> Pairs:
    """Pairs across the sides of the rectangle around the object's footprint.

    Walls at a grazing angle have few normals; the footprint still gives the yaw of a box.
    """
    points = context.cloud.points
    (x, y), size, angle = cv2.minAreaRect(points[:, :2].astype(np.float32))
    top = float(np.percentile(points[:, 2], 97))
    levels = np.unique([max(top - 0.015, top / 2), max(top - 0.03, top / 2), top / 2])
    centers, axes, widths = [], [], []
    for side in (0, 1):
        turn = np.radians(angle + 90.0 * side)
        axis = np.array([np.cos(turn), np.sin(turn), 0.0])
        if size[side] > context.max_width:
            continue
        for place in (0.0, -0.25, 0.25):
            middle = np.array([x, y, 0.0]) + place * size[1 - side] * np.cross((0, 0, 1), axis)
            centers += [middle + (0.0, 0.0, level) for level in levels]
            axes += [axis] * len(levels)
            widths += [size[side]] * len(levels)
    return Pairs(np.array(centers).reshape(-1, 3), np.array(axes).reshape(-1, 3), np.array(widths))


def _spread(centers: FloatArray, axes: FloatArray, score: FloatArray) -> IndexArray:
    """Indices (k,) of the best pair of each position and direction, best first.

    Args:
        centers: (n, 3) m.
        axes: (n, 3) unit opening axes.
        score: (n,) larger is better.
    """
    yaw = np.mod(np.arctan2(axes[:, 1], axes[:, 0]), np.pi)
    bins = np.floor(yaw * _AXIS_BINS / np.pi).astype(np.int64) % _AXIS_BINS
    steep = (np.abs(axes[:, 2]) > 0.5).astype(np.int64)
    cells = np.floor(centers / _CELL).astype(np.int64) + 512
    key = ((cells[:, 0] * 1024 + cells[:, 1]) * 1024 + cells[:, 2]) * 32 + bins * 2 + steep
    order = np.argsort(-score, kind='stable')
    _, first = np.unique(key[order], return_index=True)
    return order[np.sort(first)]

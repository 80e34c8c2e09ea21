"""Pairs of opposite surface points that two fingers with friction can hold.

Nguyen (1988): two contacts are force closed when the line between them lies inside both friction
cones.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import FloatArray, IndexArray
from ..context import PlanningContext
from ..covariance import THIN_WALL

# Most points from which an opposite is looked for, and among which. Chosen: for time; points of a
# hand-sized thing are then 5 to 10 mm apart.
_SEEDS = 200
_POOL = 800
# Normals are fitted to noisy readings: pairs are proposed with a wider cone, by so much, rad, than
# is demanded once the fingers have been closed on the cloud. Chosen: 9 degrees.
_CONE_SLACK = 0.15
# Least cosine of a normal to the line of contacts across a thin wall, whose points lie too close
# together for a direction. Chosen: it only leaves out what does not lie opposite.
_THIN_WALL_COSINE = 0.2
# One pair is kept of each cell, m, and each of so many directions of opening. Chosen: grasps that
# a user would call one.
_CELL = 0.008
_AXIS_BINS = 12
# What makes a pair promising, in units of the cosines of its normals to each other and to the line
# of contacts. Chosen: seen walls before assumed ones, level openings before upright ones.
_SEEN = 0.3
_UPRIGHT = 0.5
# A pair so far from the object's centre, m, is worth a cosine of 1 less. Chosen: 5 cm weigh as
# much as an angle of 26 degrees between a normal and the line of contacts.
_ASIDE = 0.5
# Pairs on what is a guess come after all others: they serve to tell what is amiss. Chosen: more
# than all else adds up to.
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
        """These pairs and, after them, others."""
        return Pairs(
            np.concatenate([self.centers, other.centers]),
            np.concatenate([self.axes, other.axes]),
            np.concatenate([self.widths, other.widths]),
        )

    def turned(self, angles: tuple[float, ...], limit: int) -> Pairs:
        """The first pairs up to a limit, turned about the vertical by each angle, rad."""
        turns = [
            np.array([[np.cos(a), np.sin(a), 0], [-np.sin(a), np.cos(a), 0], [0, 0, 1.0]])
            for a in angles
        ]
        return Pairs(
            np.repeat(self.centers[:limit], len(angles), axis=0),
            np.stack([self.axes[:limit] @ turn for turn in turns], axis=1).reshape(-1, 3),
            np.repeat(self.widths[:limit], len(angles)),
        )


def propose_pairs(context: PlanningContext) -> Pairs:
    """Find the most promising pairs, spread over places and directions.

    As many as candidates are checked, and half as many more.

    Pairs near the middle of an object are the better ones, but those of a tall object can be
    reached from the side only: some that can be reached from above follow.
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
    # The line between thin walls' points says little: there the normals decide.
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
        # No finger goes under what lies flat: such pairs would leave no place for others.
        free = centers[:, 2] > (widths / 2 + thickness) * np.abs(axes[:, 2])
        i, j, axes, centers, widths = i[free], j[free], axes[free], centers[free], widths[free]
    score = opposed[i, j] + worse[i, j] + _SEEN * cloud.observed[pool[j]]
    score -= _UPRIGHT * np.abs(axes[:, 2])
    score -= _GUESS * np.isin(pool, cloud.doubtful)[j]
    score -= np.linalg.norm(centers - cloud.center, axis=1) / _ASIDE
    order = _spread(centers, axes, score)
    others = order[limit:]
    high = centers[others, 2] > np.percentile(cloud.points[:, 2], 98) - gripper.finger_length
    keep = np.concatenate([order[:limit], others[high][: limit // 2]])
    return Pairs(centers[keep], axes[keep], widths[keep])


def footprint_pairs(context: PlanningContext) -> Pairs:
    """Pairs across the sides of the rectangle around the object's footprint.

    Walls that the camera grazes give few normals; the outline still tells how a box is turned.
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
    """The best of each place and direction, best first."""
    yaw = np.mod(np.arctan2(axes[:, 1], axes[:, 0]), np.pi)
    bins = np.floor(yaw * _AXIS_BINS / np.pi).astype(np.int64) % _AXIS_BINS
    steep = (np.abs(axes[:, 2]) > 0.5).astype(np.int64)
    cells = np.floor(centers / _CELL).astype(np.int64) + 512
    key = ((cells[:, 0] * 1024 + cells[:, 1]) * 1024 + cells[:, 2]) * 32 + bins * 2 + steep
    order = np.argsort(-score, kind='stable')
    _, first = np.unique(key[order], return_index=True)
    return order[np.sort(first)]

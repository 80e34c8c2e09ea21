"""The hidden side of an object, assumed from symmetry and from space observed to be free.

One view shows the near side only. Objects that fit a surface of revolution about a vertical axis
(cans, balls, bowls, mugs, bottles) are completed as one. Other upright objects (boxes) are taken
to be symmetric under a rotation by 180 degrees about the vertical; lying, elongated ones (bananas,
tools, bottles on their side) to be mirrored at the vertical plane along their ridge, and at half
their height. Added points that would be visible, or that lie in free space, are left out, so that
a handle is not doubled.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import BoolArray, Float32Array, FloatArray, IndexArray
from ..observation.scene import Scene
from ..observation.target_cloud import TargetCloud
from ..observation.truncation import BESIDE_CUT
from .box_top import PLATEAU, BoxTop
from .hidden_error import hidden_error
from .lying import lies, lying_hidden_side
from .revolution_axis import axis_of_revolution
from .vertical_axis import vertical_axis

# Rotations of the copies of the visible surface of an object of revolution, rad. Chosen: it covers
# 120 degrees or more, so that the copies overlap.
_TURNS = tuple(np.radians([60.0, 120.0, 180.0, 240.0, 300.0]))
# Tolerance of readings at a silhouette, in standard deviations of the depth. Chosen: holds 95 % of
# Gaussian ones.
_SILHOUETTE_SIGMAS = 2.0
# Surfaces whose normal has a smaller vertical component are continued downward as vertical walls,
# sampled at this step, m. Chosen: 14 degrees; two of a cloud's smallest voxels.
_VERTICAL = 0.25
_WALL_STEP = 0.006
# A cup or jug is not longer than wide by more than this factor, and as tall as wide at least by
# this one. Chosen: with its handle a mug is nearly so long, and flat bottles are longer; most
# bowls and what lies on its side are lower.
_CUP_LENGTH = 1.7
_CUP_HEIGHT = 0.5


@dataclass(frozen=True)
class Completion:
    """An object with its hidden side.

    Attributes:
        cloud: observed and assumed points.
        axis: (2,) horizontal position of the axis of revolution in the support frame, m, or None.
        hidden_error: standard deviation of the hidden side along the horizontal line of sight, m.
        middle: (2,) the same, or that of the axis of symmetry, of what stands like a cup
            and shows no rectangular top, m: a handle may be hidden behind it; else None.
    """

    cloud: TargetCloud
    axis: FloatArray | None
    hidden_error: float = 0.0
    middle: FloatArray | None = None


def complete(cloud: TargetCloud, scene: Scene) -> Completion:
    """Add the points that symmetry implies on the hidden side, marked as not observed."""
    distance = np.linalg.norm(cloud.center - scene.camera_position)
    sigma = float(scene.frame.noise.sigma(distance))
    margin = 0.002 + _SILHOUETTE_SIGMAS * sigma
    axis, top, middle, uncertain = None, None, None, False
    if cloud.flat:
        return Completion(cloud, None, hidden_error(cloud, scene, False))
    if lies(cloud.points):
        points, normals, unsure = lying_hidden_side(cloud)
    else:
        axis = axis_of_revolution(cloud, scene.camera_position)
        top = BoxTop.of(cloud, scene.camera_position) if axis is None else None
        turns = _TURNS if axis is not None else (np.pi,)
        center = axis if axis is not None else vertical_axis(cloud.points, top, scene, margin)
        points, normals = _turned(cloud, center, turns)
        middle = center if top is None and _stands_like_a_cup(cloud.points, points) else None
        uncertain = axis is None and _top_is_cut(cloud)
        unsure = np.full(len(points), uncertain)
    hidden = _unseen(points, scene, margin)
    full = cloud
    for part, cut in ((hidden & ~unsure, False), (hidden & unsure, True)):
        full = full.with_assumed(points[part], normals[part], cut)
    if axis is None and scene.plane is not None:
        walls = [_walls(cloud)]
        if top is not None and not uncertain:
            walls.append(top.walls(_WALL_STEP))
        points, normals = (np.concatenate(part) for part in zip(*walls, strict=True))
        hidden = _unseen(points, scene, margin)
        full = full.with_assumed(points[hidden], normals[hidden])
    points, normals = cloud.cuts.continued()
    above = points[:, 2] > 0 if scene.plane is not None else np.ones(len(points), bool)
    full = full.with_assumed(points[above], normals[above], uncertain=True)
    # An axis of revolution is known from the near side.
    error = 0.0 if axis is not None else hidden_error(cloud, scene, top is not None)
    return Completion(full, axis, error, middle)


def _unseen(points: FloatArray, scene: Scene, margin: float) -> BoolArray:
    """Which points (n, 3) of the support frame, m, are occluded or outside the image: (n,).

    In a deep hole beside the object's pixels the surface would be seen, if it were there.
    """
    behind = scene.depth_behind(points)
    index, _, inside = scene.pixels_of(points)
    beside = inside & (scene.deep_holes & ~scene.mask).ravel()[index]
    return np.asarray((np.isnan(behind) & ~beside) | (behind > margin))


def _top_is_cut(cloud: TargetCloud) -> bool:
    """Whether the visible part of the topmost surface is truncated at one of its ends.

    Its middle is then no estimate of the object's middle.
    """
    z = cloud.points[:, 2]
    top = cloud.points[z > np.percentile(z, 98) - PLATEAU]
    cut = cloud.cuts.near(top, BESIDE_CUT)
    for along in (top[:, 0], -top[:, 0], top[:, 1], -top[:, 1]):
        end = along > along.max() - PLATEAU
        if cut[end].sum() > max(1, end.sum() / 2):
            return True
    return False


def _stands_like_a_cup(seen: FloatArray, assumed: FloatArray) -> bool:
    """Whether points (n, 3) and (m, 3) of the support frame are about as long as wide and tall."""
    flat = np.concatenate([seen[:, :2], assumed[:, :2]]).astype(np.float32)
    _, size, _ = cv2.minAreaRect(flat)
    width, height = min(size), float(np.percentile(seen[:, 2], 98))
    return max(size) < _CUP_LENGTH * width and height > _CUP_HEIGHT * width


def _walls(cloud: TargetCloud) -> tuple[FloatArray, FloatArray]:
    """Points and normals of vertical walls below where the surface turns vertical.

    From above, the top and the silhouette of a flat object are visible, but none of its walls.
    """
    edge = np.flatnonzero(np.abs(cloud.normals[:, 2]) < _VERTICAL)
    points = (cloud.points - cloud.center).astype(np.float32)
    out = cloud.normals[edge, :2].astype(np.float32)
    ahead = _offsets(points[:, :2], edge, out)
    aside = _offsets(points[:, :2], edge, np.column_stack([-out[:, 1], out[:, 0]]))
    above = points[:, 2] - points[edge, 2:]
    near = np.abs(aside) < 1.5 * _WALL_STEP
    # A bottle's neck does not continue through the body below it; a visible wall is measured.
    body = near & (ahead > _WALL_STEP)
    seen = near & (ahead > -_WALL_STEP) & (above < -0.5 * _WALL_STEP)
    seen &= above > -3 * _WALL_STEP
    edge = edge[~(body | seen).any(axis=1)]
    drop = np.arange(1, int(cloud.points[edge, 2].max(initial=0) / _WALL_STEP) + 1) * _WALL_STEP
    below = cloud.points[edge, None] - drop[:, None] * (0.0, 0.0, 1.0)
    free = below[..., 2] > 0
    normals = np.broadcast_to(cloud.normals[edge, None], below.shape)
    return below[free], normals[free]


def _offsets(points: Float32Array, start: IndexArray, directions: Float32Array) -> Float32Array:
    """How far (m, n) points (n, 2) lie from m of them along a direction (m, 2) of each."""
    along = np.einsum('mk,mk->m', points[start], directions)
    return np.asarray(directions @ points.T - along[:, None])


def _turned(
    cloud: TargetCloud, center: FloatArray, turns: tuple[float, ...]
) -> tuple[FloatArray, FloatArray]:
    """Points and normals of the cloud rotated about a vertical axis by each of several angles.

    With more than two rotations every copy takes its share of the points only.

    Args:
        cloud: in the support frame.
        center: (2,) horizontal position of the axis, m.
        turns: angles, rad.
    """
    points, normals = [], []
    for k, angle in enumerate(turns):
        part = np.s_[k :: len(turns)] if len(turns) > 2 else np.s_[:]
        cosine, sine = np.cos(angle), np.sin(angle)
        turn = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1.0]])
        offset = np.append(center, 0.0)
        points.append((cloud.points[part] - offset) @ turn.T + offset)
        normals.append(cloud.normals[part] @ turn.T)
    return np.concatenate(points), np.concatenate(normals)

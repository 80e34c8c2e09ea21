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

from ...arrays import BoolArray, FloatArray
from ..observation.scene import Scene
from ..observation.target_cloud import TargetCloud
from .box_top import PLATEAU, BoxTop
from .hidden_error import hidden_error
from .revolution_axis import axis_of_revolution

# An object lies if it is longer than wide, and than tall, by these factors. Chosen: most standing
# boxes are not; bananas, tools and bottles on their side are.
_LYING_ASPECT = 1.7
_LYING_FLATNESS = 1.3
# Rotations of the copies of the visible surface of an object of revolution, rad. Chosen: it covers
# 120 degrees or more, so that the copies overlap.
_TURNS = tuple(np.radians([60.0, 120.0, 180.0, 240.0, 300.0]))
# Height of the slices of a silhouette, and length of the bins along a ridge, m. Chosen: a few
# readings.
_SLICE = 0.006
_RIDGE_BIN = 0.010
# Tolerance of readings at a silhouette, in standard deviations of the depth. Chosen: holds 95 % of
# Gaussian ones.
_SILHOUETTE_SIGMAS = 2.0
# Surfaces whose normal has a smaller vertical component are continued downward as vertical walls,
# sampled at this step, m. Chosen: 14 degrees; two of a cloud's smallest voxels.
_VERTICAL = 0.25
_WALL_STEP = 0.006
# Points within this of a cut are beside it, m. Chosen: more than the spacing of cuts.
_BESIDE_CUT = 0.008
# Mean depth of points in free space that is within the error of an axis, m. Chosen: less than the
# noise.
_TOLERATED = 0.0005


@dataclass(frozen=True)
class Completion:
    """An object with its hidden side.

    Attributes:
        cloud: observed and assumed points.
        axis: (2,) horizontal position of the axis of revolution in the support frame, m, or None.
        hidden_error: standard deviation of the hidden side along the horizontal line of sight, m.
    """

    cloud: TargetCloud
    axis: FloatArray | None
    hidden_error: float = 0.0


def complete(cloud: TargetCloud, scene: Scene) -> Completion:
    """Add the points that symmetry implies on the hidden side, marked as not observed."""
    distance = np.linalg.norm(cloud.center - scene.camera_position)
    sigma = float(scene.frame.noise.sigma(distance))
    margin = 0.002 + _SILHOUETTE_SIGMAS * sigma
    axis, top, uncertain = None, None, False
    if _lies(cloud.points):
        points, normals = _with_underside(cloud, *_mirror_at_ridge(cloud))
    else:
        axis = axis_of_revolution(cloud, scene.camera_position)
        top = BoxTop.of(cloud, scene.camera_position) if axis is None else None
        turns = _TURNS if axis is not None else (np.pi,)
        center = axis if axis is not None else _vertical_axis(cloud.points, top, scene, margin)
        points, normals = _turned(cloud, center, turns)
        uncertain = axis is None and _top_is_cut(cloud)
    hidden = _unseen(points, scene, margin)
    full = cloud.with_assumed(points[hidden], normals[hidden], uncertain)
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
    return Completion(full, axis, error)


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
    cut = cloud.cuts.near(top, _BESIDE_CUT)
    for along in (top[:, 0], -top[:, 0], top[:, 1], -top[:, 1]):
        end = along > along.max() - PLATEAU
        if cut[end].sum() > max(1, end.sum() / 2):
            return True
    return False


def _walls(cloud: TargetCloud) -> tuple[FloatArray, FloatArray]:
    """Points and normals of vertical walls below where the surface turns vertical.

    From above, the top and the silhouette of a flat object are visible, but none of its walls.
    """
    edge = np.flatnonzero(np.abs(cloud.normals[:, 2]) < _VERTICAL)
    points, out = cloud.points.astype(np.float32), cloud.normals[edge, :2].astype(np.float32)
    offset = points - points[edge, None]
    ahead = offset[..., 0] * out[:, :1] + offset[..., 1] * out[:, 1:]
    aside = offset[..., 1] * out[:, :1] - offset[..., 0] * out[:, 1:]
    near = np.abs(aside) < 1.5 * _WALL_STEP
    # A bottle's neck does not continue through the body below it; a visible wall is measured.
    body = near & (ahead > _WALL_STEP)
    seen = near & (ahead > -_WALL_STEP) & (offset[..., 2] < -0.5 * _WALL_STEP)
    seen &= offset[..., 2] > -3 * _WALL_STEP
    edge = edge[~(body | seen).any(axis=1)]
    drop = np.arange(1, int(cloud.points[edge, 2].max(initial=0) / _WALL_STEP) + 1) * _WALL_STEP
    below = cloud.points[edge, None] - drop[:, None] * (0.0, 0.0, 1.0)
    above = below[..., 2] > 0
    normals = np.broadcast_to(cloud.normals[edge, None], below.shape)
    return below[above], normals[above]


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


def _lies(points: FloatArray) -> bool:
    _, size, _ = cv2.minAreaRect(points[:, :2].astype(np.float32))
    length, width = max(size), min(size)
    height = float(np.percentile(points[:, 2], 98))
    return length > _LYING_ASPECT * width and length > _LYING_FLATNESS * height


def _mirror_at_ridge(cloud: TargetCloud) -> tuple[FloatArray, FloatArray]:
    """Points and normals mirrored at the vertical surface along the object's ridge."""
    flat = cloud.points[:, :2]
    corners = cv2.boxPoints(cv2.minAreaRect(flat.astype(np.float32))).astype(np.float64)
    edges = corners[1] - corners[0], corners[2] - corners[1]
    along = max(edges, key=lambda edge: float(np.linalg.norm(edge)))
    along = along / np.linalg.norm(along)
    across = np.array([-along[1], along[0]])
    t, w = flat @ along, flat @ across
    bins = np.floor((t - t.min()) / _RIDGE_BIN).astype(int)
    ridge_t, ridge_w = [], []
    for b in range(bins.max() + 1):
        inside = bins == b
        if inside.sum() < 4:
            continue
        z = cloud.points[inside, 2]
        top = w[inside][z > np.percentile(z, 95) - PLATEAU]
        ridge_t.append(float(t[inside].mean()))
        ridge_w.append(float(top.min() + top.max()) / 2)
    degree = min(2, len(ridge_t) - 1)
    curve = np.polynomial.Polynomial.fit(ridge_t, ridge_w, degree)
    residual = np.abs(curve(np.array(ridge_t)) - ridge_w)
    keep = residual <= max(0.004, 2.5 * float(np.median(residual)))
    curve = np.polynomial.Polynomial.fit(
        np.array(ridge_t)[keep], np.array(ridge_w)[keep], min(degree, int(keep.sum()) - 1)
    )
    slope = curve.deriv()(t)
    scale = 1 / np.sqrt(1 + slope**2)
    normal = np.zeros((len(t), 3))
    normal[:, :2] = scale[:, None] * (across - slope[:, None] * along)
    distance = scale * (w - curve(t))
    points = cloud.points - 2 * distance[:, None] * normal
    turned = 2 * (cloud.normals * normal).sum(axis=1, keepdims=True) * normal
    return points, cloud.normals - turned


def _with_underside(
    cloud: TargetCloud, points: FloatArray, normals: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Points and normals of the hidden side, with those of the underside.

    A lying object is taken to be symmetric about half its height. Without an underside, contacts
    on a round object would lie above its widest place.

    Args:
        cloud: in the support frame.
        points: (n, 3) of the hidden side, m.
        normals: (n, 3) unit, outward.
    """
    top = float(np.percentile(cloud.points[:, 2], 97))
    upper = np.concatenate([cloud.points, points])
    under = upper * (1.0, 1.0, -1.0) + (0.0, 0.0, top)
    flipped = np.concatenate([cloud.normals, normals]) * (1.0, 1.0, -1.0)
    keep = (under[:, 2] < top / 2) & (under[:, 2] > 0)
    return np.concatenate([points, under[keep]]), np.concatenate([normals, flipped[keep]])


def _vertical_axis(
    points: FloatArray, top: BoxTop | None, scene: Scene, margin: float
) -> FloatArray:
    """Horizontal position (2,) of the axis of symmetry, m.

    Proposals are the middle of the topmost surface, the middle between left and right silhouette
    of slices, and the middle of all points; the one whose rotated points intrude least into free
    space is taken.

    Args:
        points: (n, 3) in the support frame, m.
        top: rectangular top, if there is one.
        scene: the frame, the object's mask and the support.
        margin: depth by which free space is intruded without cost, m.
    """
    proposals = _axis_proposals(points, top, scene)
    sample = points[:: max(1, len(points) // 300)]
    turned = np.repeat(sample[None] * (-1.0, -1.0, 1.0), len(proposals), axis=0)
    turned[..., :2] += 2 * proposals[:, None]
    seen_through = np.nan_to_num(-scene.depth_behind(turned) - margin)
    cost = np.clip(seen_through, 0, 0.02).mean(axis=1)
    # The first is the most accurate one, where it is within the tolerance.
    best = 0 if cost[0] < cost.min() + _TOLERATED else int(np.argmin(cost))
    return np.asarray(proposals[best])


def _axis_proposals(points: FloatArray, top: BoxTop | None, scene: Scene) -> FloatArray:
    """Proposed horizontal positions (n, 2) of the axis of symmetry, m."""
    z = points[:, 2]
    plateau = _hull_centroid(points[z > np.percentile(z, 98) - PLATEAU, :2])
    if top is not None:
        plateau = top.centered(plateau)
    low, high = np.percentile(points[:, :2], (1, 99), axis=0)
    middles = _silhouette_middles(points, float(np.hypot(*scene.camera_position[:2])))
    proposals = [plateau, (low + high) / 2]
    if len(middles):
        third = max(1, len(middles) // 3)
        parts = [middles, middles[:third], middles[third : 2 * third], middles[-third:]]
        proposals += [np.median(part, axis=0) for part in parts if len(part)]
        proposals.append((plateau + proposals[2]) / 2)
    # If the topmost surface is visible only in part, its middle is too near the camera.
    proposals += [np.array([b[0], a[1]]) for a in proposals[:3] for b in proposals[:3]]
    return np.array(proposals)


def _hull_centroid(points: FloatArray) -> FloatArray:
    """Centroid (2,), m, of the convex hull of points (n, 2), m: robust to single readings."""
    moments = cv2.moments(cv2.convexHull(points.astype(np.float32)))
    if moments['m00'] < 1e-6:
        return np.asarray((points.min(axis=0) + points.max(axis=0)) / 2)
    return np.array([moments['m10'], moments['m01']]) / moments['m00']


def _silhouette_middles(points: FloatArray, distance: float) -> FloatArray:
    """Middle (n, 2), m, between the left and right silhouette of slices, bottom to top.

    The silhouettes of a cylinder of radius r at a distance d lie r^2 / d nearer than its axis.

    Args:
        points: (n, 3) in the support frame, m.
        distance: horizontal distance of the camera, m.
    """
    slices = np.floor(points[:, 2] / _SLICE).astype(int)
    middles = []
    for k in np.unique(slices):
        part = points[slices == k]
        if len(part) < 8:
            continue
        y = part[:, 1]
        left = part[y < y.min() + 0.004, :2].mean(axis=0)
        right = part[y > y.max() - 0.004, :2].mean(axis=0)
        half = (right[1] - left[1]) / 2
        middles.append((left + right) / 2 - (half**2 / max(distance, 0.1), 0.0))
    return np.array(middles).reshape(-1, 2)

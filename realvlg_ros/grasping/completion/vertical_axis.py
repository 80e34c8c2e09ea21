"""The vertical axis about which an upright object is symmetric under half a turn."""

from __future__ import annotations

import cv2
import numpy as np

from ...arrays import FloatArray
from ..observation.scene import Scene
from .box_top import PLATEAU, BoxTop

# Height of the slices of a silhouette, m. Chosen: a few readings.
_SLICE = 0.006
# Mean depth of points in free space that is within the error of an axis, m. Chosen: less than the
# noise.
_TOLERATED = 0.0005


def vertical_axis(
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

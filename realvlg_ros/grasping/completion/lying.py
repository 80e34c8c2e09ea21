"""The hidden side of a lying, elongated object, mirrored at its ridge and at half its height."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import BoolArray, FloatArray, IndexArray
from ..observation.target_cloud import TargetCloud
from ..observation.truncation import BESIDE_CUT
from .box_top import PLATEAU

# An object lies if it is longer than wide, and than tall, by these factors. Chosen: most standing
# boxes are not; bananas, tools and bottles on their side are.
_LYING_ASPECT = 1.7
_LYING_FLATNESS = 1.3
# Length of the bins along a ridge, m. Chosen: a few readings.
_RIDGE_BIN = 0.010


def lies(points: FloatArray) -> bool:
    """Whether an object of points (n, 3) of the support frame, m, lies on its side."""
    _, size, _ = cv2.minAreaRect(points[:, :2].astype(np.float32))
    length, width = max(size), min(size)
    height = float(np.percentile(points[:, 2], 98))
    return length > _LYING_ASPECT * width and length > _LYING_FLATNESS * height


def lying_hidden_side(cloud: TargetCloud) -> tuple[FloatArray, FloatArray, BoolArray]:
    """The hidden side of an object that lies.

    It is taken to be mirrored at the vertical surface along its ridge, and symmetric about half
    its height: without an underside, contacts on a round object would lie above its widest place.

    Args:
        cloud: the visible surface, in the support frame.

    Returns:
        Points (n, 3), m, and their unit normals, outward; which (n,) are mirrored from a flank
        that something hides above its widest place, and so are a lower bound only.
    """
    ridge = _Ridge.along(cloud)
    points, normals = ridge.mirrored(cloud)
    unsure = ridge.hidden_flanks(cloud)
    top = float(np.percentile(cloud.points[:, 2], 97))
    under = np.concatenate([cloud.points, points]) * (1.0, 1.0, -1.0) + (0.0, 0.0, top)
    flipped = np.concatenate([cloud.normals, normals]) * (1.0, 1.0, -1.0)
    # Without a flank, its mirror image and what is below both are not known.
    below = np.tile(np.isin(ridge.bins, ridge.bins[unsure]), 2)
    keep = (under[:, 2] < top / 2) & (under[:, 2] > 0)
    return (
        np.concatenate([points, under[keep]]),
        np.concatenate([normals, flipped[keep]]),
        np.concatenate([unsure, below[keep]]),
    )


@dataclass(frozen=True)
class _Ridge:
    """The curve along the top of a lying object, in the horizontal plane.

    Attributes:
        bins: (n,) which part of the ridge every point belongs to.
        distance: (n,) signed horizontal distance of every point from the ridge, m.
        normal: (n, 3) unit horizontal normal of the ridge at every point.
    """

    bins: IndexArray
    distance: FloatArray
    normal: FloatArray

    @classmethod
    def along(cls, cloud: TargetCloud) -> _Ridge:
        """Fit a parabola to the middles of the highest points of every bin."""
        flat = cloud.points[:, :2]
        corners = cv2.boxPoints(cv2.minAreaRect(flat.astype(np.float32))).astype(np.float64)
        edges = corners[1] - corners[0], corners[2] - corners[1]
        along = max(edges, key=lambda edge: float(np.linalg.norm(edge)))
        along = along / np.linalg.norm(along)
        across = np.array([-along[1], along[0]])
        t, w = flat @ along, flat @ across
        bins = np.floor((t - t.min()) / _RIDGE_BIN).astype(int)
        curve = _curve(t, w, cloud.points[:, 2], bins)
        slope = curve.deriv()(t)
        scale = 1 / np.sqrt(1 + slope**2)
        normal = np.zeros((len(t), 3))
        normal[:, :2] = scale[:, None] * (across - slope[:, None] * along)
        return cls(bins, scale * (w - curve(t)), normal)

    def mirrored(self, cloud: TargetCloud) -> tuple[FloatArray, FloatArray]:
        """Points and normals (n, 3) of the cloud on the other side of the ridge."""
        points = cloud.points - 2 * self.distance[:, None] * self.normal
        along = (cloud.normals * self.normal).sum(axis=1, keepdims=True)
        return points, cloud.normals - 2 * along * self.normal

    def hidden_flanks(self, cloud: TargetCloud) -> BoolArray:
        """Points (n,) of flanks that end, above half the height, where something is nearer."""
        beside = cloud.cuts.near(cloud.points, BESIDE_CUT)
        half = float(np.percentile(cloud.points[:, 2], 97)) / 2
        hidden = np.zeros(len(cloud.points), bool)
        for side in (self.distance > 0, self.distance <= 0):
            for b in np.unique(self.bins[side & beside]):
                inside = np.flatnonzero(side & (self.bins == b))
                off = np.abs(self.distance[inside])
                end = inside[off > off.max() - PLATEAU]
                if beside[end].mean() > 0.5 and np.median(cloud.points[end, 2]) > half:
                    # A pad is wider than a bin: it meets the next ones, too.
                    hidden |= side & (np.abs(self.bins - b) <= 1)
        return hidden


def _curve(
    t: FloatArray, w: FloatArray, z: FloatArray, bins: IndexArray
) -> np.polynomial.Polynomial:
    """The position of the ridge across an object, from its position along it.

    Args:
        t: (n,) positions along the object, m.
        w: (n,) positions across, m.
        z: (n,) heights, m.
        bins: (n,) of equal length along the object.
    """
    ridge_t, ridge_w = [], []
    for b in range(bins.max() + 1):
        inside = bins == b
        if inside.sum() < 4:
            continue
        top = w[inside][z[inside] > np.percentile(z[inside], 95) - PLATEAU]
        ridge_t.append(float(t[inside].mean()))
        ridge_w.append(float(top.min() + top.max()) / 2)
    if not ridge_t:
        # A ramp or sliver with few readings in each bin: its ridge is its middle.
        ridge_t, ridge_w = [float(t.mean())], [float(w.min() + w.max()) / 2]
    degree = min(2, len(ridge_t) - 1)
    curve = np.polynomial.Polynomial.fit(ridge_t, ridge_w, degree)
    residual = np.abs(curve(np.array(ridge_t)) - ridge_w)
    keep = residual <= max(0.004, 2.5 * float(np.median(residual)))
    return np.polynomial.Polynomial.fit(
        np.array(ridge_t)[keep], np.array(ridge_w)[keep], min(degree, int(keep.sum()) - 1)
    )

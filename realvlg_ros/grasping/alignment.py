"""Turn grasp candidates so that their pads meet the surfaces squarely."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from .candidates import Candidates
from .gripper import Gripper
from .pad_band import PadBand
from .target_cloud import TargetCloud

FloatArray = npt.NDArray[np.float64]

# Surface within this of the first touch belongs to the face that the pad will align to, m.
_FACE = 0.005
# Weight of the slope of zero that is assumed before any reading, m^2.
_PRIOR = 3e-5
# Faces that lean more than this against the pad are not followed further.
_MAX_SLOPE = 0.35
# Opening axes whose cosine to the radius is larger are made exactly radial.
_NEARLY_RADIAL = 0.97


def aligned(
    candidates: Candidates, cloud: TargetCloud, gripper: Gripper, axis: FloatArray | None
) -> Candidates:
    """Turn the opening axes to the normals of the surfaces that the pads meet.

    The slopes of y over x and z, fitted to all points in front of both pads, are more exact than
    single normals, and an axis of revolution more exact still. Across a thin curved wall a few
    degrees decide whether a grasp holds.

    Args:
        candidates: in the support frame.
        cloud: of the object.
        gripper: its shape.
        axis: (2,) horizontal position of the object's vertical axis of revolution, m, if any.
    """
    rotations = candidates.rotations
    band = PadBand.of(candidates, cloud, gripper)
    band = band.only(np.abs(band.local[:, 1]) < candidates.openings[band.rows] / 2)
    slopes, total = np.zeros((len(candidates), 2)), np.zeros(len(candidates))
    middles = np.zeros((len(candidates), 3))
    for sign in (-1.0, 1.0):
        slope, count, middle = _face_slopes(band, sign, rotations[:, :, 1], cloud.normals)
        slopes += slope * count[:, None]
        total += count
        middles += middle / 2
    slopes = np.clip(slopes / np.maximum(total, 1e-6)[:, None], -_MAX_SLOPE, _MAX_SLOPE)
    axes = rotations[:, :, 1] - slopes[:, :1] * rotations[:, :, 0]
    axes = axes - slopes[:, 1:] * rotations[:, :, 2]
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    if axis is not None:
        places = np.einsum('nij,nj->ni', rotations, middles) + candidates.tips
        axes = _made_radial(axes, places, axis)
    return replace(candidates, rotations=_with_axes(rotations, axes))


def _face_slopes(
    band: PadBand, sign: float, axes: FloatArray, normals: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Slopes (n, 2) of y over x and z of the face that one pad meets, weight (n,), middle (n, 3).

    Args:
        band: points between the fingers.
        sign: of y on the pad's side.
        axes: (n, 3) of opening.
        normals: (p, 3) of the cloud.
    """
    reach = sign * band.local[:, 1]
    band = band.only(reach > band.largest(reach)[band.rows] - _FACE)
    along = np.einsum('ki,ki->k', axes[band.rows], normals[band.points])
    weight = np.maximum(sign * along - 0.5, 0)
    count = band.sums(weight)
    scale = np.maximum(count, 1e-6)[:, None]
    middle = band.sums(weight[:, None] * band.local) / scale
    offset = band.local - middle[band.rows]
    x, y, z = offset.T
    products = np.stack([x * x, x * z, z * z, x * y, z * y], axis=1)
    xx, xz, zz, xy, zy = band.sums(weight[:, None] * products).T
    # As if a slope of zero had been measured with a weight of a few readings.
    xx, zz = xx + _PRIOR, zz + _PRIOR
    slope = np.stack([xy * zz - zy * xz, zy * xx - xy * xz], axis=1)
    return slope / (xx * zz - xz * xz)[:, None], count, middle


def _made_radial(axes: FloatArray, places: FloatArray, axis: FloatArray) -> FloatArray:
    """Opening axes (n, 3) at places (n, 3), exactly radial to an axis where they nearly are."""
    radial = places[:, :2] - axis
    radius = np.linalg.norm(radial, axis=1, keepdims=True)
    radial = radial / np.maximum(radius, 1e-9)
    flat = np.linalg.norm(axes[:, :2], axis=1, keepdims=True)
    cosine = (axes[:, :2] * radial).sum(axis=1, keepdims=True) / np.maximum(flat, 1e-9)
    apply = (radius > 0.01) & (np.abs(cosine) > _NEARLY_RADIAL) & (flat > 0.5)
    turned = np.where(apply, np.sign(cosine) * flat * radial, axes[:, :2])
    return np.concatenate([turned, axes[:, 2:]], axis=1)


def _with_axes(rotations: FloatArray, axes: FloatArray) -> FloatArray:
    """Rotations (n, 3, 3) turned to open along axes (n, 3), the approach changed least."""
    axes = axes / np.linalg.norm(axes, axis=1, keepdims=True)
    approach = rotations[:, :, 2] - (rotations[:, :, 2] * axes).sum(1, keepdims=True) * axes
    approach = approach / np.linalg.norm(approach, axis=1, keepdims=True)
    return np.stack([np.cross(axes, approach), axes, approach], axis=-1)

"""Rotate grasp candidates so that their pads are parallel to the surfaces they meet."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...arrays import BoolArray, FloatArray
from ..candidates import Candidates, local_coordinates
from ..context import PlanningContext
from .pad_contacts import FACE, PadContacts, between_fingers

# Weight of the prior of slope zero, in sums of squared positions on the pad, m^2. Chosen: one
# reading 5 mm from the pad's middle.
_PRIOR = 3e-5
# Largest slope of a face to the pad that is followed. Chosen: 19 degrees, about a friction cone.
_MAX_SLOPE = 0.35
# Opening axes whose cosine to the radius is larger are made exactly radial. Chosen: 14 degrees;
# axes across a handle are farther from radial.
_NEARLY_RADIAL = 0.97


def aligned(context: PlanningContext, candidates: Candidates) -> Candidates:
    """Rotate the opening axes to the normals of the surfaces that the pads meet.

    The slopes of y over x and z, fitted to all points in front of both pads, are more accurate
    than single normals, and an axis of revolution is more accurate still. Across a thin curved
    wall a few degrees decide whether a grasp holds.
    """
    cloud, rotations = context.cloud, candidates.rotations
    local = local_coordinates(candidates, cloud.points)
    inside = between_fingers(local, candidates.openings, context.gripper)
    slopes, total = np.zeros((len(candidates), 2)), np.zeros(len(candidates))
    middles = np.zeros((len(candidates), 3))
    for sign in (-1.0, 1.0):
        face = PadContacts.touched(inside, local, sign, FACE)
        slope, count, middle = _face_slopes(face, sign, rotations[:, :, 1], cloud.normals)
        slopes += slope * count[:, None]
        total += count
        middles += middle / 2
    slopes = np.clip(slopes / np.maximum(total, 1e-6)[:, None], -_MAX_SLOPE, _MAX_SLOPE)
    axes = rotations[:, :, 1] - slopes[:, :1] * rotations[:, :, 0]
    axes = axes - slopes[:, 1:] * rotations[:, :, 2]
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    if context.axis is not None:
        # Radial at the pads' middles: the centroid of the points is off sideways by sampling.
        places = candidates.tips + middles[:, 2:] * rotations[:, :, 2]
        axes = made_radial(axes, places, context.axis)
    return replace(candidates, rotations=with_axes(rotations, axes))


def _face_slopes(
    pads: PadContacts, sign: float, axes: FloatArray, normals: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Slopes (n, 2) of y over x and z of the face that one pad meets, weight (n,), middle (n, 3).

    Args:
        pads: points of the face.
        sign: of y on the pad's side.
        axes: (n, 3) unit opening axes, in the support frame.
        normals: (p, 3) unit, of the cloud.
    """
    weight = np.maximum(sign * pads.along(axes, normals) - 0.5, 0)
    count = pads.sums(weight)
    middle = pads.sums(weight * pads.local) / np.maximum(count, 1e-6)
    x, y, z = pads.local - middle.take(pads.rows, axis=1)
    across, up = weight * x, weight * z
    xx, xz, zz, xy, zy = (
        pads.sums(product) for product in (across * x, across * z, up * z, across * y, up * y)
    )
    # Regularise toward a slope of zero.
    xx, zz = xx + _PRIOR, zz + _PRIOR
    slope = np.stack([xy * zz - zy * xz, zy * xx - xy * xz], axis=1)
    return slope / (xx * zz - xz * xz)[:, None], count, middle.T


def nearly_radial(axes: FloatArray, places: FloatArray, axis: FloatArray) -> BoolArray:
    """Whether (n,) opening axes point nearly to or from a vertical axis.

    Args:
        axes: (n, 3) unit opening axes, in the support frame.
        places: (n, 3) of the contacts' middles, in the support frame, m.
        axis: (2,) horizontal position of the vertical axis, m.
    """
    radial = places[:, :2] - axis
    radius = np.linalg.norm(radial, axis=1)
    flat = np.linalg.norm(axes[:, :2], axis=1)
    cosine = np.abs((axes[:, :2] * radial).sum(axis=1)) / np.maximum(flat * radius, 1e-9)
    return np.asarray((radius > 0.01) & (cosine > _NEARLY_RADIAL) & (flat > 0.5))


def made_radial(axes: FloatArray, places: FloatArray, axis: FloatArray) -> FloatArray:
    """Opening axes (n, 3), made exactly radial to a vertical axis where they nearly are.

    Args:
        axes: (n, 3) unit opening axes, in the support frame.
        places: (n, 3) of the contacts' middles, in the support frame, m.
        axis: (2,) horizontal position of the vertical axis, m.
    """
    radial = places[:, :2] - axis
    radial = radial / np.maximum(np.linalg.norm(radial, axis=1, keepdims=True), 1e-9)
    flat = np.linalg.norm(axes[:, :2], axis=1, keepdims=True)
    sign = np.sign((axes[:, :2] * radial).sum(axis=1, keepdims=True))
    apply = nearly_radial(axes, places, axis)[:, None]
    turned = np.where(apply, sign * flat * radial, axes[:, :2])
    return np.concatenate([turned, axes[:, 2:]], axis=1)


def with_axes(rotations: FloatArray, axes: FloatArray) -> FloatArray:
    """Rotations (n, 3, 3) that open along axes (n, 3), with the least change of the approach."""
    axes = axes / np.linalg.norm(axes, axis=1, keepdims=True)
    approach = rotations[:, :, 2] - (rotations[:, :, 2] * axes).sum(1, keepdims=True) * axes
    approach = approach / np.linalg.norm(approach, axis=1, keepdims=True)
    return np.stack([np.cross(axes, approach), axes, approach], axis=-1)

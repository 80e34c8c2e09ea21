"""Many grasp candidates as arrays, and the closing of the fingers on a cloud."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from .gripper import Gripper
from .settings import PlannerSettings
from .target_cloud import TargetCloud

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]

# Surface within this of the first touch belongs to the contact, m.
_PATCH = 0.003
# Surface within this of the first touch belongs to the face that the pad will align to, m.
_FACE = 0.005
_PRIOR = 3e-5
_MAX_SLOPE = 0.35
_NEARLY_RADIAL = 0.97
# Walls count as this thick where the direction between contacts is judged, m.
_REGULAR_WIDTH = 0.015


@dataclass(frozen=True)
class Candidates:
    """Gripper poses in the support frame.

    Attributes:
        rotations: (n, 3, 3) columns are the TCP's x, y (opening) and z (approach).
        tips: (n, 3) origins of the TCP, between the fingertips, m.
        widths: (n,) distance of the contacts along the opening, m.
        openings: (n,) of the gripper before it closes, m.
        from_model: (n,) True where a model's rectangle was lifted.
    """

    rotations: FloatArray
    tips: FloatArray
    widths: FloatArray
    openings: FloatArray
    from_model: BoolArray

    def __len__(self) -> int:
        return len(self.tips)

    def select(self, index: npt.NDArray[np.generic]) -> Candidates:
        """The candidates of an index or boolean array."""
        return Candidates(
            self.rotations[index], self.tips[index], self.widths[index],
            self.openings[index], self.from_model[index],
        )  # fmt: skip


@dataclass(frozen=True)
class Closing:
    """Where fingers touch a cloud when they close.

    Attributes:
        contacts: (n, 2, 3) in the support frame, m: finger at -y, finger at +y.
        widths: (n,) m.
        cosines: (n,) of the larger angle between a contact's normal and the line of contacts.
        counts: (n, 2) points of the cloud at each contact.
        overlaps: (n,) how far the fingers reach past the nearer contact patch's middle, m.
        observed: (n,) share of contact points that the camera saw.
        crossing: (n,) points of the cloud inside the open fingers or the palm.
    """

    contacts: FloatArray
    widths: FloatArray
    cosines: FloatArray
    counts: IntArray
    overlaps: FloatArray
    observed: FloatArray
    crossing: IntArray


def open_for(widths: FloatArray, gripper: Gripper, settings: PlannerSettings) -> FloatArray:
    """Openings (n,) for objects of these widths, m; NaN where the gripper cannot open enough."""
    largest = min(gripper.max_opening, settings.max_opening)
    smallest = max(gripper.min_opening, settings.min_opening)
    wanted = np.clip(widths + 2 * settings.finger_clearance, smallest, largest)
    return np.where(wanted - widths >= 2 * settings.min_finger_clearance, wanted, np.nan)


def close_fingers(candidates: Candidates, cloud: TargetCloud, gripper: Gripper) -> Closing:
    """Close the fingers of every candidate on the cloud, as a gripper would.

    Each finger stops at the first surface between the fingers, over its whole width and length.
    """
    rotations = candidates.rotations
    local = local_coordinates(candidates, cloud.points)
    x, y, z = local[:, 0], local[:, 1], local[:, 2]
    half = gripper.finger_width / 2
    opening = candidates.openings[:, None] / 2
    in_band = (np.abs(x) < half) & (z > -gripper.finger_length) & (z < 0)
    between = in_band & (np.abs(y) < opening)
    outer = opening + gripper.finger_thickness
    in_finger = in_band & ~between & (np.abs(y) < outer)
    palm_x, palm_y, palm_z = gripper.palm_size
    in_palm = (np.abs(x) < palm_x / 2) & (np.abs(y) < palm_y / 2)
    in_palm &= (z <= -gripper.finger_length) & (z > -gripper.finger_length - palm_z)
    along = np.matmul(candidates.rotations[:, :, 1], cloud.normals.T)
    patches = [_touch(sign, y, between, along, local, cloud) for sign in (-1.0, 1.0)]
    contacts = np.stack([patch.middle for patch in patches], axis=1)
    line = contacts[:, 1] - contacts[:, 0]
    # Across a thin wall the measured line is mostly noise: take it as thicker than it is.
    line[:, 1] = np.maximum(line[:, 1], _REGULAR_WIDTH)
    line = np.einsum('nij,nj->ni', rotations, line)
    line /= np.maximum(np.linalg.norm(line, axis=1, keepdims=True), 1e-9)
    # The fingers' own direction counts too: a face that is not parallel to the pad turns.
    cosines = np.minimum.reduce(
        [
            sign * (patch.normal * direction).sum(axis=1)
            for sign, patch in zip((-1.0, 1.0), patches, strict=True)
            for direction in (line, rotations[:, :, 1])
        ]
    )
    return Closing(
        contacts=np.einsum('nij,nkj->nki', rotations, contacts) + candidates.tips[:, None],
        widths=contacts[:, 1, 1] - contacts[:, 0, 1],
        cosines=cosines,
        counts=np.stack([patch.count for patch in patches], axis=1),
        overlaps=-contacts[:, :, 2].max(axis=1),
        observed=np.minimum(patches[0].observed, patches[1].observed),
        crossing=(in_finger | in_palm).sum(axis=1),
    )


@dataclass(frozen=True)
class _Patch:
    """What one finger touches: middle (n, 3) in the TCP frame, normal (n, 3), count, observed."""

    middle: FloatArray
    normal: FloatArray
    count: IntArray
    observed: FloatArray


def _touch(
    sign: float,
    y: npt.NDArray[np.float32],
    between: BoolArray,
    along: FloatArray,
    local: npt.NDArray[np.float32],
    cloud: TargetCloud,
) -> _Patch:
    """The surface within a few millimetres of a finger's first touch, weighted as the pad sees it.

    Args:
        sign: of y on the finger's side.
        y: (n, p) of the cloud along the opening.
        between: (n, p) whether a point lies between the fingers.
        along: (n, p) component of the normals along the opening.
        local: (n, 3, p) the cloud in the TCP frames.
        cloud: the cloud.
    """
    reach = np.where(between, sign * y, -np.inf)
    patch = between & (reach > reach.max(axis=1, keepdims=True) - _PATCH)
    weight = np.where(patch, np.maximum(sign * along, 0.02), 0.0)
    total = np.maximum(weight.sum(axis=1), 1e-9)[:, None]
    normal = weight @ cloud.normals
    norm = np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    return _Patch(
        np.einsum('np,njp->nj', weight, local) / total,
        normal / norm,
        patch.sum(axis=1).astype(np.intp),
        (weight @ cloud.observed) / total[:, 0],
    )


def local_coordinates(candidates: Candidates, points: FloatArray) -> npt.NDArray[np.float32]:
    """Points (p, 3) of the support frame in every TCP frame: (n, 3, p), m."""
    turn = np.swapaxes(candidates.rotations, 1, 2)
    origin = turn @ candidates.tips[:, :, None]
    moved = np.matmul(turn.astype(np.float32), points.T.astype(np.float32))
    return np.asarray(moved - origin.astype(np.float32))


def coarse_crossings(candidates: Candidates, cloud: TargetCloud, gripper: Gripper) -> BoolArray:
    """Whether (n,) the open gripper clearly meets the object, on a thinned cloud."""
    points = cloud.points[:: max(1, len(cloud.points) // 250)]
    x, y, z = np.moveaxis(local_coordinates(candidates, points), 1, 0)
    opening = candidates.openings[:, None] / 2
    finger = (np.abs(x) < gripper.finger_width / 2) & (np.abs(y) > opening) & (z < 0)
    finger &= np.abs(y) < opening + gripper.finger_thickness
    palm_x, palm_y, _ = gripper.palm_size
    palm = (np.abs(x) < palm_x / 2) & (np.abs(y) < palm_y / 2) & (z < -gripper.finger_length)
    return np.asarray((finger | palm).sum(axis=1) > 1)


def aligned(candidates: Candidates, cloud: TargetCloud, gripper: Gripper) -> Candidates:
    """Turn the opening axes to the normals of the surfaces that the pads meet.

    The slopes of y over x and z, fitted to all points in front of both pads, are more exact than
    single normals. Across a thin curved wall a few degrees decide whether a grasp holds.
    """
    rotations = candidates.rotations
    local = local_coordinates(candidates, cloud.points)
    x, y, z = local[:, 0], local[:, 1], local[:, 2]
    near = (np.abs(x) < gripper.finger_width / 2) & (z > -gripper.finger_length) & (z < 0)
    near &= np.abs(y) < candidates.openings[:, None] / 2
    along = np.matmul(rotations[:, :, 1], cloud.normals.T).astype(np.float32)
    slopes, total = np.zeros((len(candidates), 2)), np.zeros(len(candidates))
    for sign in (-1.0, 1.0):
        reach = np.where(near, sign * y, -np.inf)
        depth = reach.max(axis=1, keepdims=True) - reach
        weight = np.where(depth < _FACE, np.maximum(sign * along - 0.5, 0), 0)
        count = weight.sum(axis=1)
        mean = np.einsum('np,nkp->nk', weight, local) / np.maximum(count, 1e-6)[:, None]
        dx, dy, dz = (local[:, k] - mean[:, k, None] for k in range(3))
        wx, wz = weight * dx, weight * dz
        xx, xz, zz, xy, zy = (
            np.einsum('np,np->n', a, b)
            for a, b in ((wx, dx), (wx, dz), (wz, dz), (wx, dy), (wz, dy))
        )
        # As if a slope of zero had been measured with a weight of a few readings.
        xx, zz = xx + _PRIOR, zz + _PRIOR
        determinant = xx * zz - xz * xz
        slope = np.stack([xy * zz - zy * xz, zy * xx - xy * xz], axis=1) / determinant[:, None]
        slopes += slope * count[:, None]
        total += count
    slopes = np.clip(slopes / np.maximum(total, 1e-6)[:, None], -_MAX_SLOPE, _MAX_SLOPE)
    axes = rotations[:, :, 1] - slopes[:, :1] * rotations[:, :, 0]
    axes = axes - slopes[:, 1:] * rotations[:, :, 2]
    return replace(candidates, rotations=_with_axes(rotations, axes))


def snapped_to_axis(candidates: Candidates, closing: Closing, axis: FloatArray) -> Candidates:
    """Turn opening axes that are nearly radial to an axis of revolution to exactly radial ones.

    The axis is known better than the slope of any patch of a thin wall.

    Args:
        candidates: in the support frame.
        closing: where they touch.
        axis: (2,) horizontal position of the vertical axis, m.
    """
    radial = closing.contacts.mean(axis=1)[:, :2] - axis
    radius = np.linalg.norm(radial, axis=1, keepdims=True)
    radial = radial / np.maximum(radius, 1e-9)
    axes = candidates.rotations[:, :, 1]
    flat = np.linalg.norm(axes[:, :2], axis=1, keepdims=True)
    cosine = (axes[:, :2] * radial).sum(axis=1, keepdims=True) / np.maximum(flat, 1e-9)
    apply = (radius > 0.01) & (np.abs(cosine) > _NEARLY_RADIAL) & (flat > 0.5)
    flat_axes = np.where(apply, np.sign(cosine) * flat * radial, axes[:, :2])
    axes = np.concatenate([flat_axes, axes[:, 2:]], axis=1)
    return replace(candidates, rotations=_with_axes(candidates.rotations, axes))


def _with_axes(rotations: FloatArray, axes: FloatArray) -> FloatArray:
    """Rotations (n, 3, 3) turned to open along axes (n, 3), the approach changed least."""
    axes = axes / np.linalg.norm(axes, axis=1, keepdims=True)
    approach = rotations[:, :, 2] - (rotations[:, :, 2] * axes).sum(1, keepdims=True) * axes
    approach = approach / np.linalg.norm(approach, axis=1, keepdims=True)
    return np.stack([np.cross(axes, approach), axes, approach], axis=-1)


def recentered(
    candidates: Candidates, closing: Closing, gripper: Gripper, settings: PlannerSettings
) -> Candidates:
    """Put the middle of the opening between the contacts and open as the width demands."""
    middle = closing.contacts.mean(axis=1)
    axes = candidates.rotations[:, :, 1]
    shift = ((middle - candidates.tips) * axes).sum(axis=1, keepdims=True)
    shift = np.where(np.isfinite(shift) & (closing.counts.min(axis=1) > 0)[:, None], shift, 0)
    widths = np.where(np.isfinite(closing.widths), closing.widths, candidates.widths)
    return replace(
        candidates,
        tips=candidates.tips + shift * axes,
        widths=widths,
        openings=open_for(widths, gripper, settings),
    )

"""The closing of the fingers of many candidates on a cloud."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from ...arrays import Float32Array, FloatArray, IndexArray
from ..candidates import PALM_GAP, SWEEP, Candidates, local_coordinates
from ..context import PlanningContext
from ..covariance import THIN_WALL
from ..gripper import Gripper
from ..observation.target_cloud import TargetCloud
from .opening import hidden_margin, open_for
from .pad_contacts import PadContacts, before_pads, between_fingers, entries

# Points within this of the first contact along the closing belong to it, m. Chosen: the
# compliance of pads, and the depth noise.
_PATCH = 0.003
# Points within this distance beside a pad obstruct it where they protrude from the contact by more
# than this, m: a handle visible there may join the wall, hidden, in front of the pad. Chosen:
# about half a handle's thickness; more than the unevenness of a face.
_BESIDE = 0.008
_STANDS_OUT = 0.005


@dataclass(frozen=True)
class Closing:
    """Contacts of the fingers with a cloud when they close.

    Attributes:
        contacts: (n, 2, 3) in the support frame, m: finger at -y, finger at +y.
        widths: (n,) distance of the contacts along the opening, m.
        cosines: (n,) cosine of the larger angle between a contact's normal and the line of
            contacts.
        counts: (n, 2) points of the cloud at each contact.
        overlaps: (n,) distance from the contact nearer to the fingertips to the fingertips, m.
        seen: (n, 2) share of each contact's points that were observed, not assumed.
        crossing: (n,) points of the cloud inside the open fingers or the palm.
    """

    contacts: FloatArray
    widths: FloatArray
    cosines: FloatArray
    counts: IndexArray
    overlaps: FloatArray
    seen: FloatArray
    crossing: IndexArray

    @property
    def observed(self) -> FloatArray:
        """The lesser share (n,) of the two contacts."""
        return self.seen.min(axis=1)

    @classmethod
    def joined(cls, batches: Sequence[Closing]) -> Closing:
        """Concatenate several batches."""
        return cls(
            **{
                f.name: np.concatenate([getattr(batch, f.name) for batch in batches])
                for f in fields(cls)
            }
        )

    def select(self, index: npt.NDArray[np.generic]) -> Closing:
        """The entries of an index or boolean array."""
        return Closing(**{f.name: getattr(self, f.name)[index] for f in fields(self)})


@dataclass(frozen=True)
class _Patch:
    """Contact patches of one finger.

    Attributes:
        middle: (n, 3) in the TCP frame, m.
        normal: (n, 3) unit, in the support frame.
        count: (n,) points of the cloud.
        observed: (n,) share of them that were observed.
    """

    middle: FloatArray
    normal: FloatArray
    count: IndexArray
    observed: FloatArray


def close_fingers(
    context: PlanningContext, candidates: Candidates, known: FloatArray | None = None
) -> tuple[Candidates, Closing]:
    """Close the fingers of every candidate on the cloud.

    Each finger stops at the first surface that its pad meets, over its whole width and length.

    Args:
        context: of the plan.
        candidates: in the support frame.
        known: (n, 2, 3) contacts in the TCP frames, m, where they are known more accurately than
            from the surface met first; the candidates are then not moved.

    Returns:
        The candidates, centred between the contacts and with the opening for the contacts'
        distance (NaN where the gripper does not open enough), and their contacts.
    """
    cloud, gripper, rotations = context.cloud, context.gripper, candidates.rotations
    local = local_coordinates(candidates, cloud.points)
    inside = between_fingers(local, candidates.openings, gripper)
    patches = [
        _patch(PadContacts.touched(inside, local, sign, _PATCH), sign, rotations[:, :, 1], cloud)
        for sign in (-1.0, 1.0)
    ]
    met = np.stack([patch.middle for patch in patches], axis=1)
    contacts = met if known is None else known
    widths = contacts[:, 1, 1] - contacts[:, 0, 1]
    counts = np.stack([patch.count for patch in patches], axis=1)
    centred = (counts.min(axis=1) > 0) & (known is None)
    shift = np.where(centred, met[:, :, 1].mean(axis=1), 0.0)
    gaps = (candidates.openings - candidates.widths) / 2
    world = np.einsum('nij,nkj->nki', rotations, contacts) + candidates.tips[:, None]
    moved = replace(
        candidates,
        tips=candidates.tips + shift[:, None] * rotations[:, :, 1],
        widths=widths,
        openings=open_for(context, widths, gaps, rotations[:, :, 1]),
    )
    closing = Closing(
        contacts=world,
        widths=widths,
        cosines=_cosines(patches, contacts, rotations),
        counts=counts,
        overlaps=-contacts[:, :, 2].max(axis=1),
        seen=np.stack([patch.observed for patch in patches], axis=1),
        crossing=_crossings(local, moved, shift, gripper)
        + _in_palm(local, shift, gripper, _palm_gaps(context, rotations)),
    )
    return moved, closing


def _cosines(patches: list[_Patch], contacts: FloatArray, rotations: FloatArray) -> FloatArray:
    """Of the larger angle (n,) between a patch's normal and the line of the contacts.

    Args:
        patches: of the finger at -y and at +y.
        contacts: (n, 2, 3) in the TCP frames, m.
        rotations: (n, 3, 3) from the TCP frames to the support frame.
    """
    line = contacts[:, 1] - contacts[:, 0]
    # Across a thin wall the measured direction is mostly noise: assume a least thickness.
    line[:, 1] = np.maximum(line[:, 1], THIN_WALL)
    line = np.einsum('nij,nj->ni', rotations, line)
    line /= np.maximum(np.linalg.norm(line, axis=1, keepdims=True), 1e-9)
    # The closing direction counts too: a face that is not parallel to the pad rotates the object.
    cosines = [
        sign * (patch.normal * direction).sum(axis=1)
        for sign, patch in zip((-1.0, 1.0), patches, strict=True)
        for direction in (line, rotations[:, :, 1])
    ]
    return np.asarray(np.minimum.reduce(cosines))


def _crossings(
    local: Float32Array, candidates: Candidates, shift: FloatArray, gripper: Gripper
) -> IndexArray:
    """Points (n,) of the cloud in the way of the open fingers or of their closing.

    Args:
        local: (n, 3, p) points in every TCP frame before the shift, m.
        candidates: after the shift.
        shift: (n,) displacement along y, m.
        gripper: its shape.
    """
    off = np.abs(local[:, 1] - shift.astype(np.float32)[:, None])
    # Beside the pads, what protrudes from the contact, such as a handle, would catch the finger.
    free = np.minimum(candidates.openings, candidates.widths + 2 * _STANDS_OUT) / 2
    outer = candidates.openings / 2 + gripper.finger_thickness
    inside = before_pads(local, gripper, _BESIDE)
    inside &= off > free.astype(np.float32)[:, None]
    inside &= off < outer.astype(np.float32)[:, None]
    return np.count_nonzero(inside, axis=1)


def _palm_gaps(context: PlanningContext, rotations: FloatArray) -> Float32Array:
    """Least distance (n, p) along the approach between the palm and each point, m.

    A hidden side may be farther from the camera than is assumed, by its error: that is nearer to a
    palm behind it.

    Args:
        context: of the plan.
        rotations: (n, 3, 3) from the TCP frames to the support frame.
    """
    assumed = ~context.cloud.observed
    approaches = rotations[:, :, 2]
    margin = hidden_margin(context, approaches) * (approaches[:, 0] > 0)
    return np.asarray(PALM_GAP + margin[:, None] * assumed, np.float32)


def _in_palm(
    local: Float32Array, shift: FloatArray, gripper: Gripper, gaps: Float32Array
) -> IndexArray:
    """Points (n,) inside the palm on the last part of the approach, each counted twice.

    Args:
        local: (n, 3, p) points in every TCP frame before the shift, m.
        shift: (n,) displacement of the TCP along y, m.
        gripper: its shape.
        gaps: (n, p) least distance along the approach between palm and point, m.
    """
    palm_x, palm_y, palm_z = gripper.palm_size
    inside = local[:, 2] < gaps - np.float32(gripper.finger_length)
    inside &= local[:, 2] > -gripper.finger_length - palm_z - SWEEP
    rows, points = entries(inside)
    x, y = local[rows, 0, points], local[rows, 1, points] - shift[rows]
    met = (np.abs(x) < palm_x / 2 + PALM_GAP) & (np.abs(y) < palm_y / 2 + PALM_GAP)
    return 2 * np.bincount(rows[met], minlength=len(local))


def _patch(pads: PadContacts, sign: float, axes: FloatArray, cloud: TargetCloud) -> _Patch:
    """The contact patch of a finger, points weighted by how directly they face the pad.

    Args:
        pads: points within a few millimetres of the first contact.
        sign: of y on the finger's side.
        axes: (n, 3) unit opening axes, in the support frame.
        cloud: completed surface of the object.
    """
    weight = np.maximum(sign * pads.along(axes, cloud.normals), 0.02)
    total = np.maximum(pads.sums(weight), 1e-9)
    index = pads.points
    normal = pads.sums(weight * cloud.normals.T.take(index, axis=1)).T
    norm = np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    return _Patch(
        (pads.sums(weight * pads.local) / total).T,
        normal / norm,
        np.bincount(pads.rows, minlength=pads.count),
        pads.sums(weight * cloud.observed.take(index)) / total,
    )

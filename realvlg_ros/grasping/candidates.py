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
    contact, normal, count, seen = [], [], [], []
    for sign in (-1.0, 1.0):
        reach = np.where(between, sign * y, -np.inf)
        touch = reach.max(axis=1, keepdims=True)
        patch = (between & (reach > touch - _PATCH)).astype(np.float64)
        total = np.maximum(patch.sum(axis=1), 1)
        middle = np.einsum('np,njp->nj', patch, local) / total[:, None]
        contact.append(middle)
        mean = patch @ cloud.normals / total[:, None]
        normal.append(mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-9))
        count.append(patch.sum(axis=1))
        seen.append(patch @ cloud.observed / total)
    contacts = np.stack(contact, axis=1)
    line = contacts[:, 1] - contacts[:, 0]
    line = np.einsum('nij,nj->ni', rotations, line)
    line /= np.maximum(np.linalg.norm(line, axis=1, keepdims=True), 1e-9)
    # The fingers' own direction counts too: between thin walls the line is mostly noise.
    axes = rotations[:, :, 1]
    cosines = np.minimum.reduce(
        [
            np.maximum((normal[1] * d).sum(1), 0) * ((normal[0] * d).sum(1) < 0)
            for d in (line, axes)
        ]
        + [
            np.maximum(-(normal[0] * d).sum(1), 0) * ((normal[1] * d).sum(1) > 0)
            for d in (line, axes)
        ]
    )
    return Closing(
        contacts=np.einsum('nij,nkj->nki', rotations, contacts) + candidates.tips[:, None],
        widths=contacts[:, 1, 1] - contacts[:, 0, 1],
        cosines=cosines,
        counts=np.stack(count, axis=1).astype(np.intp),
        overlaps=-contacts[:, :, 2].max(axis=1),
        observed=np.minimum(*seen),
        crossing=(in_finger | in_palm).sum(axis=1),
    )


def local_coordinates(candidates: Candidates, points: FloatArray) -> npt.NDArray[np.float32]:
    """Points (p, 3) of the support frame in every TCP frame: (n, 3, p), m."""
    turn = np.swapaxes(candidates.rotations, 1, 2)
    origin = turn @ candidates.tips[:, :, None]
    moved = np.matmul(turn.astype(np.float32), points.T.astype(np.float32))
    return np.asarray(moved - origin.astype(np.float32))


def shortlist(
    candidates: Candidates, cloud: TargetCloud, gripper: Gripper, limit: int
) -> tuple[Candidates, int]:
    """Drop candidates whose gripper clearly meets the object, on a thinned cloud, and cut.

    Returns:
        At most limit candidates in their order, and how many were dropped for meeting it.
    """
    points = cloud.points[:: max(1, len(cloud.points) // 250)]
    x, y, z = np.moveaxis(local_coordinates(candidates, points), 1, 0)
    opening = candidates.openings[:, None] / 2
    finger = (np.abs(x) < gripper.finger_width / 2) & (np.abs(y) > opening) & (z < 0)
    finger &= np.abs(y) < opening + gripper.finger_thickness
    palm_x, palm_y, _ = gripper.palm_size
    palm = (np.abs(x) < palm_x / 2) & (np.abs(y) < palm_y / 2) & (z < -gripper.finger_length)
    free = (finger | palm).sum(axis=1) <= 1
    kept = np.flatnonzero(free)[:limit]
    return candidates.select(kept), int((~free).sum())


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

"""Many grasp candidates as arrays, and the closing of the fingers on a cloud."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

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
# Walls count as this thick where the direction between contacts is judged, m.
_REGULAR_WIDTH = 0.015
# Narrow openings leave so much more than the smallest gap, for the errors of the width, m.
_NARROW_SLACK = 0.002
# What is as close beside a pad as this may be in its way, if it stands out so far, m.
_BESIDE = 0.004
_STANDS_OUT = 0.005
# Between palm and object, m; and the last part of the approach that must be free, too.
_PALM_GAP = 0.003
SWEEP = 0.05


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

    @classmethod
    def joined(cls, batches: Sequence[Candidates]) -> Candidates:
        """One batch of several."""
        values = {
            f.name: np.concatenate([getattr(batch, f.name) for batch in batches])
            for f in fields(cls)
        }
        return cls(**values)

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

    def select(self, index: npt.NDArray[np.generic]) -> Closing:
        """The entries of an index or boolean array."""
        return Closing(**{f.name: getattr(self, f.name)[index] for f in fields(self)})


def open_for(
    widths: FloatArray, gaps: FloatArray | float, gripper: Gripper, settings: PlannerSettings
) -> FloatArray:
    """Openings (n,) with a gap on each side of objects of these widths, m.

    NaN where the gripper cannot leave the smallest gap that is accepted.
    """
    largest = min(gripper.max_opening, settings.max_opening)
    smallest = max(gripper.min_opening, settings.min_opening)
    wanted = np.clip(widths + 2 * gaps, smallest, largest)
    return np.where(wanted - widths >= 2 * settings.min_finger_clearance, wanted, np.nan)


def narrowed(candidates: Candidates, settings: PlannerSettings) -> Candidates:
    """The candidates with as small a gap between fingers and object as is accepted."""
    gaps = settings.min_finger_clearance + _NARROW_SLACK
    return replace(
        candidates, openings=np.minimum(candidates.openings, candidates.widths + 2 * gaps)
    )


@dataclass(frozen=True)
class PadBand:
    """The points of a cloud between and around the fingers of every candidate, as flat arrays.

    Attributes:
        rows: (k,) candidate of each entry, ascending.
        points: (k,) index into the cloud.
        local: (k, 3) in the TCP frame, m.
        count: number of candidates.
    """

    rows: IntArray
    points: IntArray
    local: FloatArray
    count: int

    @classmethod
    def of(cls, candidates: Candidates, cloud: TargetCloud, gripper: Gripper) -> PadBand:
        """The points in front of the pads, over their whole width and length."""
        return cls.among(local_coordinates(candidates, cloud.points), gripper)

    @classmethod
    def among(
        cls, local: npt.NDArray[np.float32], gripper: Gripper, margin: float = 0.0
    ) -> PadBand:
        """The points in front of the pads, of points (n, 3, p) in every TCP frame.

        With a margin (m), also those that far beside the pads and beyond the fingertips.
        """
        x, z = local[:, 0], local[:, 2]
        half = gripper.finger_width / 2 + margin
        inside = (np.abs(x) < half) & (z < margin) & (z > -gripper.finger_length)
        rows, points = _entries(inside)
        return cls(rows, points, local[rows, :, points].astype(np.float64), len(local))

    def before_pads(self, gripper: Gripper) -> PadBand:
        """The same without a margin."""
        keep = (np.abs(self.local[:, 0]) < gripper.finger_width / 2) & (self.local[:, 2] < 0)
        return PadBand(self.rows[keep], self.points[keep], self.local[keep], self.count)

    def sums(self, values: FloatArray, keep: BoolArray) -> FloatArray:
        """Sum (n,) or (n, c) of values (k,) or (k, c) over each candidate's kept entries."""
        rows, values = self.rows[keep], values[keep]
        if values.ndim == 1:
            return np.asarray(np.bincount(rows, values, self.count), np.float64)
        columns = [np.bincount(rows, column, self.count) for column in values.T]
        return np.stack(columns, axis=1)

    def largest(self, values: FloatArray, keep: BoolArray) -> FloatArray:
        """Largest (n,) of values (k,) over each candidate's kept entries, -inf without one."""
        top = np.full(self.count, -np.inf)
        rows = self.rows[keep]
        if len(rows):
            starts = np.flatnonzero(np.diff(rows, prepend=-1))
            top[rows[starts]] = np.maximum.reduceat(values[keep], starts)
        return top


@dataclass(frozen=True)
class _Patch:
    """What one finger touches: middle (n, 3) in the TCP frame, normal (n, 3), count, observed."""

    middle: FloatArray
    normal: FloatArray
    count: IntArray
    observed: FloatArray


def close_fingers(
    candidates: Candidates, cloud: TargetCloud, gripper: Gripper, settings: PlannerSettings
) -> tuple[Candidates, Closing]:
    """Close the fingers of every candidate on the cloud, as a gripper would.

    Each finger stops at the first surface between the fingers, over its whole width and length.

    Returns:
        The candidates with the middle of the opening moved between the contacts and the opening
        (NaN where it is not enough) that their width demands, and what they touch.
    """
    rotations = candidates.rotations
    local = local_coordinates(candidates, cloud.points)
    around = PadBand.among(local, gripper, _BESIDE)
    band = around.before_pads(gripper)
    y = band.local[:, 1]
    between = np.abs(y) < candidates.openings[band.rows] / 2
    along = np.einsum('ki,ki->k', rotations[band.rows, :, 1], cloud.normals[band.points])
    patches = [_touch(band, sign, between, along, cloud) for sign in (-1.0, 1.0)]
    contacts = np.stack([patch.middle for patch in patches], axis=1)
    widths = contacts[:, 1, 1] - contacts[:, 0, 1]
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
    counts = np.stack([patch.count for patch in patches], axis=1)
    shift = np.where(counts.min(axis=1) > 0, contacts[:, :, 1].mean(axis=1), 0.0)
    gaps = (candidates.openings - candidates.widths) / 2
    world = np.einsum('nij,nkj->nki', rotations, contacts) + candidates.tips[:, None]
    moved = replace(
        candidates,
        tips=candidates.tips + shift[:, None] * rotations[:, :, 1],
        widths=widths,
        openings=open_for(widths, gaps, gripper, settings),
    )
    closing = Closing(
        contacts=world,
        widths=widths,
        cosines=cosines,
        counts=counts,
        overlaps=-contacts[:, :, 2].max(axis=1),
        observed=np.minimum(patches[0].observed, patches[1].observed),
        crossing=_crossings(around, moved, shift, gripper) + _in_palm(local, shift, gripper),
    )
    return moved, closing


def _crossings(
    band: PadBand, candidates: Candidates, shift: FloatArray, gripper: Gripper
) -> IntArray:
    """Points (n,) of the cloud in the way of the open fingers or of their closing.

    Args:
        band: points before and closely beside the pads.
        candidates: moved by shift (n,) along y since the band was taken.
        shift: m.
        gripper: its shape.
    """
    off = np.abs(band.local[:, 1] - shift[band.rows])
    # Beside the pads, what stands out from the contact would catch the finger: a handle.
    free = np.minimum(candidates.openings, candidates.widths + 2 * _STANDS_OUT)[band.rows] / 2
    outer = candidates.openings[band.rows] / 2 + gripper.finger_thickness
    inside = (off > free) & (off < outer)
    return np.bincount(band.rows[inside], minlength=band.count)


def _in_palm(local: npt.NDArray[np.float32], shift: FloatArray, gripper: Gripper) -> IntArray:
    """Points (n,) inside the palm on the last part of the approach, each counted twice.

    Args:
        local: (n, 3, p) points in every TCP frame, m.
        shift: (n,) by which the TCP is moved along y yet, m.
        gripper: its shape.
    """
    palm_x, palm_y, palm_z = gripper.palm_size
    gap = _PALM_GAP
    inside = local[:, 2] < gap - gripper.finger_length
    inside &= local[:, 2] > -gripper.finger_length - palm_z - SWEEP
    rows, points = _entries(inside)
    x, y = local[rows, 0, points], local[rows, 1, points] - shift[rows]
    met = (np.abs(x) < palm_x / 2 + gap) & (np.abs(y) < palm_y / 2 + gap)
    return 2 * np.bincount(rows[met], minlength=len(local))


def _touch(
    band: PadBand, sign: float, between: BoolArray, along: FloatArray, cloud: TargetCloud
) -> _Patch:
    """The surface within a few millimetres of a finger's first touch, weighted as the pad sees it.

    Args:
        band: points in front of the pads.
        sign: of y on the finger's side.
        between: (k,) entries between the fingers.
        along: (k,) component of the normals along the opening.
        cloud: the cloud.
    """
    reach = sign * band.local[:, 1]
    patch = between & (reach > band.largest(reach, between)[band.rows] - _PATCH)
    weight = np.maximum(sign * along, 0.02)
    total = np.maximum(band.sums(weight, patch), 1e-9)[:, None]
    index = band.points
    normal = band.sums(weight[:, None] * cloud.normals[index], patch)
    norm = np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    return _Patch(
        band.sums(weight[:, None] * band.local, patch) / total,
        normal / norm,
        np.bincount(band.rows[patch], minlength=band.count),
        band.sums(weight * cloud.observed[index], patch) / total[:, 0],
    )


def _entries(inside: BoolArray) -> tuple[IntArray, IntArray]:
    """Rows and columns (k,) of entries (n, p) that hold: np.nonzero, but much faster."""
    flat = np.flatnonzero(inside)
    rows = flat // max(inside.shape[1], 1)
    return rows, flat - rows * inside.shape[1]


def local_coordinates(candidates: Candidates, points: FloatArray) -> npt.NDArray[np.float32]:
    """Points (p, 3) of the support frame in every TCP frame: (n, 3, p), m."""
    turn = np.swapaxes(candidates.rotations, 1, 2)
    origin = turn @ candidates.tips[:, :, None]
    moved = np.matmul(turn.astype(np.float32), points.T.astype(np.float32))
    return np.asarray(moved - origin.astype(np.float32))


def coarse_crossings(candidates: Candidates, cloud: TargetCloud, gripper: Gripper) -> BoolArray:
    """Whether (n,) the open gripper clearly meets the object, on a thinned cloud."""
    points = cloud.points[:: -(-len(cloud.points) // 200)]
    x, y, z = np.moveaxis(local_coordinates(candidates, points), 1, 0)
    opening = candidates.openings[:, None] / 2
    finger = (np.abs(x) < gripper.finger_width / 2) & (np.abs(y) > opening) & (z < 0)
    finger &= np.abs(y) < opening + gripper.finger_thickness
    palm_x, palm_y, _ = gripper.palm_size
    palm = (np.abs(x) < palm_x / 2) & (np.abs(y) < palm_y / 2) & (z < -gripper.finger_length)
    return np.asarray((finger | palm).sum(axis=1) > 1)

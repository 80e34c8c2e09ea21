"""Many grasp candidates as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from ..arrays import BoolArray, Float32Array, FloatArray
from .gripper import Gripper
from .observation.target_cloud import TargetCloud
from .settings import PlannerSettings

# Narrow openings leave so much more than the smallest gap, for the errors of the width, m.
_NARROW_SLACK = 0.002
# The last part of the approach that must be free, too, m.
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

    def select(self, index: npt.NDArray[np.generic] | slice) -> Candidates:
        """The candidates of an index or boolean array or a slice."""
        return Candidates(
            self.rotations[index], self.tips[index], self.widths[index],
            self.openings[index], self.from_model[index],
        )  # fmt: skip


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


def local_coordinates(candidates: Candidates, points: FloatArray) -> Float32Array:
    """Points (p, 3) of the support frame in every TCP frame: (n, 3, p), m."""
    turn = np.swapaxes(candidates.rotations, 1, 2)
    origin = turn @ candidates.tips[:, :, None]
    # One large product: many small ones cost ten times as much.
    moved = turn.reshape(-1, 3).astype(np.float32) @ points.T.astype(np.float32)
    moved = moved.reshape(len(turn), 3, len(points))
    moved -= origin.astype(np.float32)
    return np.asarray(moved)


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

"""The part of a cloud that lies before the pads of many candidates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .candidates import Candidates, local_coordinates
from .gripper import Gripper
from .target_cloud import TargetCloud

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.intp]


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
        rows, points = entries(inside)
        return cls(rows, points, local[rows, :, points].astype(np.float64), len(local))

    def before_pads(self, gripper: Gripper) -> PadBand:
        """The same without a margin."""
        keep = (np.abs(self.local[:, 0]) < gripper.finger_width / 2) & (self.local[:, 2] < 0)
        return self.only(keep)

    def only(self, keep: BoolArray) -> PadBand:
        """The entries (k,) that are kept, of the same candidates."""
        return PadBand(self.rows[keep], self.points[keep], self.local[keep], self.count)

    def sums(self, values: FloatArray) -> FloatArray:
        """Sum (n,) or (n, c) of values (k,) or (k, c) over each candidate's entries."""
        if values.ndim == 1:
            return np.asarray(np.bincount(self.rows, values, self.count), np.float64)
        columns = [np.bincount(self.rows, column, self.count) for column in values.T]
        return np.stack(columns, axis=1)

    def largest(self, values: FloatArray) -> FloatArray:
        """Largest (n,) of values (k,) over each candidate's entries, -inf without one."""
        top = np.full(self.count, -np.inf)
        if len(self.rows):
            starts = np.flatnonzero(np.diff(self.rows, prepend=-1))
            top[self.rows[starts]] = np.maximum.reduceat(values, starts)
        return top


def entries(inside: BoolArray) -> tuple[IntArray, IntArray]:
    """Rows and columns (k,) of entries (n, p) that hold: np.nonzero, but much faster."""
    flat = np.flatnonzero(inside)
    rows = flat // max(inside.shape[1], 1)
    return rows, flat - rows * inside.shape[1]

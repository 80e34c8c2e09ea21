"""Many grasp candidates as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

import numpy as np
import numpy.typing as npt

from ..arrays import BoolArray, Float32Array, FloatArray

# Length of the last, straight part of the approach that must be free of collisions, m. Chosen:
# planners move at least this far along a straight line.
SWEEP = 0.05
# Least distance between palm and object, on that part too, m. Chosen: about the depth noise at
# 1 m.
PALM_GAP = 0.003


@dataclass(frozen=True)
class Candidates:
    """Gripper poses in the support frame.

    Attributes:
        rotations: (n, 3, 3) columns are the TCP's x, y (opening) and z (approach).
        tips: (n, 3) origins of the TCP, between the fingertips, m.
        widths: (n,) distance of the contacts along the opening, m.
        openings: (n,) opening of the gripper before it closes, m.
        from_model: (n,) True for candidates lifted from a model's rectangle or contacts.
        proposers: (n,) names of other planners that proposed them; empty texts for our own.
    """

    rotations: FloatArray
    tips: FloatArray
    widths: FloatArray
    openings: FloatArray
    from_model: BoolArray
    proposers: npt.NDArray[np.object_] = field(default_factory=lambda: np.array([], object))

    def __post_init__(self) -> None:
        if len(self.proposers) != len(self.tips):
            object.__setattr__(self, 'proposers', np.full(len(self.tips), '', object))

    def __len__(self) -> int:
        return len(self.tips)

    @classmethod
    def joined(cls, batches: Sequence[Candidates]) -> Candidates:
        """Concatenate several batches."""
        values = {
            f.name: np.concatenate([getattr(batch, f.name) for batch in batches])
            for f in fields(cls)
        }
        return cls(**values)

    def select(self, index: npt.NDArray[np.generic] | slice) -> Candidates:
        """The candidates of an index or boolean array or a slice."""
        return Candidates(
            self.rotations[index], self.tips[index], self.widths[index],
            self.openings[index], self.from_model[index], self.proposers[index],
        )  # fmt: skip


def local_coordinates(candidates: Candidates, points: FloatArray) -> Float32Array:
    """Transform points (p, 3) of the support frame into every TCP frame: (n, 3, p), m."""
    turn = np.swapaxes(candidates.rotations, 1, 2)
    origin = turn @ candidates.tips[:, :, None]
    # One large matrix product: many small ones take ten times as long.
    moved = turn.reshape(-1, 3).astype(np.float32) @ points.T.astype(np.float32)
    moved = moved.reshape(len(turn), 3, len(points))
    moved -= origin.astype(np.float32)
    return np.asarray(moved)

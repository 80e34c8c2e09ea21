"""Where the grasps of other planners wait until a plan takes them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..arrays import FloatArray
from ..frame import RgbdFrame
from ..transforms import invert
from .search.external import ExternalGrasp


@dataclass(frozen=True)
class ProposalBatch:
    """What one planner proposed at once.

    Attributes:
        proposer: name of the planner.
        stamp_ns: of the image or cloud that it looked at, ns.
        frame_id: that the poses are in: the optical frame of the camera, or the fixed frame.
        grasps: best first.
    """

    proposer: str
    stamp_ns: int
    frame_id: str
    grasps: tuple[ExternalGrasp, ...]


class ProposalBox:
    """The newest batch of each planner; safe to use from several threads."""

    def __init__(self, max_age_s: float, planners: int = 8) -> None:
        """Take the bounds.

        Args:
            max_age_s: a batch that is so much older or newer than a frame says nothing of it, s.
            planners: whose batches are kept at once; the oldest goes first.
        """
        self.max_age_s, self._planners = max_age_s, planners
        self._lock = threading.Lock()
        self._batches: dict[str, ProposalBatch] = {}

    def put(self, batch: ProposalBatch) -> None:
        """Keep a batch in the place of the planner's last one."""
        with self._lock:
            self._batches.pop(batch.proposer, None)
            self._batches[batch.proposer] = batch
            while len(self._batches) > self._planners:
                del self._batches[next(iter(self._batches))]

    def clear(self) -> None:
        """Forget every batch, as after a jump of the clock."""
        with self._lock:
            self._batches.clear()

    def for_frame(self, frame: RgbdFrame) -> list[ExternalGrasp]:
        """The proposals that are about the time of a frame, in its optical frame.

        Those of a frame of reference that the image does not know are left out.
        """
        with self._lock:
            batches = list(self._batches.values())
        found = []
        for batch in batches:
            to_camera = _to_camera(batch, frame)
            if to_camera is None or abs(batch.stamp_ns - frame.stamp_ns) > 1e9 * self.max_age_s:
                continue
            found += moved(batch.grasps, to_camera)
        return found


def moved(grasps: Sequence[ExternalGrasp], frame2other: FloatArray) -> list[ExternalGrasp]:
    """Proposals in another frame, by a 4x4 transform."""
    return [replace(grasp, tcp2frame=frame2other @ grasp.tcp2frame) for grasp in grasps]


def _to_camera(batch: ProposalBatch, frame: RgbdFrame) -> FloatArray | None:
    """4x4 from the frame of a batch to the optical frame; None where it is not known.

    A camera that has moved since the batch is not known of: what does not fit the object any more
    is refused by the checks.
    """
    if frame.fixed_frame and batch.frame_id == frame.fixed_frame:
        return None if frame.camera2fixed is None else invert(frame.camera2fixed)
    return np.eye(4) if batch.frame_id == frame.camera.frame_id else None

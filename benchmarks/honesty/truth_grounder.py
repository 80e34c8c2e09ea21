"""A grounder that is always right: what is judged comes after the grounding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from benchmarks.honesty.shots import Shot
from realvlg_ros.arrays import BoolArray
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus
from realvlg_ros.image_region import RegionMask


class TruthGrounder:
    """Answers with the true mask of the target in the shot that it is shown."""

    name = 'truth'

    def __init__(self, target: str) -> None:
        """Know what is asked for.

        Args:
            target: name of the object in the world.
        """
        self.shot: Shot | None = None
        self.request_id = ''
        self._target = target

    def load(self) -> None:
        """There is nothing to load."""

    def close(self) -> None:
        """There is nothing to free."""

    def ground(self, frame: RgbdFrame, instruction: str, aborted: Callable[[], bool]) -> Grounding:
        """The true mask in the shot that was set last, or NOT_FOUND."""
        assert self.shot is not None
        rendered = self.shot.rendered
        known = self._target in rendered.object2world
        mask = rendered.mask(self._target) if known else np.zeros(frame.depth.shape, bool)
        camera = frame.camera
        found = Grounding(
            GroundingStatus.OK, instruction, stamp_ns=frame.stamp_ns, frame_id=camera.frame_id,
            image_width=camera.width, image_height=camera.height, request_id=self.request_id,
            label=self._target, score=1.0,
        )  # fmt: skip
        if not mask.any():
            return replace(found, status=GroundingStatus.NOT_FOUND, message='not in sight')
        region = RegionMask.from_full(mask)
        return replace(found, mask=region, box=region.box)


def compare(found: Grounding, truth: BoolArray) -> str:
    """What another grounder answers: its status, or that it means another object.

    Args:
        found: its answer.
        truth: (height, width) mask of the object that was meant.
    """
    if found.status != GroundingStatus.OK or found.mask is None:
        return found.status.name
    mask = found.mask.to_full(*truth.shape)
    return 'OK' if (mask & truth).sum() > 0.5 * mask.sum() else 'another object'

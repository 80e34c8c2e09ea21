"""Settings of the rewards."""

from __future__ import annotations

from dataclasses import dataclass

from ...grounding.realvlg.task_settings import MaskSettings
from ...settings import setting


@dataclass(frozen=True)
class RewardSettings(MaskSettings):
    """How answers are judged; the segmenter is for the task mask."""

    name: str = setting(
        'code', "The published code's rewards, or those of the paper.", choices=('code', 'paper')
    )
    iou: float = setting(
        0.5, "IoU from which the paper's rewards count a box or mask as a hit.",
        unit='unitless', low=0.0, high=1.0,
    )  # fmt: skip
    contact_iou: float = setting(
        0.25, "IoU from which the paper's rewards count a contact pair as a hit.",
        unit='unitless', low=0.0, high=1.0,
    )  # fmt: skip

"""Which targets need a new grounding, asked at a bounded rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .target import TargetState
from .target_track import TargetTrack


@dataclass(frozen=True)
class GroundingWish:
    """A wish for a new grounding of a target's instruction.

    Attributes:
        track_id: of the target.
        request_id: that it answers; the new grounding should carry the same.
        instruction: the sentence.
        reason: 'lost' or 'drift check'.
    """

    track_id: int
    request_id: str
    instruction: str
    reason: str


def due_wishes(tracks: Sequence[TargetTrack], stamp_ns: int) -> list[GroundingWish]:
    """The wishes that are due now; asking starts each one's period anew."""
    wishes = []
    for track in tracks:
        lost = track.state == TargetState.LOST
        period = track.settings.retry_period_s if lost else track.settings.check_period_s
        if period <= 0 or stamp_ns - track.asked_ns < period * 1e9:
            continue
        if not lost and track.state != TargetState.CONFIRMED:
            continue
        track.asked_ns = stamp_ns
        grounding = track.grounding
        wishes.append(
            GroundingWish(
                track.track_id, grounding.request_id, grounding.instruction,
                'lost' if lost else 'drift check',
            )
        )  # fmt: skip
    return wishes

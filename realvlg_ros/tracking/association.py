"""Which target a grounding speaks of, and which of two targets a region belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ..arrays import FloatArray
from ..grounding.grounding import Grounding
from ..image_region import RegionMask
from .target.appearance import Appearance, Likeness
from .target.target import TargetState
from .target.track import TargetTrack

# Overlap of boxes (IoU) from which two regions of one frame are the same object. Chosen: above
# what neighbours in clutter share, below what two masks of one object share.
_SAME_OVERLAP = 0.35
# With less overlap, middles nearer than this share of the extent are of one object. Chosen: two
# objects side by side are a whole extent apart.
_SAME_DISTANCE = 0.4
# Similarity of colours from which an object seen again is the one that was lost. Chosen: half of
# the histogram must agree, light may take the rest.
_SAME_APPEARANCE = 0.55


def track_at(
    tracks: Sequence[TargetTrack],
    mask: RegionMask,
    middle: FloatArray,
    stamp_ns: int,
    tolerance_ns: int,
) -> TargetTrack | None:
    """The target that was where a grounding's mask is, in the frame of its stamp.

    Args:
        tracks: those that live.
        mask: of the grounding.
        middle: (3,) of the masked surface in the world, m.
        stamp_ns: of the grounding's frame.
        tolerance_ns: how far a remembered stamp may be off.
    """
    best, best_score = None, 0.0
    for track in tracks:
        past = track.pose_at(stamp_ns, tolerance_ns)
        if past is None or past.box is None or track.life.lost:
            continue
        overlap = past.box.iou(mask.box)
        extent = track.appearance.extent if track.appearance else 0.1
        place = past.object2world[:3, :3] @ track.views.grounded.center + past.object2world[:3, 3]
        distance = float(np.linalg.norm(place - middle)) / max(extent, 0.02)
        if overlap >= _SAME_OVERLAP or (overlap > 0.1 and distance < _SAME_DISTANCE):
            # Where two are, one of them was seen there, and the other is only thought to be.
            score = overlap + 1 / (1 + distance) + past.seen
            if score > best_score:
                best, best_score = track, score
    return best


def track_again(
    tracks: Sequence[TargetTrack], grounding: Grounding, appearance: Appearance
) -> TargetTrack | None:
    """The lost or hidden target that a grounding has found again elsewhere, by its looks.

    Args:
        tracks: all targets.
        grounding: of the object that was found.
        appearance: of that object.
    """
    best, best_score = None, _SAME_APPEARANCE
    for track in tracks:
        unseen = track.life.state in (TargetState.LOST, TargetState.OCCLUDED)
        if not unseen or not track.appearance:
            continue
        if track.appearance.compare(appearance) is Likeness.DIFFERS:
            continue
        score = track.appearance.similarity(appearance)
        same_request = bool(grounding.request_id) and (
            grounding.request_id == track.grounding.request_id
        )
        same_words = grounding.instruction == track.grounding.instruction
        if score + 0.1 * same_request + 0.1 * same_words > best_score and (
            same_request or same_words or grounding.label == track.grounding.label
        ):
            best, best_score = track, score
    return best


def left_there(tracks: Iterable[TargetTrack], request_id: str, middle: FloatArray) -> bool:
    """Whether the target of a request was lost at a place, in the world.

    Args:
        tracks: all targets.
        request_id: what was asked for.
        middle: (3,) of the place, m.
    """
    for track in tracks:
        if track.life.lost and track.grounding.request_id == request_id != '':
            extent = track.appearance.extent if track.appearance else 0.1
            if np.linalg.norm(_place(track) - middle) < _SAME_DISTANCE * extent:
                return True
    return False


def contested(tracks: Iterable[TargetTrack]) -> list[TargetTrack]:
    """Targets that claim the place of another that has the better right to it.

    Two bodies cannot be in one place. When the surfaces of two followed targets coincide, the
    one that was not away keeps the place; of two that were, the one of which more frames agree;
    then the one that was seen there with less surprise.
    """
    losers: list[TargetTrack] = []
    seen = [t for t in tracks if t.seen and not t.life.lost]
    for index, first in enumerate(seen):
        for second in seen[index + 1 :]:
            gap = _place(first) - _place(second)
            extent = min(
                track.appearance.extent if track.appearance else 0.05 for track in (first, second)
            )
            if np.linalg.norm(gap) < 0.35 * extent:
                losers.append(max(first, second, key=_right_to_stay))
    return losers


def _right_to_stay(track: TargetTrack) -> tuple[int, float]:
    """The smaller, the better the right of a target to its place."""
    return track.life.frames_to_agree, track.surprise


def _place(track: TargetTrack) -> FloatArray:
    pose = track.object2world
    return np.asarray(pose[:3, :3] @ track.views.grounded.center + pose[:3, 3])

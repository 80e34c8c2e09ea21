"""The files of an episode: episode.json, and a frame folder for each frame."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import FrameError
from ..grounding.grounding import Grounding
from ..image_region import Box, RegionMask
from ..json_text import to_json_text
from ..tracking.target.target import GraspTarget
from .episode import Episode, Shot
from .goal_event import SUCCESSES, GoalStep
from .lighting import Lighting, LightingSummary
from .mask_runs import mask_to_runs
from .packed_frame import PackedFrame
from .uncertainty import uncertainty_of

FORMAT = 'realvlg-episode-1'
FILE_NAME = 'episode.json'


@dataclass(frozen=True)
class Surroundings:
    """What is written with every episode.

    Attributes:
        parameters: of the nodes by their names; null for a node that did not tell.
        versions: of programs and libraries by name.
        blanking: the settings of what was blanked.
        recorded: when, and what was dropped.
        blanks: whether anything is blanked: masks are then written where their frame was kept.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    blanking: Mapping[str, Any] = field(default_factory=dict)
    recorded: Mapping[str, Any] = field(default_factory=dict)
    blanks: bool = False


def episode_files(episode: Episode[Any], around: Surroundings) -> dict[str, bytes]:
    """The files of an episode by their paths in its folder."""
    shots = sorted(episode.shots, key=lambda shot: shot.stamp_ns)
    files: dict[str, bytes] = {}
    frames: list[dict[str, Any]] = []
    missing: list[dict[str, Any]] = []
    lighting = LightingSummary()
    for shot in shots:
        if shot.packed is None:
            missing.append(_missing(shot, episode.goal.stamp_ns))
            continue
        folder = f'frames/{len(frames):03d}'
        frames.append({'folder': folder, **_frame(shot, shot.packed, episode.goal.stamp_ns)})
        files |= {f'{folder}/{name}': data for name, data in shot.packed.files.items()}
        lighting.include(Lighting(**shot.packed.facts['lighting']))
    values = {
        'format': FORMAT,
        'goal': _goal(episode),
        'result': _result(episode),
        'uncertainty': uncertainty_of(episode.events, episode.status),
        'objects': _objects(episode, around.blanks),
        'events': episode.events,
        'events_dropped': episode.events_dropped,
        'frames': frames,
        'missing_frames': missing,
        'intrinsics': _intrinsics(shots),
        'lighting': lighting.result(),
        'parameters': around.parameters,
        'versions': around.versions,
        'blanking': around.blanking,
        'recorded': around.recorded,
    }
    files[FILE_NAME] = (to_json_text(values, indent=1) + '\n').encode()
    return files


def _goal(episode: Episode[Any]) -> dict[str, Any]:
    goal = episode.goal
    return {
        'action': goal.action,
        'goal_id': goal.goal_id,
        'request_ids': sorted(episode.requests),
        'instruction': goal.instruction,
        'answers_token': goal.token,
        'accepted_ns': goal.stamp_ns if _begin_heard(episode) else None,
    }


def _begin_heard(episode: Episode[Any]) -> bool:
    """Whether it was heard that the goal was accepted, not only how it ended."""
    return episode.goal.step is GoalStep.ACCEPTED and episode.goal.stamp_ns > 0


def _result(episode: Episode[Any]) -> dict[str, Any]:
    elapsed_s = (episode.ended_ns - episode.goal.stamp_ns) / 1e9
    return {
        'status': episode.status,
        'message': episode.message,
        'success': episode.status in SUCCESSES,
        'ended_ns': episode.ended_ns,
        'elapsed_s': elapsed_s if _begin_heard(episode) else None,
        'from_topics': episode.from_topics,
        'token': episode.token,
    }


def _objects(episode: Episode[Any], blanks: bool) -> list[dict[str, Any]]:
    """The object as it was grounded and as it was answered, with its masks."""
    found = []
    if episode.grounding is not None:
        found.append(_grounded(episode.grounding))
    if episode.answer is not None and episode.answer.box is not None:
        found.append(_answered(episode.answer))
    packed = {shot.stamp_ns: shot.packed for shot in episode.shots}
    for item in found:
        mask = _shown(item['mask'], packed.get(item['stamp_ns']), blanks)
        item['mask'] = None if mask is None else mask_to_runs(mask)
    return found


def _shown(mask: RegionMask | None, packed: PackedFrame | None, blanks: bool) -> RegionMask | None:
    """What a mask shows of what was not blanked: its outline would tell a person, too."""
    if mask is None or not blanks:
        return mask
    if packed is None:
        return None
    if packed.blanked is None:
        return mask
    height, width = packed.blanked.shape
    try:
        return RegionMask.from_full(mask.to_full(height, width) & ~packed.blanked)
    except FrameError:
        # Nothing is left of it, or it is not of this image.
        return None


def _grounded(grounding: Grounding) -> dict[str, Any]:
    return {
        'source': 'grounding',
        'stamp_ns': grounding.stamp_ns,
        'label': grounding.label,
        'score': grounding.score,
        'model': grounding.backend,
        'box_xyxy': _box(grounding.box),
        'mask': grounding.mask,
    }


def _answered(target: GraspTarget) -> dict[str, Any]:
    return {
        'source': 'target',
        'stamp_ns': target.stamp_ns,
        'label': target.label,
        'score': target.grasps[0].quality if target.grasps else None,
        'model': '',
        'box_xyxy': _box(target.box),
        'mask': target.mask,
    }


def _box(box: Box | None) -> tuple[float, ...] | None:
    return None if box is None else box.as_tuple()


def _frame(shot: Shot[Any], packed: PackedFrame, begun_ns: int) -> dict[str, Any]:
    return {
        'role': shot.role,
        'stamp_ns': shot.stamp_ns,
        't_s': (shot.stamp_ns - begun_ns) / 1e9,
        **packed.facts,
    }


def _missing(shot: Shot[Any], begun_ns: int) -> dict[str, Any]:
    return {
        'role': shot.role,
        'stamp_ns': shot.stamp_ns,
        't_s': (shot.stamp_ns - begun_ns) / 1e9,
        'reason': shot.problem,
    }


def _intrinsics(shots: list[Shot[Any]]) -> dict[str, Any] | None:
    """What camera.json of the first frame says; None without a frame."""
    first = next((shot.packed for shot in shots if shot.packed is not None), None)
    return None if first is None else json.loads(first.files['camera.json'])

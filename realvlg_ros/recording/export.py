"""Recordings as datasets of others: COCO JSON for review, LeRobot for training."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..boundary import Boundary
from ..errors import RecordingError
from ..evaluation.formats.coco import CocoImage, CocoObject, write_coco
from ..evaluation.formats.lerobot import Feature, LeRobotEpisode, write_lerobot
from ..files import read_bytes
from ..limits import MAX_IMAGE_BYTES
from ..transforms import to_quaternion
from .episode_reader import RecordedEpisode, RecordedFrame, RecordedObject

# Where CVAT's "COCO 1.0" looks for annotations and images.
COCO_FILE = 'annotations/instances_default.json'
COCO_IMAGES = 'images'
# Which frame is shown of a goal that has no object: the first of these that there is.
_SHOWN = ('grounded', 'answer', 'end', 'before', 'after')
# Bytes from the signature to the image's size. From PNG (RFC 2083).
_PNG_HEADER = 24
_POSE = ('x', 'y', 'z', 'qx', 'qy', 'qz', 'qw')


def export_coco(folder: Path, episodes: Sequence[RecordedEpisode]) -> int:
    """Write the images of episodes with their objects; returns how many images.

    Of an episode, the images in which its object was found, or one where it was not. The order is
    that of the episodes.

    Args:
        folder: of the dataset, empty or not there yet.
        episodes: in their order.

    Raises:
        RecordingError: the folder is not empty, or an image is missing.
    """
    _make(folder)
    images = []
    for episode in episodes:
        for frame in _shown(episode):
            name = f'{episode.name}-{frame.color.parent.name}.png'
            width, height = _copy(frame.color, folder / COCO_IMAGES / name)
            objects = tuple(
                _coco_object(episode, item, width, height)
                for item in episode.objects
                if item.stamp_ns == frame.stamp_ns
            )
            facts = {**_provenance(episode), 'role': frame.role, 'stamp_ns': frame.stamp_ns}
            images.append(CocoImage(name, width, height, objects, facts))
    info = {'description': 'Recordings of realvlg_recorder, most uncertain failures first'}
    write_coco(folder / COCO_FILE, images, info)
    return len(images)


def export_lerobot(
    folder: Path, episodes: Sequence[RecordedEpisode], fps: int
) -> tuple[int, list[str]]:
    """Write episodes as a LeRobot dataset; returns the number of frames and who was left out.

    A frame has the colour image, the pose of the camera and of the answer's best grasp, NaN where
    they are not known, and its true time since the goal was accepted.

    Args:
        folder: of the dataset, empty or not there yet.
        episodes: in their order.
        fps: frames a second that the dataset says.

    Raises:
        RecordingError: the folder is not empty, an image is missing, or there is no frame at all.
        MissingDependencyError: pyarrow is not installed.
    """
    _make(folder)
    sizes = {episode.name: _sizes_of(episode) for episode in episodes}
    counts = Counter(size for found in sizes.values() for size in found)
    if not counts:
        raise RecordingError('none of the recordings has a frame: there is nothing to export')
    (width, height), _ = counts.most_common(1)[0]
    fitting = [e for e in episodes if sizes[e.name] == {(width, height)}]
    left_out = [
        f'{e.name}: its images are not all {width}x{height}, as those of most are'
        if sizes[e.name]
        else f'{e.name}: it has no frame'
        for e in episodes
        if e not in fitting
    ]
    count = write_lerobot(
        folder,
        (_lerobot_episode(episode) for episode in fitting),
        _features(width, height),
        fps=fps,
        robot_type='realvlg_ros',
    )
    return count, left_out


def _shown(episode: RecordedEpisode) -> Iterator[RecordedFrame]:
    stamps = {item.stamp_ns for item in episode.objects}
    frames = [frame for frame in episode.frames if frame.stamp_ns in stamps]
    if not frames:
        ranked = sorted(
            (frame for frame in episode.frames if frame.role in _SHOWN),
            key=lambda frame: _SHOWN.index(frame.role),
        )
        frames = ranked[:1]
    yield from frames


def _coco_object(
    episode: RecordedEpisode, item: RecordedObject, width: int, height: int
) -> CocoObject:
    attributes = {
        'instruction': episode.instruction,
        'model': item.model,
        'status': episode.status,
        'uncertainty': episode.uncertainty,
        'source': item.source,
    }
    box = item.box.clipped(width, height)
    return CocoObject(item.label or 'object', box, item.mask, item.score, attributes)


def _provenance(episode: RecordedEpisode) -> dict[str, Any]:
    """Where an episode comes from."""
    models = {item.model for item in episode.objects if item.model}
    models |= {row['backend'] for row in episode.values['events'] if row.get('backend')}
    return {
        'episode': episode.name,
        'instruction': episode.instruction,
        'status': episode.status,
        'message': episode.values['result']['message'],
        'uncertainty': episode.uncertainty,
        'model': ', '.join(sorted(models)),
        'versions': episode.values['versions'],
    }


def _features(width: int, height: int) -> dict[str, Feature]:
    return {
        'observation.images.color': Feature(
            'image', (height, width, 3), ('height', 'width', 'channels')
        ),
        'observation.state': Feature('float32', (7,), tuple(f'camera_{n}' for n in _POSE)),
        'observation.time_since_goal': Feature('float32', (1,)),
        'action': Feature('float32', (8,), (*(f'grasp_{n}' for n in _POSE), 'width')),
        'next.success': Feature('bool', (1,)),
        'next.done': Feature('bool', (1,)),
    }


def _lerobot_episode(episode: RecordedEpisode) -> LeRobotEpisode:
    action = _grasp(episode.answer)
    last = len(episode.frames) - 1
    frames = tuple(
        {
            'observation.images.color': _read(frame.color),
            'observation.state': _camera_pose(frame),
            'observation.time_since_goal': frame.t_s,
            'action': action,
            'next.success': episode.success and index == last,
            'next.done': index == last,
        }
        for index, frame in enumerate(episode.frames)
    )
    facts = {
        **_provenance(episode),
        'frame_id': episode.answer.get('frame_id'),
        'stamps_ns': [frame.stamp_ns for frame in episode.frames],
        'roles': [frame.role for frame in episode.frames],
    }
    return LeRobotEpisode(episode.instruction, frames, facts)


def _grasp(answer: Mapping[str, Any]) -> list[float]:
    """Pose and width of the best grasp; NaN where there is none."""
    if answer.get('position_m') is None:
        return [float('nan')] * 8
    return [*answer['position_m'], *answer['quaternion_xyzw'], answer['width_m']]


def _camera_pose(frame: RecordedFrame) -> list[float]:
    if frame.camera2fixed is None:
        return [float('nan')] * 7
    pose = np.asarray(frame.camera2fixed, float)
    return [*pose[:3, 3].tolist(), *to_quaternion(pose).tolist()]


def _sizes_of(episode: RecordedEpisode) -> set[tuple[int, int]]:
    return {_size(_read(frame.color), frame.color) for frame in episode.frames}


def _copy(source: Path, target: Path) -> tuple[int, int]:
    size = _size(_read(source), source)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return size


def _read(path: Path) -> bytes:
    return read_bytes(path, Boundary(str(path), RecordingError), MAX_IMAGE_BYTES)


def _size(png: bytes, path: Path) -> tuple[int, int]:
    """Width and height of an image, px, by its header (PNG, section 11.2.2)."""
    if len(png) < _PNG_HEADER or png[:8] != b'\x89PNG\r\n\x1a\n' or png[12:16] != b'IHDR':
        raise RecordingError(f'{path} is no PNG image')
    return int.from_bytes(png[16:20], 'big'), int.from_bytes(png[20:24], 'big')


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        filled = any(folder.iterdir())
    except OSError as error:
        raise RecordingError(f'{folder} cannot be used: {error.strerror or error}') from error
    if filled:
        raise RecordingError(f'{folder} is not empty; give a folder that is, or is not there yet')

"""Episodes read back from the folder of a recorder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..boundary import Boundary
from ..documents import LISTING, read_json
from ..errors import FrameError, RecordingError
from ..image_region import Box, RegionMask
from ..quoting import quoted
from .episode_files import FILE_NAME, FORMAT
from .episode_store import is_episode_name
from .goal_event import CANCELED
from .mask_runs import mask_from_runs


@dataclass(frozen=True)
class RecordedFrame:
    """A frame of an episode.

    Attributes:
        role: before, grounded, answer, end or after.
        stamp_ns: of the image, ns.
        t_s: since the goal was accepted, s.
        color: path of its PNG.
        camera2fixed: 4x4 pose of the camera, row by row; None where it was not known.
    """

    role: str
    stamp_ns: int
    t_s: float
    color: Path
    camera2fixed: list[list[float]] | None


@dataclass(frozen=True)
class RecordedObject:
    """The object of a goal in one image.

    Attributes:
        source: grounding, target or candidate.
        stamp_ns: of the image, ns.
        label: what it is, in words.
        box: in the image.
        mask: in the image, if it was told.
        score: 0 to 1, of its grounding or its best grasp, if it is known.
        model: that found it.
    """

    source: str
    stamp_ns: int
    label: str
    box: Box
    mask: RegionMask | None
    score: float | None
    model: str


@dataclass(frozen=True)
class RecordedEpisode:
    """An episode with all that its file says.

    Attributes:
        name: of its folder.
        values: of episode.json.
        frames: those that were kept, in the order of their stamps.
        objects: in these frames.
    """

    name: str
    values: Mapping[str, Any]
    frames: tuple[RecordedFrame, ...]
    objects: tuple[RecordedObject, ...]

    @property
    def status(self) -> str:
        """How the goal ended, by name."""
        return str(self.values['result']['status'])

    @property
    def success(self) -> bool:
        """Whether it ended with what was asked for."""
        return bool(self.values['result']['success'])

    @property
    def failure(self) -> bool:
        """Whether it ended otherwise, and was not canceled."""
        return not (self.success or self.status == CANCELED)

    @property
    def uncertainty(self) -> float:
        """How unsure the answer was, 0 to 1."""
        return float(self.values['uncertainty'])

    @property
    def instruction(self) -> str:
        """What was asked for."""
        return str(self.values['goal']['instruction'])

    @property
    def answer(self) -> Mapping[str, Any]:
        """The event with the pose of the best grasp; empty without one."""
        answers = [row for row in self.values['events'] if row['event'] == 'answer']
        return answers[-1] if answers else {}


def read_episodes(folder: Path) -> tuple[list[RecordedEpisode], list[str]]:
    """The episodes of a folder, and in words those that cannot be read.

    Failures come first, then what was canceled, then successes; of each kind the most uncertain,
    then the newest.

    Raises:
        RecordingError: there is no episode that can be read.
    """
    if not folder.is_dir():
        raise RecordingError(f'{folder} is not a folder; expected one that a recorder wrote into')
    names = sorted((path.name for path in folder.iterdir()), reverse=True)
    found, refused = [], []
    for name in filter(is_episode_name, names):
        try:
            found.append(read_episode(folder / name))
        except RecordingError as error:
            refused.append(str(error))
    if not found:
        words = f'; {len(refused)} cannot be read, {refused[0]}' if refused else ''
        raise RecordingError(
            f'{folder} holds no recording{words}; expected folders such as '
            '20260131T120000.000Z-NOT_FOUND-0a1b2c3d'
        )
    found.sort(key=lambda episode: (not episode.failure, episode.success, -episode.uncertainty))
    return found, refused


def read_episode(folder: Path) -> RecordedEpisode:
    """Read the folder of an episode; images are not decoded.

    Raises:
        RecordingError: its file is missing or not what a recorder writes.
    """
    path = folder / FILE_NAME
    boundary = Boundary(str(path), RecordingError)
    values = read_json(path, boundary, LISTING)
    with boundary.guard('is no recording'):
        if values['format'] != FORMAT:
            raise boundary.refusal(f'has the format {quoted(values["format"])}, not {FORMAT!r}')
        episode = RecordedEpisode(
            folder.name,
            values,
            tuple(_frame(folder, each) for each in values['frames']),
            tuple(_objects(values)),
        )
        # What exports rely on.
        _ = (episode.status, episode.success, episode.uncertainty, episode.instruction)
        _ = dict(episode.answer), dict(values['versions'])
    return episode


def _frame(folder: Path, values: Mapping[str, Any]) -> RecordedFrame:
    inside = Path(values['folder'])
    if inside.is_absolute() or '..' in inside.parts:
        raise RecordingError(f'{folder / FILE_NAME} names a frame outside of its folder: {inside}')
    return RecordedFrame(
        str(values['role']),
        int(values['stamp_ns']),
        float(values['t_s']),
        folder / inside / 'color.png',
        values['camera2fixed'],
    )


def _objects(values: Mapping[str, Any]) -> list[RecordedObject]:
    found = [
        _object(each, each['source'], each['stamp_ns'], each['model'])
        for each in values['objects']
        if each['box_xyxy'] is not None
    ]
    groundings = [row for row in values['events'] if row['event'] == 'grounding']
    for row in groundings[-1:]:
        found += [
            _object(each, 'candidate', row['stamp_ns'], row['backend'])
            for each in row['candidates']
            if each['box_xyxy'] is not None
        ]
    return found


def _object(values: Mapping[str, Any], source: str, stamp_ns: int, model: str) -> RecordedObject:
    try:
        box = Box(*(float(value) for value in values['box_xyxy']))
    except FrameError as error:
        raise RecordingError(str(error)) from error
    mask = values.get('mask')
    score = values['score']
    return RecordedObject(
        source,
        int(stamp_ns),
        str(values['label']),
        box,
        None if mask is None else mask_from_runs(mask),
        None if score is None else float(score),
        str(model),
    )

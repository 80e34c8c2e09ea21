"""Frames of recorded goals, with their sentences, and the answers that were right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...files import is_folder
from ...frame import RgbdFrame
from ...frame_folder import read_frame
from ...recording.episode_reader import RecordedEpisode, RecordedFrame, read_episodes
from ...recording.episode_store import is_episode_name
from ...transforms import from_quaternion, invert
from ..annotation import AnnotatedGrasp
from ..stages.describe import Described
from ..stages.unify import GivenGrasp
from .image import Source


@dataclass(frozen=True)
class RecordedImage:
    """A frame of a recorded goal, with its sentence, and the answer where it was right."""

    name: str
    folder: Path
    origin: str
    spoken: tuple[Described, ...]
    answer: Mapping[str, Any]
    camera2fixed: list[list[float]] | None
    camera_frame: str

    @property
    def color(self) -> str:
        """Path of color.png."""
        return str(self.folder / 'color.png')

    def read(self) -> RgbdFrame:
        """The frame."""
        return read_frame(self.folder)

    def given(self) -> tuple[GivenGrasp, ...]:
        """The grasp that the robot answered, where its frame is known."""
        answer = self.answer
        if answer.get('position_m') is None or answer.get('width_m') is None:
            return ()
        pose = from_quaternion(answer['position_m'], answer['quaternion_xyzw'])
        if answer['frame_id'] != self.camera_frame:
            if self.camera2fixed is None:
                return ()
            pose = invert(np.asarray(self.camera2fixed, float)) @ pose
        return (GivenGrasp(pose, float(answer['width_m']), quality=answer['quality']),)

    def proposals(self, index: int) -> tuple[AnnotatedGrasp, ...]:
        """None."""
        return ()


def open_recordings(path: Path) -> Source | None:
    """The frames of a recorder's folder; None where it is none.

    Raises:
        RecordingError: there are recordings, and none can be read.
    """
    if not is_folder(path) or not any(is_episode_name(each.name) for each in path.iterdir()):
        return None
    episodes, refused = read_episodes(path)
    images = [image for episode in episodes for image in _recorded(episode)]
    return Source(tuple(images), tuple(refused))


def _recorded(episode: RecordedEpisode) -> Iterator[RecordedImage]:
    """The frames of a goal in which its object was looked for, or one where there is none."""
    roles = ('grounded', 'answer', 'end', 'before', 'after')
    frames = [f for f in episode.frames if f.role in roles[:2]]
    if not frames:
        frames = sorted(episode.frames, key=lambda frame: roles.index(frame.role))[:1]
    for frame in frames:
        yield _recorded_image(episode, frame)


def _recorded_image(episode: RecordedEpisode, frame: RecordedFrame) -> RecordedImage:
    here = [o for o in episode.objects if o.stamp_ns == frame.stamp_ns and o.source != 'candidate']
    box = here[-1].box if here and episode.success else None
    label = here[-1].label if here else 'object'
    spoken = Described((episode.instruction,), label, None, box, 'recording')
    answer = episode.answer if episode.success and frame.role == 'answer' else {}
    folder = frame.color.parent
    return RecordedImage(
        f'{episode.name}-{folder.name}', folder, f'recording {episode.name}', (spoken,),
        answer, frame.camera2fixed, str((episode.values['intrinsics'] or {}).get('frame_id', '')),
    )  # fmt: skip

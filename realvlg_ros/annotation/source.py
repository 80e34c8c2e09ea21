"""What is annotated: frame folders, recordings of the robot, or a labelled data set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ..errors import AnnotationError
from ..files import is_folder
from ..frame import RgbdFrame
from ..frame_folder import read_frame
from ..recording.episode_reader import RecordedEpisode, RecordedFrame, read_episodes
from ..recording.episode_store import is_episode_name
from ..transforms import from_quaternion, invert
from .annotation import AnnotatedGrasp
from .stages.describe import Described
from .stages.unify import GivenGrasp

# Frame folders lie so many levels below a folder at most. Chosen: source/scene/frame.
_LEVELS = 3


class SourceImage(Protocol):
    """One image that is to be annotated."""

    @property
    def name(self) -> str:
        """Of it in the set, a file name."""

    @property
    def folder(self) -> str:
        """Where its pixels are."""

    @property
    def origin(self) -> str:
        """Kind of its source, with a recording's name."""

    @property
    def spoken(self) -> tuple[Described, ...]:
        """Sentences that came with it."""

    def read(self) -> RgbdFrame:
        """The frame.

        Raises:
            RealvlgError: it cannot be read.
        """

    def given(self) -> tuple[GivenGrasp, ...]:
        """6-DoF grasps of the first spoken sentence's object."""

    def proposals(self, index: int) -> tuple[AnnotatedGrasp, ...]:
        """Rectangles of a spoken sentence's object."""


@dataclass(frozen=True)
class FrameImage:
    """A frame folder, of which nothing is known but the pixels."""

    name: str
    folder: str
    origin: str = 'frames'
    spoken: tuple[Described, ...] = ()

    def read(self) -> RgbdFrame:
        """The frame."""
        return read_frame(Path(self.folder))

    def given(self) -> tuple[GivenGrasp, ...]:
        """None."""
        return ()

    def proposals(self, index: int) -> tuple[AnnotatedGrasp, ...]:
        """None."""
        return ()


@dataclass(frozen=True)
class RecordedImage:
    """A frame of a recorded goal, with its sentence, and the answer where it was right."""

    name: str
    folder: str
    origin: str
    spoken: tuple[Described, ...]
    answer: Mapping[str, Any]
    camera2fixed: list[list[float]] | None
    camera_frame: str

    def read(self) -> RgbdFrame:
        """The frame."""
        return read_frame(Path(self.folder))

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


@dataclass(frozen=True)
class Source:
    """The images of a source.

    Attributes:
        images: in the order in which they are annotated.
        left_out: what cannot be used, in words.
    """

    images: tuple[SourceImage, ...]
    left_out: tuple[str, ...] = ()


def open_source(path: Path) -> Source:
    """The images of a recorder's folder, of frame folders, or of a data set.

    Raises:
        AnnotationError: there is nothing of the kind.
        RecordingError: there are recordings, and none can be read.
    """
    if is_folder(path) and any(is_episode_name(each.name) for each in path.iterdir()):
        episodes, refused = read_episodes(path)
        images = [image for episode in episodes for image in _recorded(episode)]
        return Source(tuple(images), tuple(refused))
    folders = list(_frame_folders(path)) if is_folder(path) else []
    if not folders:
        raise AnnotationError(
            f'{path} holds nothing to annotate; expected recordings, or frame folders with '
            'color.png, depth.png and camera.json'
        )
    return Source(tuple(FrameImage(_name(path, each), str(each)) for each in folders))


def _frame_folders(path: Path) -> Iterator[Path]:
    for level in range(_LEVELS + 1):
        for found in sorted(path.glob('/'.join(['*'] * level + ['color.png']))):
            yield found.parent


def _name(root: Path, folder: Path) -> str:
    parts = folder.relative_to(root).parts if folder != root else (folder.resolve().name,)
    return '-'.join(parts)


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
        f'{episode.name}-{folder.name}', str(folder), f'recording {episode.name}', (spoken,),
        answer, frame.camera2fixed, str((episode.values['intrinsics'] or {}).get('frame_id', '')),
    )  # fmt: skip

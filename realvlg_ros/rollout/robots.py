"""The recordings of a fleet: a folder a robot, named by its id."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..annotation.annotation import AnnotatedImage, Annotation, Status
from ..annotation.store import AnnotationStore
from ..errors import RecordingError
from ..files import is_folder
from ..recording.episode_reader import RecordedObject, read_episodes
from .assignment import Arm, Assignment
from .goals import RobotGoal, goals_of

# What was recorded is the object that a person boxed where the boxes overlap by so much. Chosen:
# boxes of one thing do by more, those of neighbours by less.
_SAME_IOU = 0.5
_RECORDING = 'recording '


@dataclass(frozen=True)
class Fleet:
    """The goals of all robots by the model that they run.

    Attributes:
        old: of robots with the model in use.
        new: of robots with the new one.
        left_out: recordings and robots that cannot be used, in words.
    """

    old: tuple[RobotGoal, ...]
    new: tuple[RobotGoal, ...]
    left_out: tuple[str, ...]


def read_fleet(folder: Path, assignment: Assignment, reviewed: Path | None = None) -> Fleet:
    """The goals of robots, of which each has a folder of recordings, named by its id.

    Args:
        folder: that holds the robots' folders.
        assignment: which robots run the new model.
        reviewed: folder of annotations of these recordings, which tell wrong objects; None for
            none.

    Raises:
        RecordingError: there is no robot with a recording.
        AnnotationError: the annotations cannot be read.
    """
    names = sorted(each.name for each in folder.iterdir()) if is_folder(folder) else []
    robots = [name for name in names if is_folder(folder / name) and not name.startswith('.')]
    judged = {} if reviewed is None else _judged(reviewed)
    arms: dict[Arm, list[RobotGoal]] = {Arm.OLD: [], Arm.NEW: []}
    left_out = []
    for robot in robots:
        try:
            episodes, refused = read_episodes(folder / robot)
        except RecordingError as error:
            left_out.append(f'robot {robot}: {error}')
            continue
        left_out += [f'robot {robot}: {words}' for words in refused]
        wrong = {
            episode.name: not _same(episode.objects, judged[episode.name])
            for episode in episodes
            if episode.name in judged and episode.success
        }
        arms[assignment.arm(robot)] += goals_of(robot, episodes, wrong)
    if not any(arms.values()):
        raise RecordingError(
            f'{folder} holds no robot with a recording; expected folders named by the ids of '
            'robots, each with what their recorders wrote'
        )
    return Fleet(tuple(arms[Arm.OLD]), tuple(arms[Arm.NEW]), tuple(left_out))


def _judged(folder: Path) -> dict[str, list[tuple[AnnotatedImage, Annotation]]]:
    """What people accepted or rejected, by the names of recordings."""
    found: dict[str, list[tuple[AnnotatedImage, Annotation]]] = {}
    store = AnnotationStore(folder)
    store.settings()
    for image in store.images():
        if not image.origin.startswith(_RECORDING):
            continue
        for item in image.annotations:
            if item.status in (Status.ACCEPTED, Status.REJECTED):
                found.setdefault(image.origin.removeprefix(_RECORDING), []).append((image, item))
    return found


def _same(
    objects: tuple[RecordedObject, ...], judged: list[tuple[AnnotatedImage, Annotation]]
) -> bool:
    """Whether what was recorded is what a person says is meant; rejected means it is not there."""
    ours = [item for item in objects if item.source != 'candidate']
    return any(
        item.status is Status.ACCEPTED
        and item.box is not None
        and any(each.box.iou(item.box) >= _SAME_IOU for each in ours)
        for _, item in judged
    )

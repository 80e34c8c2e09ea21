"""Annotations as a LeRobot v3.0 dataset: an object is an episode of one frame."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...evaluation.formats.lerobot import Feature, LeRobotEpisode, write_lerobot
from .labelled import Labelled, make_folder
from .steps import BOX, CONTACTS, POSE, RECTANGLE, Step, facts_of, of_one_size

# Frames a second that the dataset says. Chosen: none follow one another, and the format asks.
_FPS = 1


def export_lerobot(folder: Path, labelled: Sequence[Labelled]) -> str:
    """Write a LeRobot dataset; returns what was written, in words.

    Raises:
        AnnotationError: the folder is not empty, or an image is not where it was.
        MissingDependencyError: pyarrow is not installed.
    """
    make_folder(folder)
    fitting, (width, height) = of_one_size(labelled)
    count = write_lerobot(
        folder,
        (_episode(each) for each in fitting),
        _features(width, height),
        fps=_FPS,
        robot_type='realvlg_ros',
    )
    left = len(labelled) - len(fitting)
    words = f'; {left} left out, whose images are not {width}x{height}' if left else ''
    return f'{folder}: {count} objects{words}'


def _features(width: int, height: int) -> dict[str, Feature]:
    return {
        'observation.images.color': Feature(
            'image', (height, width, 3), ('height', 'width', 'channels')
        ),
        'observation.box': Feature('float32', (len(BOX),), BOX),
        'action': Feature(
            'float32', (len(POSE) + 1,), (*(f'grasp_{name}' for name in POSE), 'opening')
        ),
        'action.rectangle': Feature('float32', (len(RECTANGLE),), RECTANGLE),
        'action.contacts': Feature('float32', (len(CONTACTS),), CONTACTS),
    }


def _episode(each: Labelled) -> LeRobotEpisode:
    step = Step(each)
    frame = {
        'observation.images.color': step.image,
        'observation.box': step.box,
        'action': step.action,
        'action.rectangle': step.rectangle,
        'action.contacts': step.contacts,
    }
    return LeRobotEpisode(step.instruction, (frame,), facts_of(each))

"""What is evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...errors import ParameterError
from ...quoting import cut, quoted
from ..conditions import Condition, curves_of
from ..scoring.judge import Judge, Task
from ..scoring.judges import JUDGES

GRASPS = ('auto', 'model', 'planner')


@dataclass(frozen=True)
class Backend:
    """A grounder by its name, with its settings.

    Attributes:
        name: as --backend takes it.
        options: keywords of its factory.
    """

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """Its name, and the settings that were given."""
        given = ', '.join(f'{key} {value}' for key, value in self.options.items())
        return cut(f'{self.name} ({given})' if given else self.name)


@dataclass(frozen=True)
class EvaluationOptions:
    """What is evaluated, and how.

    Attributes:
        dataset: path of the data set.
        backend: that is asked.
        task: box, mask, grasp or contact.
        conditions: under which images are seen beside as they are: names with commas, or all.
        split: the only one that is asked; empty for all.
        images: at most, the first ones; 0 for all.
        grasps: whose grasps are judged: the model's where it gives any (auto), the model's alone,
            or the planner's alone.
        gripper: name of the planner's profile.
        published: ask what the published evaluation of RealVLG-R1 asks alone: of each scene the
            first image, in it the objects with grasps.
    """

    dataset: str
    backend: Backend
    task: str = Task.BOX.value
    conditions: str = ''
    split: str = ''
    images: int = 0
    grasps: str = 'auto'
    gripper: str = 'franka_hand'
    published: bool = False

    def __post_init__(self) -> None:
        tasks = [task.value for task in Task]
        if self.task not in tasks:
            raise ParameterError(f'task {quoted(self.task)} is not one of {", ".join(tasks)}')
        if self.grasps not in GRASPS:
            raise ParameterError(f'grasps {quoted(self.grasps)} is not one of {", ".join(GRASPS)}')
        if self.images < 0:
            raise ParameterError(f'images is {self.images}; expected 0 (all) or more')
        curves_of(self.conditions)

    @property
    def judge(self) -> Judge:
        """Of the task."""
        return JUDGES[Task(self.task)]

    @property
    def all_conditions(self) -> tuple[Condition, ...]:
        """Every level of every curve."""
        return tuple(c for curve in curves_of(self.conditions) for c in curve.conditions())

"""What a model is trained to answer."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from ...evaluation.dataset import Truth
from ...grounding.realvlg.coordinates import AnswerFrame
from ...grounding.realvlg.prompts import Task


class TrainedTask(Enum):
    """A task of RealVLG-R1; a mask is asked for as a box and judged by what is cut from it."""

    BOX = 'box'
    MASK = 'mask'
    GRASP = 'grasp'
    CONTACT = 'contact'

    @property
    def asked(self) -> Task:
        """The task of the prompts that asks for it."""
        return Task.BOX if self is TrainedTask.MASK else Task(self.value)

    def labels(self, truth: Truth) -> Sequence[object]:
        """What is right, each alone; empty where a sample says nothing about the task."""
        if self is TrainedTask.MASK:
            return truth.boxes if truth.mask is not None else ()
        kinds = {Task.BOX: truth.boxes, Task.GRASP: truth.rectangles, Task.CONTACT: truth.contacts}
        return kinds[self.asked]

    def numbers(
        self, truth: Truth, index: int, frame: AnswerFrame, decimals: int
    ) -> tuple[float, ...]:
        """The numbers that answer with one of the labels.

        Args:
            truth: of the sample.
            index: which of the labels.
            frame: of the answer.
            decimals: digits after the point that a number may have.
        """
        if self is TrainedTask.GRASP:
            return frame.from_rectangle(truth.rectangles[index], decimals)
        if self is TrainedTask.CONTACT:
            return frame.from_contacts(truth.contacts[index])
        return frame.from_box(truth.boxes[index])

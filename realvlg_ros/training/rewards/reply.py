"""Replies of a model in training, read as the backends read them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ...errors import AnswerError
from ...grounding.realvlg.answer.answer_text import number_ranges, reply_form
from ...grounding.realvlg.answer.reading import read_reply
from ...grounding.realvlg.prompts import PromptSet, Task
from ...image_region import Box
from ...rectangle import ContactPair, GraspRectangle
from ..data.rows import Question

# Height of the rectangles of answers, which do not say it, px. From the published code of
# RealVLG-R1.
_JAW_HEIGHT_PX = 40.0


@dataclass(frozen=True)
class Reply:
    """What a model wrote.

    Attributes:
        question: that it answers.
        valid: whether the whole of it has the form that was asked for, whatever its spaces.
        values: the numbers of the one thing that it names, in the units of the answer; None where
            it names none, several, or a place outside of the picture.
    """

    question: Question
    valid: bool
    values: tuple[float, ...] | None

    @property
    def box(self) -> Box | None:
        """The answered box, px of the image."""
        return None if self.values is None else self.question.frame.to_box(self.values)

    @property
    def rectangle(self) -> GraspRectangle | None:
        """The answered grasp, px of the image."""
        if self.values is None:
            return None
        return self.question.frame.to_rectangle(self.values, _JAW_HEIGHT_PX, None)

    @property
    def contacts(self) -> ContactPair | None:
        """The answered contact pair, px of the image."""
        return None if self.values is None else self.question.frame.to_contacts(self.values, None)


class ReplyReader:
    """Reads replies to the questions of one set of prompts."""

    def __init__(self, prompts: PromptSet, tasks: Iterable[Task], thinking: bool) -> None:
        """Compile the grammar of each task.

        Args:
            prompts: of the model.
            tasks: that are asked for.
            thinking: whether a thought belongs before the answer.

        Raises:
            ParameterError: the prompts lack a task.
        """
        self._forms = {task: reply_form(prompts, task, thinking) for task in tasks}

    def read(self, text: str, question: Question) -> Reply:
        """Read one reply; text that holds no answer has no numbers."""
        prompt, frame = question.prompt, question.frame
        valid = self._forms[prompt.task].fullmatch(' '.join(text.split())) is not None
        ranges = number_ranges(prompt.task, frame.width, frame.height)
        try:
            items = read_reply(text, prompt, ranges).items
        except AnswerError:
            items = ()
        return Reply(question, valid, items[0].values if len(items) == 1 else None)

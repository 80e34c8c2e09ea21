"""The rows of a training, made when they are asked for: question, picture as fed, answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...evaluation.dataset import Expected, Sample
from ...grounding.realvlg.coordinates import AnswerFrame, Convention
from ...grounding.realvlg.model.feeding import feed_picture
from ...grounding.realvlg.prompts import PromptSet, TaskPrompt
from ...grounding.realvlg.request import Asked
from ...image_region import Box
from .randomize import randomize
from .settings import DataSettings, RandomizeSettings
from .tasks import TrainedTask


@dataclass(frozen=True)
class Question:
    """What one row asks.

    Attributes:
        sample: with what is right.
        task: what is asked for.
        prompt: the form of the answer.
        words: that are asked about.
        frame: of the answer's coordinates.
    """

    sample: Sample
    task: TrainedTask
    prompt: TaskPrompt
    words: str
    frame: AnswerFrame

    def answer(self, label: int) -> str:
        """The right answer that one of the labels gives."""
        truth, decimals = self.sample.truth, self.prompt.decimals
        numbers = self.task.numbers(truth, label, self.frame, decimals)
        return self.prompt.write(numbers, self.words)


@dataclass(frozen=True)
class Manner:
    """How questions are put.

    Attributes:
        prompts: of the model.
        convention: unit of the coordinates in answers.
        factor: side of an image token, px.
        answers: whether rows hold an answer to learn.
        seed: of the labels and the randomisation.
        thinking: whether a thought is asked for.
    """

    prompts: PromptSet
    convention: Convention
    factor: int
    answers: bool
    seed: int
    thinking: bool = False


class Rows:
    """A dataset as torch and `trl` take it; rows are equal for equal index, epoch and seed."""

    def __init__(
        self,
        samples: Sequence[Sample],
        tasks: Sequence[TrainedTask],
        manner: Manner,
        data: DataSettings,
        changes: RandomizeSettings,
    ) -> None:
        """Choose what is asked; nothing is read.

        Args:
            samples: of a dataset; what is absent or needs a question back is left out.
            tasks: that each sample is asked for, where it says what is right.
            manner: how it is asked.
            data: which labels and sizes.
            changes: of the pictures.
        """
        self._asked = [
            (sample, task)
            for sample in samples
            if sample.expected is Expected.OBJECT
            for task in tasks
            if task.labels(sample.truth)
        ]
        self._manner, self._data, self._changes = manner, data, changes
        self._epoch = 0

    def __len__(self) -> int:
        return len(self._asked)

    def set_epoch(self, epoch: int) -> None:
        """Let pictures be changed otherwise, and other labels be learned, from now on."""
        self._epoch = epoch

    def __getitem__(self, index: int) -> dict[str, Any]:
        """One row.

        Raises:
            FrameError: its picture cannot be read.
        """
        sample, task = self._asked[index]
        manner, data = self._manner, self._data
        generator = np.random.default_rng((manner.seed, self._epoch, index))
        color = sample.view.load().color
        changed = randomize(color, self._changes, generator)
        picture, feed = feed_picture(changed, manner.factor, data.min_pixels, data.max_pixels)
        height, width = color.shape[:2]
        whole = Box(0, 0, width, height)
        frame = AnswerFrame.of(manner.convention, whole, (width, height), feed)
        prompt = manner.prompts.task(task.asked)
        # The words that the backend would ask about.
        words = Asked.of(sample.sentence).words(prompt.slot)
        question = Question(sample, task, prompt, words, frame)
        asked = manner.prompts.ask(task.asked, words, manner.thinking)
        row = {
            'prompt': self._turns(asked),
            'image': picture,
            'question': question,
        }
        if manner.answers:
            count = len(task.labels(sample.truth))
            label = 0 if data.label == 'first' else int(generator.integers(count))
            text = manner.prompts.direct + question.answer(label)
            row['completion'] = [{'role': 'assistant', 'content': text}]
        return row

    def batch(self, columns: Mapping[str, Sequence[int]]) -> dict[str, list[Any]]:
        """Several rows by the column `row` of their numbers, as a transform of `datasets`.

        Raises:
            FrameError: a picture cannot be read.
        """
        rows = [self[index] for index in columns['row']]
        return {name: [row[name] for row in rows] for name in rows[0]} if rows else {}

    def _turns(self, question: str) -> list[dict[str, str]]:
        system = self._manner.prompts.system
        turns = [{'role': 'system', 'content': system}] if system else []
        return [*turns, {'role': 'user', 'content': question}]

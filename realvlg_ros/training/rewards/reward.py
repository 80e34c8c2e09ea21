"""Rewards as `trl` calls them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..data.rows import Question
from ..data.tasks import TrainedTask
from .judges import choose_judge
from .reply import ReplyReader
from .settings import RewardSettings


class AnswerReward:
    """The reward of one task; the answers of others have none."""

    def __init__(self, task: TrainedTask, reader: ReplyReader, settings: RewardSettings) -> None:
        """Choose how answers are judged.

        Args:
            task: whose answers are judged.
            reader: of replies.
            settings: how they are judged.

        Raises:
            ParameterError, GroundingError, MissingDependencyError: the segmenter cannot be used.
        """
        self._task, self._reader, self._settings = task, reader, settings
        self._judge = choose_judge(task, settings)
        # trl names its figures by it.
        self.__name__ = f'{settings.name}_{task.value}'

    def __call__(
        self,
        completions: Sequence[Any],
        question: Sequence[Question],
        log_metric: Callable[[str, float], None] | None = None,
        **columns: Any,
    ) -> list[float | None]:
        """The reward of each reply, None for one to another task.

        Args:
            completions: turns of the model, each a list of one message.
            question: what each of them answers.
            log_metric: takes the share of valid answers; None for nobody who wants it.
            columns: further ones of the rows, and of trl; they are not looked at.

        Raises:
            RealvlgError: a true mask or its image cannot be read.
        """
        rewards: list[float | None] = []
        valid: list[bool] = []
        for turn, asked in zip(completions, question, strict=True):
            if asked.task is not self._task:
                rewards.append(None)
                continue
            reply = self._reader.read(turn[0]['content'], asked)
            valid.append(reply.values is not None and reply.valid)
            rewards.append(self._judge(reply, self._settings))
        if log_metric is not None and valid:
            log_metric(f'valid_{self._task.value}', sum(valid) / len(valid))
        return rewards

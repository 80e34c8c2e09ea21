"""A data set is asked image by image into a folder; a run that was interrupted goes on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from ...errors import EvaluationError, LabelError, RunError
from ...resumable import append_line, begin_run, replace_file, whole_lines
from ..dataset import Dataset, Group, Problem, open_dataset
from ..scoring.reply import ReplyStatus
from ..scoring.score import Score
from .engines import Engine, InProcess
from .group_result import GroupResult
from .options import EvaluationOptions

RESULTS_FILE, RUN_FILE = 'results.jsonl', 'run.json'
# The only image of a scene that the published evaluation asks about. From evaluation/dataset.py of
# RealVLG-R1.
_FIRST_IMAGE = '0000'
# After so many questions of which the backend refused every one a run stops. Chosen: a camera that
# does not suit it, or a server that is gone, is seen in less.
_REFUSED_AT_ONCE = 20


@dataclass(frozen=True)
class EvaluationRun:
    """What a folder holds when all images are asked.

    Attributes:
        options: what was evaluated.
        dataset: that was asked.
        results: one an image, in order.
    """

    options: EvaluationOptions
    dataset: Dataset
    results: tuple[GroupResult, ...]

    @cached_property
    def scores(self) -> list[Score]:
        """Of all questions under all conditions."""
        return [score for result in self.results for score in result.scores]

    @cached_property
    def plain(self) -> list[Score]:
        """Of all questions about the images as they are."""
        return [score for score in self.scores if not score.condition]

    @property
    def problems(self) -> list[Problem]:
        """What could not be used."""
        return [problem for result in self.results for problem in result.problems]


def evaluate(
    options: EvaluationOptions,
    folder: Path,
    engine: Engine | None = None,
    told: Callable[[int, int, int], None] = lambda done, images, questions: None,
) -> EvaluationRun:
    """Ask about the images that a folder does not hold yet, and return all.

    Args:
        options: what is evaluated.
        folder: of the run, to go on with or to be made.
        engine: who asks; None for this process.
        told: called after each image with those done, all, and the questions asked so far.

    Raises:
        LabelError: there is no data set, or nothing of it can be asked.
        RunError: the folder holds another run, or cannot be written, or a worker ended.
        EvaluationError: the backend refused every one of the first questions.
        RealvlgError: the backend cannot be loaded.
    """
    dataset = open_dataset(Path(options.dataset))
    groups = [group for group in dataset.groups if _is_asked(group, options)]
    groups = groups[: options.images or None]
    begin_run(folder / RUN_FILE, {**asdict(options), 'images_sha256': _digest(groups)})
    results = _kept(folder / RESULTS_FILE, groups)
    left = groups[len(results) :]
    questions = sum(len(result.scores) for result in results)
    if left:
        for line in (engine or InProcess()).lines(left, options):
            result = GroupResult.from_line(line)
            results.append(result)
            append_line(folder / RESULTS_FILE, line)
            questions += len(result.scores)
            told(len(results), len(groups), questions)
            _check_refused(folder / RESULTS_FILE, results, questions)
    run = EvaluationRun(options, dataset, tuple(results))
    if not run.scores:
        raise LabelError(_nothing(run))
    return run


def _kept(path: Path, groups: Sequence[Group]) -> list[GroupResult]:
    """The results that a file holds: those of the first images."""
    results = whole_lines(path, GroupResult.from_line, mend=True)
    keys = [group.key for group in groups[: len(results)]]
    if [result.group for result in results] != keys:
        raise RunError(f'{path} does not hold the first images of the data set in order')
    return results


def _is_asked(group: Group, options: EvaluationOptions) -> bool:
    return not options.published or Path(group.key).stem == _FIRST_IMAGE


def _digest(groups: Sequence[Group]) -> str:
    return hashlib.sha256('\n'.join(group.key for group in groups).encode()).hexdigest()


def _check_refused(path: Path, results: Sequence[GroupResult], questions: int) -> None:
    """Stop a run in which the backend does nothing but refuse, and keep none of that."""
    if not _REFUSED_AT_ONCE <= questions < 2 * _REFUSED_AT_ONCE:
        return
    scores = [score for result in results for score in result.scores]
    if all(score.status is ReplyStatus.REFUSED for score in scores):
        replace_file(path, '')
        raise EvaluationError(
            f'the backend refused all of the first {questions} questions, none is kept: '
            f'{scores[-1].message}'
        )


def _nothing(run: EvaluationRun) -> str:
    """Why no question could be asked."""
    reasons = [problem.words() for problem in run.problems[:3]]
    without = sum(result.without_truth for result in run.results)
    other = sum(result.other_split for result in run.results)
    if not run.results:
        reasons.append('no image is the first of a scene')
    if without:
        reasons.append(f'{without} samples have no truth for the task {run.options.task}')
    if other:
        reasons.append(f'{other} samples are not of the split {run.options.split}')
    return f'{run.dataset.path} holds nothing that can be asked: ' + '; '.join(reasons)

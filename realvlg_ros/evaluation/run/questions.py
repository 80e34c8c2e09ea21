"""Asks all questions about one image, under every condition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...errors import MissingDependencyError, RealvlgError
from ...frame import RgbdFrame
from ...image_region import Box, RegionMask
from ...recording.mask_runs import mask_to_runs
from ..dataset import Expected, Group, Problem, Sample
from ..dataset.view import View
from ..scoring.judge import Task
from ..scoring.reply import Reply
from ..scoring.score import Score, score_reply
from .asker import Asker
from .group_result import GroupResult
from .options import EvaluationOptions


def ask_group(group: Group, asker: Asker, options: EvaluationOptions) -> GroupResult:
    """Ask about one image.

    Args:
        group: of the data set.
        asker: of the backend.
        options: of the run.

    Raises:
        MissingDependencyError: a package that the backend needs is missing.
    """
    reading = group.read()
    of_split = [s for s in reading.samples if options.split in ('', s.split)]
    asked = [s for s in of_split if _can_be_judged(s, options)]
    problems = list(reading.problems)
    scores: list[Score] = []
    frames: dict[View, RgbdFrame] = {}
    for sample in asked:
        try:
            if sample.view not in frames:
                frames[sample.view] = sample.view.load()
            scores += _ask_sample(group.key, sample, frames[sample.view], asker, options)
        except MissingDependencyError:
            raise
        except RealvlgError as error:
            problems.append(Problem(sample.key, str(error)))
    return GroupResult(
        group.key,
        tuple(scores),
        tuple(dict.fromkeys(problems)),
        len(of_split) - len(asked),
        len(reading.samples) - len(of_split),
    )


def _can_be_judged(sample: Sample, options: EvaluationOptions) -> bool:
    """Whether the truth says what the task asks for; of what is absent it need not."""
    if options.published and not sample.truth.rectangles:
        return False
    return sample.expected is not Expected.OBJECT or options.judge.has_truth(sample.truth)


def _ask_sample(
    image: str, sample: Sample, frame: RgbdFrame, asker: Asker, options: EvaluationOptions
) -> Iterator[Score]:
    """The scores of one question: of the image as it is, then under every condition."""
    size = frame.color.shape[0], frame.color.shape[1]
    for condition, seen in _views(sample, frame, size, options):
        reply = asker.ask(seen, sample.sentence)
        answer = _answer_of(reply, options.task)
        yield score_reply(options.judge, sample, reply, size, image, condition, answer)


def _views(
    sample: Sample, frame: RgbdFrame, size: tuple[int, int], options: EvaluationOptions
) -> Iterator[tuple[str, RgbdFrame]]:
    """The image as it is, then, for an object that is there, under every condition."""
    yield '', frame
    if sample.expected is Expected.OBJECT:
        box = _box_of(sample, size)
        for condition in options.all_conditions:
            yield condition.key, condition.seen(frame, box, sample.key)


def _box_of(sample: Sample, size: tuple[int, int]) -> Box:
    """Where the object is; the whole image where the data set does not say it."""
    if sample.truth.boxes:
        return sample.truth.boxes[0]
    if sample.truth.mask is not None:
        return RegionMask.from_full(sample.truth.mask.load(*size)).box
    return Box(0, 0, size[1], size[0])


def _answer_of(reply: Reply, task: str) -> dict[str, Any]:
    """What pictures need of a reply."""
    values: dict[str, Any] = {}
    if reply.box is not None:
        values['box'] = [round(v, 2) for v in reply.box.as_tuple()]
    if task == Task.MASK and reply.mask is not None:
        values['mask'] = mask_to_runs(reply.mask)
    if task == Task.GRASP and reply.rectangle is not None:
        values['rectangle'] = reply.rectangle.corners().round(2).ravel().tolist()
    if task == Task.CONTACT and reply.contacts is not None:
        values['contacts'] = reply.contacts.points.round(2).ravel().tolist()
    return values

"""Speed and memory of a loaded model, and the agreement of two models."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...grounding import never_aborted
from ..answer.decoder import Answer, Decoder, Thinking
from ..coordinates import AnswerFrame
from ..model.model import VisionLanguageModel
from ..prompts import PromptSet, Task
from .labelled_set import LabelledPicture

# Tokens decoded to measure a rate. Chosen: a second or so on a slow machine.
_STEPS = 16


@dataclass(frozen=True)
class Speed:
    """Cost of a model at one picture size.

    Attributes:
        tokens: of the picture.
        prefill_s: time of picture and question, s.
        second_s: time of a second question on the same picture, answer included, s.
        answer_s: time of a first question, answer included, s.
        passes: forward passes of that answer.
        tokens_per_s: single tokens decoded a second.
        cache_bytes: of keys and values.
    """

    tokens: int
    prefill_s: float
    second_s: float
    answer_s: float
    passes: int
    tokens_per_s: float
    cache_bytes: int


def measure_speed(
    model: VisionLanguageModel, prompts: PromptSet, width: int, height: int, max_pixels: int
) -> Speed:
    """Time two questions about a grey picture.

    Args:
        model: loaded.
        prompts: of the model; their first task is asked.
        width: of the picture, px.
        height: of the picture, px.
        max_pixels: largest area at which it is fed, pixels.
    """
    from ..model.session import PrefixSession, chat_prompt

    task = next(iter(prompts.tasks))
    picture = model.prepare(np.full((height, width, 3), 128, np.uint8), 0, max_pixels)
    prompt = prompts.task(task)
    ids = chat_prompt(model.tokens, prompts.system, picture.tokens, prompt.ask('the red mug'))
    session = PrefixSession(model)
    # The first pass allocates memory and prepares kernels: it is not timed.
    session.prefill(ids, picture)
    session.clear()
    start = time.perf_counter()
    logits = session.prefill(ids, picture)
    prefill = time.perf_counter() - start
    start = time.perf_counter()
    for _ in range(_STEPS):
        logits = session.extend([int(logits.argmax())])
    rate = _STEPS / (time.perf_counter() - start)
    nbytes = session.cache_bytes
    session.clear()
    decoder = Decoder(model, prompts)
    size = width, height
    answers = []
    for words in ('the red mug', 'the blue box'):
        start = time.perf_counter()
        answer = decoder.ask(task, words, picture, size, Thinking(), never_aborted)
        answers.append((answer, time.perf_counter() - start))
    return Speed(
        picture.tokens, prefill, answers[1][1], answers[0][1], answers[0][0].passes, rate, nbytes
    )


@dataclass(frozen=True)
class Agreement:
    """How far the boxes of two models agree.

    Attributes:
        equal: share of answers that are the same token for token.
        mean_iou: of the boxes.
        count: answers compared.
    """

    equal: float
    mean_iou: float
    count: int


def compare(
    first: VisionLanguageModel,
    second: VisionLanguageModel,
    prompts: PromptSet,
    pictures: Sequence[LabelledPicture],
    max_pixels: int,
) -> Agreement:
    """Compare the boxes of two models.

    Args:
        first: one model.
        second: the other.
        prompts: of both.
        pictures: labelled; those whose object is absent are left out.
        max_pixels: largest area at which a picture is fed, pixels.
    """
    from ....image_region import Box

    equal, overlaps = [], []
    for labelled in pictures:
        if not labelled.present:
            continue
        height, width = labelled.color.shape[:2]
        boxes, answers = [], []
        for model in (first, second):
            picture = model.prepare(labelled.color, model.pixel_limits[0], max_pixels)
            frame = AnswerFrame.of(
                prompts.coordinates, Box(0, 0, width, height), (width, height), picture.feed
            )
            answer: Answer = Decoder(model, prompts).ask(
                Task.BOX, labelled.instruction, picture, (frame.width, frame.height),
                Thinking(), never_aborted,
            )  # fmt: skip
            answers.append(answer)
            boxes.append(frame.to_box(answer.values))
        equal.append(answers[0].tokens == answers[1].tokens)
        overlaps.append(boxes[0].iou(boxes[1]))
    return Agreement(float(np.mean(equal)), float(np.mean(overlaps)), len(equal))

"""Free greedy answers of a model to the rows of a training, scored on every true grasp."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from realvlg_ros.evaluation.metrics import generalized_iou, grasp_is_right, rectangle_iou
from realvlg_ros.rectangle import GraspRectangle
from realvlg_ros.training.data.rows import Rows
from realvlg_ros.training.data.tasks import TrainedTask
from realvlg_ros.training.rewards.reply import Reply, ReplyReader

# An answer that does not parse counts as the worst one. From the ranges of the figures.
_WORST_GIOU = -1.0


@dataclass(frozen=True)
class Score:
    """What one answer is worth.

    Attributes:
        task: what was asked for.
        kind: of the shape.
        valid: whether it parses.
        giou: of a box with the true one, -1 to 1; of a grasp 0.
        iou: of a grasp with the nearest true one, 0 to 1; of a box 0.
        right: whether a grasp is right by any of the true ones.
    """

    task: str
    kind: str
    valid: bool
    giou: float = 0.0
    iou: float = 0.0
    right: bool = False


def scores_of(
    model: Any, processor: Any, rows: Rows, reader: ReplyReader, at_once: int = 50
) -> list[Score]:
    """Ask every row without guidance, greedily.

    Args:
        model: of transformers.
        processor: its processor.
        rows: the questions.
        reader: of replies.
        at_once: questions in a batch.
    """
    found: list[Score] = []
    training = model.training
    model.eval()
    for first in range(0, len(rows), at_once):
        batch = [rows[index] for index in range(first, min(first + at_once, len(rows)))]
        for row, text in zip(batch, _answers(model, processor, batch), strict=True):
            found.append(_score(reader.read(text, row['question'])))
    model.train(training)
    return found


def _answers(model: Any, processor: Any, batch: Sequence[dict[str, Any]]) -> Iterator[str]:
    turns = [
        [{'role': 'user', 'content': [
            {'type': 'image', 'image': row['image']},
            {'type': 'text', 'text': row['prompt'][-1]['content']},
        ]}]
        for row in batch
    ]  # fmt: skip
    inputs = processor.apply_chat_template(
        turns, add_generation_prompt=True, tokenize=True, return_dict=True, return_tensors='pt',
        processor_kwargs={'padding': True},
    )  # fmt: skip
    end = processor.tokenizer.eos_token_id
    with torch.no_grad():
        made = model.generate(
            **inputs, do_sample=False, max_new_tokens=24, use_cache=True, eos_token_id=end,
            pad_token_id=processor.tokenizer.pad_token_id,
        )  # fmt: skip
    written = made[:, inputs['input_ids'].shape[1] :]
    yield from processor.batch_decode(written, skip_special_tokens=True)


def _score(reply: Reply) -> Score:
    sample, task = reply.question.sample, reply.question.task
    valid = reply.valid and reply.values is not None
    score = Score(task.value, sample.label, valid)
    if task is TrainedTask.BOX:
        box = reply.box if valid else None
        giou = _WORST_GIOU if box is None else generalized_iou(box, sample.truth.boxes[0])
        return replace(score, giou=giou)
    guess = reply.rectangle if valid else None
    if guess is None:
        return score
    pairs = [(_with_height(guess, truth.height), truth) for truth in sample.truth.rectangles]
    right = any(grasp_is_right(one, [truth]) for one, truth in pairs)
    return replace(score, iou=max(rectangle_iou(*pair) for pair in pairs), right=right)


def _with_height(guess: GraspRectangle, height: float) -> GraspRectangle:
    """The guess with the height of jaws, which the model does not predict."""
    return replace(guess, height=height)


def summary(scores: Sequence[Score]) -> dict[str, float]:
    """Means over all questions, and of right grasps by kind of shape."""
    boxes = [s for s in scores if s.task == 'box']
    grasps = [s for s in scores if s.task == 'grasp']
    figures = {
        'valid': float(np.mean([s.valid for s in scores])),
        'box_giou': float(np.mean([s.giou for s in boxes])),
        'grasp_miou': float(np.mean([s.iou for s in grasps])),
        'grasp_acc': float(np.mean([s.right for s in grasps])),
    }
    for kind in sorted({s.kind for s in grasps}):
        figures[f'grasp_acc_{kind}'] = float(np.mean([s.right for s in grasps if s.kind == kind]))
    return figures

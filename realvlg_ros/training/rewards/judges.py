"""What a reply is worth: adapters from replies to the formulas of evaluation/rewards.py.

Of several right answers the nearest counts. The paper does not say what a reply without numbers is
worth where its reward is a loss; here it is as bad as the farthest answer that an image allows.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

from ...evaluation import rewards
from ..data.tasks import TrainedTask
from .masks import MaskJudge
from .reply import Reply
from .settings import RewardSettings

Judge: TypeAlias = Callable[[Reply, RewardSettings], float]


def code_box(reply: Reply, settings: RewardSettings) -> float:
    """0.9 IoU + 0.1 format."""
    boxes, box = reply.question.sample.truth.boxes, reply.box
    return max(rewards.code_box_reward(box, truth, reply.valid) for truth in boxes)


def paper_box(reply: Reply, settings: RewardSettings) -> float:
    """1 for a hit."""
    boxes, box = reply.question.sample.truth.boxes, reply.box
    return max(rewards.paper_box_reward(box, truth, settings.iou) for truth in boxes)


def code_grasp(reply: Reply, settings: RewardSettings) -> float:
    """0.9 max 1 / (1 + loss) + 0.1 format."""
    truths = reply.question.sample.truth.rectangles
    return rewards.code_grasp_reward(reply.rectangle, truths, reply.valid)


def paper_grasp(reply: Reply, settings: RewardSettings) -> float:
    """Minus the loss to the nearest truth, px."""
    if reply.rectangle is None:
        return -_farthest_grasp(reply)
    return rewards.paper_grasp_reward(reply.rectangle, reply.question.sample.truth.rectangles)


def code_contact(reply: Reply, settings: RewardSettings) -> float:
    """0.9 max IoU of the thickened pairs + 0.1 format."""
    truths = reply.question.sample.truth.contacts
    return rewards.code_contact_reward(reply.contacts, truths, reply.valid)


def paper_contact(reply: Reply, settings: RewardSettings) -> float:
    """1 for a hit, less both points' distances, px."""
    truths = reply.question.sample.truth.contacts
    if reply.contacts is None:
        return -2 * _diagonal(reply)
    return rewards.paper_contact_reward(reply.contacts, truths, settings.contact_iou)


_JUDGES: dict[str, dict[TrainedTask, Judge]] = {
    'code': {
        TrainedTask.BOX: code_box,
        TrainedTask.GRASP: code_grasp,
        TrainedTask.CONTACT: code_contact,
    },
    'paper': {
        TrainedTask.BOX: paper_box,
        TrainedTask.GRASP: paper_grasp,
        TrainedTask.CONTACT: paper_contact,
    },
}


def choose_judge(task: TrainedTask, settings: RewardSettings) -> Judge:
    """The judge of a task that the settings name; the one of masks loads its segmenter.

    Raises:
        ParameterError, GroundingError, MissingDependencyError: the segmenter cannot be used.
    """
    if task is TrainedTask.MASK:
        return MaskJudge.load(settings)
    return _JUDGES[settings.name][task]


def _farthest_grasp(reply: Reply) -> float:
    """Loss of an answer from one corner to the other, with the axis turned about."""
    frame = reply.question.frame
    lengths = frame.image_width, frame.image_height, _diagonal(reply)
    # Cos and sin are off by 2 at most, each with the loss 1.5; of a length it is 0.5 less.
    return sum(length - 0.5 for length in lengths) + 2 * 1.5


def _diagonal(reply: Reply) -> float:
    frame = reply.question.frame
    return math.hypot(frame.image_width, frame.image_height)

"""Rewards of RealVLG-R1, as its paper (arXiv 2603.14880) and its code compute them.

`valid` says whether an answer follows the grammar; the code gives a tenth of its reward for that.
The paper's box, mask and contact rewards count a hit above a threshold of IoU.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from ..errors import EvaluationError
from ..image_region import Box
from ..rectangle import ContactPair, GraspRectangle
from .metrics import rectangle_iou

# Share of the reward for a valid answer, and height of the jaws of a contact pair, px. From the
# published code of RealVLG-R1.
_FORMAT_SHARE = 0.1
_JAW_HEIGHT_PX = 80.0


def code_box_reward(predicted: Box | None, truth: Box, valid: bool) -> float:
    """0.9 IoU + 0.1 format.

    Args:
        predicted: px; None if no box was answered.
        truth: px.
        valid: whether the answer follows the grammar.
    """
    iou = 0.0 if predicted is None else predicted.iou(truth)
    return (1 - _FORMAT_SHARE) * iou + _FORMAT_SHARE * valid


def paper_box_reward(predicted: Box | None, truth: Box, threshold: float = 0.5) -> float:
    """1 where IoU reaches the threshold, else 0.

    Args:
        predicted: px; None if no box was answered.
        truth: px.
        threshold: IoU from which it is a hit, 0 to 1.
    """
    return float(predicted is not None and predicted.iou(truth) >= threshold)


def code_mask_reward(iou: float, structure: float, valid: bool) -> float:
    """0.9 (0.7 IoU + 0.3 S) + 0.1 format, S the structure measure.

    Args:
        iou: of the masks, 0 to 1.
        structure: the structure measure, 0 to 1.
        valid: whether the answer follows the grammar.
    """
    return (1 - _FORMAT_SHARE) * (0.7 * iou + 0.3 * structure) + _FORMAT_SHARE * valid


def paper_mask_reward(iou: float, structure: float, threshold: float = 0.5) -> float:
    """1 where IoU reaches the threshold, plus S.

    Args:
        iou: of the masks, 0 to 1.
        structure: the structure measure, 0 to 1.
        threshold: IoU from which it is a hit, 0 to 1.
    """
    return float(iou >= threshold) + structure


def grasp_loss(predicted: GraspRectangle, truth: GraspRectangle) -> float:
    """Sum of Huber losses (delta 1) of x, y, cos, sin and width, px."""
    differences = (
        predicted.x - truth.x,
        predicted.y - truth.y,
        math.cos(predicted.angle) - math.cos(truth.angle),
        math.sin(predicted.angle) - math.sin(truth.angle),
        predicted.width - truth.width,
    )
    return sum(_huber(d) for d in differences)


def code_grasp_reward(
    predicted: GraspRectangle | None, truths: Sequence[GraspRectangle], valid: bool
) -> float:
    """0.9 max over truths of 1 / (1 + loss) + 0.1 format.

    Args:
        predicted: px; None if no rectangle was answered.
        truths: at least one, px.
        valid: whether the answer follows the grammar.
    """
    _check(truths)
    best = 0.0
    if predicted is not None:
        best = max(1 / (1 + grasp_loss(predicted, truth)) for truth in truths)
    return (1 - _FORMAT_SHARE) * best + _FORMAT_SHARE * valid


def paper_grasp_reward(predicted: GraspRectangle, truths: Sequence[GraspRectangle]) -> float:
    """Minus the loss to the nearest truth."""
    _check(truths)
    return -min(grasp_loss(predicted, truth) for truth in truths)


def code_contact_reward(
    predicted: ContactPair | None, truths: Sequence[ContactPair], valid: bool
) -> float:
    """0.9 max IoU of the pairs thickened to 80 px + 0.1 format.

    Args:
        predicted: px; None if no pair was answered.
        truths: at least one, px.
        valid: whether the answer follows the grammar.
    """
    _check(truths)
    best = 0.0 if predicted is None else max(_contact_iou(predicted, truth) for truth in truths)
    return (1 - _FORMAT_SHARE) * best + _FORMAT_SHARE * valid


def paper_contact_reward(
    predicted: ContactPair, truths: Sequence[ContactPair], threshold: float = 0.25
) -> float:
    """1 where IoU reaches the threshold, less both points' distances to the best truth, px.

    Args:
        predicted: px.
        truths: at least one, px.
        threshold: IoU from which it is a hit, 0 to 1.
    """
    _check(truths)
    ious = [_contact_iou(predicted, truth) for truth in truths]
    best = truths[int(np.argmax(ious))]
    distance = float(np.linalg.norm(predicted.points - best.points, axis=1).sum())
    return float(max(ious) >= threshold) - distance


def _huber(difference: float) -> float:
    size = abs(difference)
    return size * size / 2 if size <= 1 else size - 0.5


def _contact_iou(first: ContactPair, second: ContactPair) -> float:
    return rectangle_iou(first.to_rectangle(_JAW_HEIGHT_PX), second.to_rectangle(_JAW_HEIGHT_PX))


def _check(truths: Sequence[object]) -> None:
    if not truths:
        raise EvaluationError('a reward needs at least one ground truth')

"""Grasps in the image against the truth."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ...image_region import RegionMask
from ...rectangle import GraspRectangle
from ..dataset import Truth
from ..metrics import GraspRule, grasp_is_right, rectangle_iou
from .judge import Judge, Judgement, Measure
from .reply import Reply

# Height of the jaws of a contact pair, px. From the published code of RealVLG-R1.
_JAW_HEIGHT_PX = 80.0


class GraspJudge(Judge):
    """Rectangles of grasps, of which any right one may be met."""

    measures = (Measure('iou', 'mIoU'),)
    accuracy = 'gAcc'

    def has_truth(self, truth: Truth) -> bool:
        """See Judge."""
        return bool(truth.rectangles)

    def _judged(self, reply: Reply, truth: Truth, size: tuple[int, int]) -> Judgement | None:
        if reply.rectangle is None:
            return None
        return judge_rectangle(reply.rectangle, truth.rectangles, truth, size)


class ContactJudge(Judge):
    """Pairs of contacts, as rectangles with jaws of 80 px."""

    measures = (Measure('iou', 'mIoU'),)
    accuracy = 'gAcc'

    def has_truth(self, truth: Truth) -> bool:
        """See Judge."""
        return bool(truth.contacts)

    def _judged(self, reply: Reply, truth: Truth, size: tuple[int, int]) -> Judgement | None:
        if reply.contacts is None:
            return None
        rectangles = [pair.to_rectangle(_JAW_HEIGHT_PX) for pair in truth.contacts]
        return judge_rectangle(
            reply.contacts.to_rectangle(_JAW_HEIGHT_PX), rectangles, truth, size
        )


def judge_rectangle(
    answer: GraspRectangle,
    rectangles: Sequence[GraspRectangle],
    truth: Truth,
    size: tuple[int, int],
) -> Judgement:
    """Measure a rectangle against those of which any is right.

    Args:
        answer: px.
        rectangles: at least one, px.
        truth: where the object is.
        size: height and width of the image, px.
    """
    # There may be tens of thousands, of which most are elsewhere.
    near = [one for one in rectangles if _may_meet(answer, one)]
    best = max((rectangle_iou(answer, one) for one in near), default=0.0)
    official = bool(near) and grasp_is_right(answer, near, GraspRule.OFFICIAL)
    strict = bool(near) and grasp_is_right(answer, near, GraspRule.STRICT)
    on_object = strict or _is_inside(answer, truth, size)
    return Judgement({'iou': best}, official, strict, on_object, best)


def _may_meet(first: GraspRectangle, second: GraspRectangle) -> bool:
    reach = sum(math.hypot(one.width, one.height) / 2 for one in (first, second))
    return math.hypot(first.x - second.x, first.y - second.y) < reach


def _is_inside(answer: GraspRectangle, truth: Truth, size: tuple[int, int]) -> bool:
    """Whether the middle of a grasp is on the object, as far as it is known where that is."""
    boxes = truth.boxes
    if not boxes and truth.mask is not None:
        boxes = (RegionMask.from_full(truth.mask.load(*size)).box,)
    if not boxes:
        return True
    return any(b.x_min <= answer.x < b.x_max and b.y_min <= answer.y < b.y_max for b in boxes)

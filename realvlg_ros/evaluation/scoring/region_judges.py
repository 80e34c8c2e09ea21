"""Boxes and masks against the truth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...arrays import BoolArray
from ...image_region import Box, RegionMask
from ..dataset import Truth
from ..metrics import GraspRule, center_iou, generalized_iou, mask_iou
from ..structure_measure import structure_measure
from .judge import Judge, Judgement, Measure
from .published_masks import alignment, f_measure, simplified_structure
from .reply import Reply

# From this IoU on a box or a mask is right. From Pascal VOC, as the paper's rewards have it.
RIGHT_IOU = 0.5
# Below this IoU an answer is on another thing. Chosen: neighbours' boxes overlap by less.
_ON_OBJECT_IOU = 0.1


class BoxJudge(Judge):
    """Boxes, against the one of all right ones that they overlap most."""

    measures = (
        Measure('giou', 'gIoU', -1.0), Measure('ciou', 'cIoU', -1.0),
        Measure('iou', 'IoU', rules=(GraspRule.STRICT,)),
    )  # fmt: skip
    # From COCO.
    thresholds = tuple(round(0.5 + 0.05 * k, 2) for k in range(10))
    accuracy = 'IoU >= 0.5'

    def has_truth(self, truth: Truth) -> bool:
        """See Judge."""
        return bool(truth.boxes)

    def _judged(self, reply: Reply, truth: Truth, size: tuple[int, int]) -> Judgement | None:
        box = reply.box
        if box is None:
            return None
        best = max(truth.boxes, key=lambda right: generalized_iou(box, right))
        iou = box.iou(best)
        values = {'giou': generalized_iou(box, best), 'ciou': center_iou(box, best), 'iou': iou}
        right = iou >= RIGHT_IOU
        return Judgement(values, right, right, right or _on_object(box, truth.boxes, truth), iou)


class MaskJudge(Judge):
    """Masks, and the box about them as the published code does."""

    measures = (
        Measure('iou', 'IoU', rules=(GraspRule.STRICT,)),
        Measure('giou', 'gIoU of the box', -1.0, (GraspRule.OFFICIAL,)),
        Measure('f', 'F'),
        Measure('s', 'S', rules=(GraspRule.STRICT,)),
        Measure('s_simplified', 'S (simplified)', rules=(GraspRule.OFFICIAL,)),
        Measure('e', 'E', rules=(GraspRule.OFFICIAL,)),
    )
    thresholds = BoxJudge.thresholds
    accuracy = 'IoU >= 0.5'

    def has_truth(self, truth: Truth) -> bool:
        """See Judge."""
        return truth.mask is not None

    def _judged(self, reply: Reply, truth: Truth, size: tuple[int, int]) -> Judgement | None:
        if reply.mask is None or truth.mask is None:
            return None
        right = truth.mask.load(*size)
        mask = reply.mask.to_full(*size)
        boxes = truth.boxes or (RegionMask.from_full(right).box,)
        box = reply.box or reply.mask.box
        iou = mask_iou(mask, right)
        values = {
            'iou': iou, 'giou': max(generalized_iou(box, one) for one in boxes),
            **_mask_values(mask, right),
        }  # fmt: skip
        hit = iou >= RIGHT_IOU
        return Judgement(values, hit, hit, hit or _on_object(box, boxes, truth), iou)


def _on_object(box: Box, boxes: Sequence[Box], truth: Truth) -> bool:
    """Whether a box that is not right is on the object rather than on another."""
    here = max(box.iou(one) for one in boxes)
    return here >= max([_ON_OBJECT_IOU, *(box.iou(other) for other in truth.others)])


def _mask_values(mask: BoolArray, right: BoolArray) -> dict[str, float]:
    return {
        'f': f_measure(mask, right),
        's': structure_measure(mask.astype(np.float64), right),
        's_simplified': simplified_structure(mask, right),
        'e': alignment(mask, right),
    }

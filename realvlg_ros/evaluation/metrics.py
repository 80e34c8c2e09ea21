"""Metrics of grounding and of grasps in the image.

Boxes cover their area from min to max, masks their pixels, rotated rectangles their polygons.
Two forms of grasp accuracy are given (see GraspRule): the one of the published RealVLG-R1 code
and the one of Cornell and Jacquard.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import Enum

import numpy as np
import numpy.typing as npt

from ..arrays import BoolArray, FloatArray
from ..errors import EvaluationError
from ..image_region import Box
from ..rectangle import ContactPair, GraspRectangle

# IoU above which and angle (rad) below which a rectangle is right. From Jiang et al. (2011),
# Efficient grasping from RGBD images.
_MIN_IOU = 0.25
_MAX_ANGLE = math.radians(30)


class GraspRule(Enum):
    """Which ground truth a grasp must agree with, and what an answer that does not parse counts.

    OFFICIAL is RealVLG-R1's evaluation: only the ground truth of largest IoU is looked at, angles
    of which both are within 3.14 degrees are taken for radians, and answers that do not parse are
    left out of the mean. STRICT is Cornell's and Jacquard's: any
    ground truth that satisfies both conditions, and an invalid answer is wrong.
    """

    OFFICIAL = 'official'
    STRICT = 'strict'


def generalized_iou(first: Box, second: Box) -> float:
    """IoU less the share of the smallest enclosing box that neither covers, -1 to 1.

    Rezatofighi et al., "Generalized Intersection over Union" (CVPR 2019).
    """
    iou = first.iou(second)
    union = (first.area + second.area) / (1 + iou)
    hull = Box(
        min(first.x_min, second.x_min), min(first.y_min, second.y_min),
        max(first.x_max, second.x_max), max(first.y_max, second.y_max),
    )  # fmt: skip
    return iou - (hull.area - union) / hull.area


def center_iou(first: Box, second: Box) -> float:
    """IoU less the squared distance of centres by that of the enclosing corners, -1 to 1.

    Zheng et al., "Distance-IoU Loss" (AAAI 2020), there DIoU; the published code of RealVLG-R1
    calls it cIoU.
    """
    (x, y), (other_x, other_y) = first.center, second.center
    width = max(first.x_max, second.x_max) - min(first.x_min, second.x_min)
    height = max(first.y_max, second.y_max) - min(first.y_min, second.y_min)
    away = (x - other_x) ** 2 + (y - other_y) ** 2
    return first.iou(second) - away / (width**2 + height**2)


def mask_iou(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """Intersection over union of two masks of one size; 1 if both are empty.

    Raises:
        EvaluationError: the sizes differ.
    """
    first, second = _same_size(first, second)
    union = int(np.count_nonzero(first | second))
    return int(np.count_nonzero(first & second)) / union if union else 1.0


def rectangle_iou(first: GraspRectangle, second: GraspRectangle) -> float:
    """Intersection over union of two rotated rectangles, 0 to 1, exact."""
    areas = [r.width * r.height for r in (first, second)]
    # In the axes of the first, whose sides are then limits of x and y.
    c, s = math.cos(first.angle), math.sin(first.angle)
    polygon = (second.corners() - first.center) @ np.array([[c, -s], [s, c]])
    for axis, half in enumerate((first.width / 2, first.height / 2)):
        for sign in (1.0, -1.0):
            polygon = _cut(polygon, sign * polygon[:, axis] - half)
    intersection = min(_area(polygon), *areas)
    return intersection / (sum(areas) - intersection)


def _cut(polygon: FloatArray, outside: FloatArray) -> FloatArray:
    """The part of a polygon (n, 2) whose distances (n,) beyond a line are not positive.

    Sutherland and Hodgman, "Reentrant Polygon Clipping" (1974).
    """
    kept = []
    for k in range(len(polygon)):
        last, here = float(outside[k - 1]), float(outside[k])
        if (last > 0) != (here > 0):
            kept.append(polygon[k - 1] + last / (last - here) * (polygon[k] - polygon[k - 1]))
        if here <= 0:
            kept.append(polygon[k])
    return np.array(kept).reshape(-1, 2)


def _area(polygon: FloatArray) -> float:
    """Area of a polygon (n, 2)."""
    x, y = polygon.T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def angle_difference(first: float, second: float) -> float:
    """Angle between two axes, rad, 0 to pi/2."""
    return abs(math.remainder(first - second, math.pi))


def grasp_is_right(
    predicted: GraspRectangle,
    truths: Sequence[GraspRectangle],
    rule: GraspRule = GraspRule.STRICT,
    min_iou: float = _MIN_IOU,
    max_angle: float = _MAX_ANGLE,
) -> bool:
    """Whether a rectangle agrees with a ground truth: IoU above and angle below the limits.

    Args:
        predicted: in pixels of the image.
        truths: at least one, in the same image.
        rule: which ground truth must agree.
        min_iou: IoU that must be exceeded, 0 to 1.
        max_angle: difference of angle that must not be reached, rad.

    Raises:
        EvaluationError: there is no ground truth.
    """
    if not truths:
        raise EvaluationError('a grasp without ground truth cannot be scored; leave it out')
    overlaps = [rectangle_iou(predicted, truth) for truth in truths]
    difference = angle_difference
    if rule is GraspRule.OFFICIAL:
        best = int(np.argmax(overlaps))
        overlaps, truths = [overlaps[best]], [truths[best]]
        difference = _published_difference
    return any(
        iou > min_iou and difference(predicted.angle, truth.angle) < max_angle
        for iou, truth in zip(overlaps, truths, strict=True)
    )


def _published_difference(first: float, second: float) -> float:
    """As the published code has it: degrees that both could be radians are taken for such."""
    one, other = math.degrees(first), math.degrees(second)
    if max(abs(one), abs(other)) <= math.pi:
        return angle_difference(one, other)
    return angle_difference(first, second)


def grasp_accuracy(
    predicted: Sequence[GraspRectangle | None],
    truths: Sequence[Sequence[GraspRectangle]],
    rule: GraspRule = GraspRule.STRICT,
) -> float:
    """Share of right grasps (gAcc); None stands for an answer that does not parse.

    Args:
        predicted: one answer a question.
        truths: the ground truths of each question.
        rule: which ground truth must agree.

    Raises:
        EvaluationError: the lengths differ, or nothing is left to score.
    """
    if len(predicted) != len(truths):
        raise EvaluationError(f'{len(predicted)} answers for {len(truths)} questions')
    scores = [
        answer is not None and grasp_is_right(answer, truth, rule)
        for answer, truth in zip(predicted, truths, strict=True)
        if answer is not None or rule is GraspRule.STRICT
    ]
    if not scores:
        raise EvaluationError('no answer can be scored; accuracy is not defined')
    return sum(scores) / len(scores)


def contacts_are_right(
    predicted: ContactPair,
    truths: Sequence[ContactPair],
    rule: GraspRule = GraspRule.STRICT,
    jaw_height: float = 80.0,
) -> bool:
    """Whether a contact pair is right as the rectangle that RealVLG-R1 thickens it to (80 px).

    Args:
        predicted: in pixels of the image.
        truths: at least one, in the same image.
        rule: which ground truth must agree.
        jaw_height: to which pairs are thickened, px.

    Raises:
        EvaluationError: there is no ground truth.
    """
    rectangles = [truth.to_rectangle(jaw_height) for truth in truths]
    return grasp_is_right(predicted.to_rectangle(jaw_height), rectangles, rule)


def valid_rate(answers: Sequence[object | None]) -> float:
    """Share of answers that parse (R_v).

    Raises:
        EvaluationError: there is no answer at all.
    """
    if not answers:
        raise EvaluationError('no answers; the valid rate is not defined')
    return sum(answer is not None for answer in answers) / len(answers)


def _same_size(first: npt.ArrayLike, second: npt.ArrayLike) -> tuple[BoolArray, BoolArray]:
    one, other = np.asarray(first, bool), np.asarray(second, bool)
    if one.shape != other.shape:
        raise EvaluationError(f'masks of sizes {one.shape} and {other.shape} cannot be compared')
    return one, other

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realvlg_ros.errors import EvaluationError
from realvlg_ros.evaluation.metrics import (
    GraspRule,
    angle_difference,
    contacts_are_right,
    generalized_iou,
    grasp_accuracy,
    grasp_is_right,
    mask_iou,
    rectangle_iou,
    valid_rate,
)
from realvlg_ros.evaluation.structure_measure import structure_measure
from realvlg_ros.image_region import Box
from realvlg_ros.rectangle import ContactPair, GraspRectangle


def rectangle(x=100.0, y=100.0, degrees=0.0, width=40.0, height=20.0):
    return GraspRectangle(x, y, math.radians(degrees), width, height)


@pytest.mark.parametrize(
    ('other', 'expected'),
    [
        # Equal; half covered; apart by one width: union 200, hull 300.
        (Box(0, 0, 10, 10), 1.0),
        (Box(5, 0, 15, 10), 1 / 3),
        (Box(20, 0, 30, 10), -1 / 3),
        # Diagonal neighbours: union 200, hull 400.
        (Box(10, 10, 20, 20), -0.5),
    ],
)
def test_generalized_iou_of_squares(other, expected):
    assert generalized_iou(Box(0, 0, 10, 10), other) == pytest.approx(expected)
    assert generalized_iou(other, Box(0, 0, 10, 10)) == pytest.approx(expected)


def test_mask_iou_counts_pixels():
    first, second = np.zeros((2, 4, 4), bool)
    first[:2], second[1:3] = True, True
    assert mask_iou(first, second) == pytest.approx(1 / 3)
    assert mask_iou(first & False, second & False) == 1.0
    with pytest.raises(EvaluationError, match='cannot be compared'):
        mask_iou(first, second[:2])


@pytest.mark.parametrize(
    ('first', 'second', 'expected'),
    [
        (rectangle(), rectangle(), 1.0),
        (rectangle(), rectangle(x=120), 1 / 3),
        (rectangle(), rectangle(x=300), 0.0),
        # A cross of 40 x 20: the middle square of 20 x 20 over the rest.
        (rectangle(), rectangle(degrees=90), 400 / 1200),
        # A square turned by 45 degrees about its middle: an octagon, 2 (sqrt 2 - 1) of its area.
        (
            rectangle(width=20),
            rectangle(width=20, degrees=45),
            2 * (math.sqrt(2) - 1) / (2 - 2 * (math.sqrt(2) - 1)),
        ),
        # One inside the other, and with an edge in common on both sides.
        (rectangle(), rectangle(width=20, height=10), 0.25),
        (rectangle(), rectangle(width=5), 0.125),
        (rectangle(degrees=3), rectangle(degrees=3, width=5), 0.125),
    ],
)
def test_rectangle_iou_of_known_overlaps(first, second, expected):
    assert rectangle_iou(first, second) == pytest.approx(expected, abs=1e-6)


@given(
    x=st.floats(-30, 30),
    y=st.floats(-30, 30),
    degrees=st.floats(-90, 90),
    width=st.floats(5, 60),
    height=st.floats(5, 60),
    turn=st.floats(-180, 180),
)
def test_rectangle_iou_does_not_change_when_both_are_moved(x, y, degrees, width, height, turn):
    first, second = rectangle(0, 0), rectangle(x, y, degrees, width, height)
    iou = rectangle_iou(first, second)
    assert 0 <= iou <= 1
    c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    moved = [
        GraspRectangle(
            500 + c * r.x - s * r.y, 300 + s * r.x + c * r.y,
            r.angle + math.radians(turn), r.width, r.height,
        )
        for r in (first, second)
    ]  # fmt: skip
    assert rectangle_iou(*moved) == pytest.approx(iou, abs=1e-3)


def test_angle_difference_is_that_of_axes():
    assert angle_difference(math.radians(85), math.radians(-85)) == pytest.approx(math.radians(10))
    assert angle_difference(0, math.pi) == pytest.approx(0)


def test_rules_differ_where_the_overlapping_truth_is_turned():
    answer = rectangle()
    turned = rectangle(degrees=45, height=30)
    shifted = rectangle(x=118)
    assert rectangle_iou(answer, turned) > rectangle_iou(answer, shifted) > 0.25
    truths = [turned, shifted]
    assert grasp_is_right(answer, truths, GraspRule.STRICT)
    assert not grasp_is_right(answer, truths, GraspRule.OFFICIAL)


@pytest.mark.parametrize(
    ('answer', 'right'),
    [
        (rectangle(degrees=29), True),
        (rectangle(degrees=31), False),
        # IoU (40 - d) / (40 + d): 0.25 at d = 24.
        (rectangle(x=123.5), True),
        (rectangle(x=124.5), False),
    ],
)
def test_limits_are_those_of_cornell(answer, right):
    assert grasp_is_right(answer, [rectangle()]) is right


def test_answers_that_do_not_parse_count_only_in_the_strict_mean():
    answers = [rectangle(), rectangle(degrees=80), None, None]
    truths = [[rectangle()]] * 4
    assert grasp_accuracy(answers, truths, GraspRule.OFFICIAL) == 0.5
    assert grasp_accuracy(answers, truths, GraspRule.STRICT) == 0.25
    assert valid_rate(answers) == 0.5


def test_contacts_are_judged_as_rectangles_of_80_px():
    truth = ContactPair(80, 100, 120, 100)
    # Moved along the opening by 20 px: IoU 1/3; across by 40 px the same; by 60 px 1/7.
    assert contacts_are_right(ContactPair(100, 100, 140, 100), [truth])
    assert contacts_are_right(ContactPair(80, 140, 120, 140), [truth])
    assert not contacts_are_right(ContactPair(80, 160, 120, 160), [truth])


def test_what_cannot_be_scored_is_refused():
    with pytest.raises(EvaluationError, match='without ground truth'):
        grasp_is_right(rectangle(), [])
    with pytest.raises(EvaluationError, match='1 answers for 2'):
        grasp_accuracy([rectangle()], [[], []])
    with pytest.raises(EvaluationError, match='no answer can be scored'):
        grasp_accuracy([None], [[rectangle()]], GraspRule.OFFICIAL)
    with pytest.raises(EvaluationError, match='no answers'):
        valid_rate([])


def disk(radius, x=32, y=32):
    rows, columns = np.mgrid[:64, :64]
    return (rows - y) ** 2 + (columns - x) ** 2 < radius**2


def test_structure_measure_of_equal_and_opposite_masks():
    assert structure_measure(disk(15), disk(15)) == pytest.approx(1.0, abs=1e-6)
    assert structure_measure(~disk(15), disk(15)) == pytest.approx(0.0, abs=0.05)
    assert structure_measure(np.zeros((4, 4)), np.zeros((4, 4))) == 1.0
    assert structure_measure(np.ones((4, 4)), np.ones((4, 4))) == 1.0


def test_structure_measure_of_a_hand_computed_case():
    # Truth: the left half of 2 x 4. Answer: its left quarter.
    truth = np.array([[1, 1, 0, 0], [1, 1, 0, 0]])
    answer = np.array([[1, 0, 0, 0], [1, 0, 0, 0]])
    # Object: foreground mean 1/2, deviation sqrt(1/3); background 1 - 0 everywhere.
    foreground = 2 * 0.5 / (0.25 + 1 + math.sqrt(1 / 3))
    s_object = 0.5 * foreground + 0.5 * (2 / 2)
    # Region: the centroid (row 0.5, column 0.5) cuts after row 1 and column 1 (rounding half to
    # even, then one on): top left and bottom left equal, the right ones miss one of three pixels.
    left, right = 2 / 8 * 1.0, 6 / 8 * 0.0
    assert structure_measure(answer, truth) == pytest.approx(0.5 * s_object + 0.5 * (left + right))


def test_structure_measure_falls_as_the_mask_drifts():
    values = [structure_measure(disk(15, x=32 + d), disk(15)) for d in (0, 3, 8, 16)]
    assert values == sorted(values, reverse=True)
    assert values[-1] < 0.6
    with pytest.raises(EvaluationError, match='sizes'):
        structure_measure(disk(3), disk(3)[:10])

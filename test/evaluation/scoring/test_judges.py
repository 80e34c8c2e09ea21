import math

import numpy as np
import pytest

from realvlg_ros.evaluation.dataset import Expected, Truth
from realvlg_ros.evaluation.dataset.mask import MaskRegion
from realvlg_ros.evaluation.scoring.judge import Task
from realvlg_ros.evaluation.scoring.judges import JUDGES
from realvlg_ros.evaluation.scoring.outcome import WORDS, Outcome, outcome_of
from realvlg_ros.evaluation.scoring.published_masks import (
    alignment,
    f_measure,
    simplified_structure,
)
from realvlg_ros.evaluation.scoring.reply import Reply, ReplyStatus
from realvlg_ros.image_region import Box, RegionMask
from realvlg_ros.rectangle import ContactPair, GraspRectangle

OBJECT, OTHER = Box(10, 10, 30, 30), Box(40, 10, 60, 30)
SIZE = (50, 80)


def judged(task, truth, **answer):
    return JUDGES[task].judge(Reply(ReplyStatus.OK, **answer), truth, SIZE)


def outcome(task, truth, **answer):
    return outcome_of(ReplyStatus.OK, Expected.OBJECT, judged(task, truth, **answer))


def test_a_box_is_measured_by_hand():
    truth = Truth((OBJECT,), others=(OTHER,))
    found = judged(Task.BOX, truth, box=Box(20, 10, 40, 30))
    # 200 of 600 px; the hull is 30 x 20 and full; centres are 10 px apart, corners 36.06 px.
    assert found.values == pytest.approx({'iou': 1 / 3, 'giou': 1 / 3, 'ciou': 1 / 3 - 100 / 1300})
    assert not found.strict
    assert found.on_object


@pytest.mark.parametrize(
    ('box', 'expected'),
    [
        (Box(10, 10, 30, 30), Outcome.RIGHT),
        (Box(10, 10, 30, 20), Outcome.RIGHT),
        (Box(10, 10, 30, 19), Outcome.WRONG_PLACE),
        (OTHER, Outcome.WRONG_OBJECT),
        # More on the other than on the right one.
        (Box(25, 10, 60, 30), Outcome.WRONG_OBJECT),
        (Box(60, 30, 79, 49), Outcome.WRONG_OBJECT),
    ],
)
def test_the_failures_of_boxes_are_told_apart(box, expected):
    assert outcome(Task.BOX, Truth((OBJECT,), others=(OTHER,)), box=box) is expected


def test_any_of_several_right_boxes_may_be_met():
    found = judged(Task.BOX, Truth((OBJECT, OTHER)), box=OTHER)
    assert found.strict
    assert found.values['giou'] == 1


def test_an_answer_without_what_the_task_asks_for_is_none():
    truth = Truth((OBJECT,), rectangles=(GraspRectangle(20, 20, 0, 20, 10),))
    assert judged(Task.GRASP, truth, box=OBJECT) is None
    assert outcome(Task.GRASP, truth, box=OBJECT) is Outcome.EMPTY


def mask_of(box):
    mask = np.zeros(SIZE, bool)
    mask[box.slices()] = True
    return RegionMask.from_full(mask)


def test_a_mask_is_measured_by_hand():
    truth = Truth((OBJECT,), MaskRegion(mask_of(OBJECT)))
    same = judged(Task.MASK, truth, mask=mask_of(OBJECT))
    assert same.values['iou'] == 1
    assert same.values['f'] == pytest.approx(1, abs=1e-6)
    assert same.values['s'] == pytest.approx(1, abs=1e-6)
    assert same.values['e'] == pytest.approx(1, abs=1e-3)
    half = judged(Task.MASK, truth, mask=mask_of(Box(10, 10, 20, 30)))
    assert half.values['iou'] == 0.5
    # Precision 1, recall 1/2.
    assert half.values['f'] == pytest.approx(2 / 3, abs=1e-6)
    assert half.strict


def test_the_published_measures_of_masks_are_as_published():
    # By hand: 4x4, the truth the left half, the answer the upper half.
    truth, answer = np.zeros((4, 4), bool), np.zeros((4, 4), bool)
    truth[:, :2] = answer[:2] = True
    assert f_measure(answer, truth) == pytest.approx(0.5, abs=1e-6)
    # Both 1/4, neither 1/4; quadrants: 1 and 1, 1 and 0, 0 and 1, 0 and 0.
    assert simplified_structure(answer, truth) == pytest.approx(0.5 / 4 + 1 / 8, abs=1e-6)
    # Deviations +-1/2: half of the pixels agree, half contradict.
    assert alignment(answer, truth) == pytest.approx(0.5, abs=1e-6)


def test_grasps_are_right_by_both_rules_and_wrong_on_another_object():
    right = GraspRectangle(20, 20, 0.0, 20, 10)
    truth = Truth((OBJECT,), rectangles=(right,), others=(OTHER,))
    assert outcome(Task.GRASP, truth, rectangle=right) is Outcome.RIGHT
    turned = GraspRectangle(20, 20, math.radians(60), 20, 10)
    assert outcome(Task.GRASP, truth, rectangle=turned) is Outcome.WRONG_PLACE
    away = GraspRectangle(50, 20, 0.0, 20, 10)
    found = judged(Task.GRASP, truth, rectangle=away)
    assert (found.values['iou'], found.official, found.strict) == (0, False, False)
    assert outcome(Task.GRASP, truth, rectangle=away) is Outcome.WRONG_OBJECT
    nowhere = Truth(rectangles=(right,))
    assert outcome(Task.GRASP, nowhere, rectangle=away) is Outcome.WRONG_PLACE


def test_the_published_rule_reads_small_degrees_as_radians():
    # 0 and 1.5 degrees: as radians they are 86 degrees apart.
    truth = Truth(rectangles=(GraspRectangle(20, 20, math.radians(1.5), 20, 10),))
    found = judged(Task.GRASP, truth, rectangle=GraspRectangle(20, 20, 0.0, 20, 10))
    assert found.strict
    assert not found.official
    more = Truth(rectangles=(GraspRectangle(20, 20, math.radians(4), 20, 10),))
    assert judged(Task.GRASP, more, rectangle=GraspRectangle(20, 20, 0.0, 20, 10)).official


def test_contacts_are_rectangles_of_80_px():
    truth = Truth(contacts=(ContactPair(10, 20, 30, 20),))
    assert judged(Task.CONTACT, truth, contacts=ContactPair(10, 50, 30, 50)).strict
    assert not judged(Task.CONTACT, truth, contacts=ContactPair(20, 10, 20, 30)).strict


# What each status means, by what is right; without an answer for the task.
STATUSES = {
    (ReplyStatus.NOT_FOUND, Expected.OBJECT): Outcome.NOT_FOUND,
    (ReplyStatus.NOT_FOUND, Expected.ABSENT): Outcome.RIGHTLY_ABSENT,
    (ReplyStatus.AMBIGUOUS, Expected.OBJECT): Outcome.ASKED_BACK,
    (ReplyStatus.AMBIGUOUS, Expected.QUESTION): Outcome.RIGHTLY_ASKED,
    (ReplyStatus.OK, Expected.ABSENT): Outcome.INVENTED,
    (ReplyStatus.OK, Expected.QUESTION): Outcome.GUESSED,
    (ReplyStatus.UNREADABLE, Expected.ABSENT): Outcome.UNREADABLE,
    (ReplyStatus.REFUSED, Expected.OBJECT): Outcome.REFUSED,
}


def test_statuses_mean_what_is_right_or_not():
    for (status, expected), found in STATUSES.items():
        assert outcome_of(status, expected, None) is found
    for status in ReplyStatus:
        for expected in Expected:
            assert outcome_of(status, expected, None) in WORDS
    assert set(WORDS) == set(Outcome)

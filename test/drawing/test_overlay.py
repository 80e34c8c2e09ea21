import numpy as np
import pytest

from realvlg_ros.answer import Answer
from realvlg_ros.drawing.overlay import draw_answer, draw_overlay
from realvlg_ros.grasping.grasp import Grasp, GraspSource
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus, ObjectCandidate
from realvlg_ros.image_region import Box, RegionMask
from realvlg_ros.rectangle import GraspRectangle

COLOR = np.full((240, 320, 3), 90, np.uint8)
BOX = Box(100, 80, 180, 160)
MASK = RegionMask(100, 80, np.ones((80, 80), bool))
RECTANGLE = GraspRectangle(140, 120, 0.0, 100, 30)
GRASP = Grasp(
    np.eye(4), np.eye(6), 0.04, 0.05, 0.1, np.array([0, 0, -1.0]), 0.1, 0.8,
    GraspSource.GEOMETRY, RECTANGLE, RECTANGLE.to_contacts(), np.zeros((2, 3)), (1, 1), 0.01,
)  # fmt: skip


def test_the_input_is_left_alone():
    before = COLOR.copy()
    draw_overlay(COLOR, BOX, MASK, [GRASP], 'mug')
    assert np.array_equal(COLOR, before)


def test_jaws_openings_and_contacts_lie_where_the_rectangle_says():
    image = draw_overlay(COLOR, grasps=[GRASP]).astype(int)
    jaws = (image[..., 0] > 200) & (image[..., 1] < 120)
    rows, columns = np.nonzero(jaws)
    assert np.abs(np.abs(columns - 140) - 50).max() <= 3
    assert rows.min() == pytest.approx(105, abs=3)
    assert rows.max() == pytest.approx(135, abs=3)
    opening = (image > 200).all(axis=2)
    assert set(np.nonzero(opening[:, 140])[0]) <= set(range(103, 108)) | set(range(133, 138))
    contacts = (image[..., 0] > 200) & (image[..., 1] > 180) & (image[..., 2] < 80)
    assert contacts[120, 90]
    assert contacts[120, 190]


def test_the_mask_is_tinted_and_nothing_else():
    image = draw_overlay(COLOR, mask=MASK)
    changed = (image != COLOR).any(axis=2)
    assert changed[120, 140]
    assert not changed[70, 90]
    assert changed.sum() == pytest.approx(80 * 80, rel=0.1)


def test_the_caption_lies_below_the_image():
    grounding = Grounding(GroundingStatus.OK, 'pick up the mug', box=BOX, mask=MASK, label='mug')
    answer = Answer.from_stages(grounding, (GRASP,), '', {})
    picture = draw_answer(COLOR, answer)
    assert picture.shape[1] == 320
    assert picture.shape[0] > 260
    assert np.array_equal(picture[:240], draw_overlay(COLOR, BOX, MASK, [GRASP], 'mug'))
    assert (picture[240:] > 200).any()


def test_candidates_of_an_ambiguous_answer_are_boxed():
    candidates = tuple(
        ObjectCandidate('mug', f'number {x}', 0.5, Box(x, 100, x + 40, 150)) for x in (50, 200)
    )
    grounding = Grounding(
        GroundingStatus.AMBIGUOUS, 'the mug', 'two fit', question='Which?', candidates=candidates
    )
    picture = draw_answer(COLOR, Answer.from_stages(grounding, (), '', {}))
    changed = (picture[:240] != COLOR).any(axis=2)
    for x in (50, 200):
        assert changed[100:150, x].all()
    assert not changed[110:140, 120:180].any()

"""What decides between objects that fit, and when it does not."""

from dataclasses import replace

import numpy as np
import pytest
import table_scene

from realvlg_ros.grounding.grounding import GroundingStatus
from realvlg_ros.grounding.query import Query, ground
from realvlg_ros.grounding.tabletop.grounder import TabletopGrounder
from realvlg_ros.grounding.tie_break import Affordance, break_tie
from realvlg_ros.transforms import invert, transform_points

RED, BLUE = np.array([-0.0975, 0.015, 0.06]), np.array([0.0975, 0.015, 0.06])


def in_camera(point):
    return transform_points(invert(table_scene.camera2world()), np.array(point))


@pytest.fixture(scope='module')
def answer():
    grounder = TabletopGrounder()
    grounder.load()
    return ground(grounder, table_scene.frame(), Query('the box'))


@pytest.mark.parametrize(
    ('affordance', 'color', 'words'),
    [
        (Affordance('gripper', gripper=in_camera(RED + (0, 0, 0.2))), 'red',
         'distance to the gripper: 0.2'),
        (Affordance('gripper', gripper=in_camera(BLUE + (0.1, 0, 0.2))), 'blue', 'of 2 that fit'),
        (Affordance('reach', base=in_camera((-0.4, 0, 0)), reach=(0.1, 0.4)), 'red', 'reach'),
        (Affordance('reach', base=in_camera((-0.4, 0, 0)), reach=(0.4, 0.8)), 'blue', 'reach'),
    ],
)  # fmt: skip
def test_one_that_leads_clearly_is_taken_and_the_message_says_by_what(
    answer, affordance, color, words
):
    found = break_tie(answer, table_scene.frame(), affordance)
    assert found.status is GroundingStatus.OK and color in found.label
    assert words in found.message and found.mask is not None


@pytest.mark.parametrize(
    ('affordance', 'words'),
    [
        (Affordance('gripper', gripper=in_camera((0, 0, 0.3))), 'is too alike'),
        (Affordance('gripper'), 'tf does not give the gripper'),
        (Affordance('reach', base=in_camera((0, -1.0, 0)), reach=(0.0, 0.5)), 'none of them'),
        (Affordance('reach', base=in_camera((0, 0, 0)), reach=(0.0, 0.5)), '2 of them'),
        (Affordance('clearance'), 'free space beside it is too alike'),
    ],
)
def test_where_none_leads_the_person_is_asked(answer, affordance, words):
    left = break_tie(answer, table_scene.frame(), affordance)
    assert left.status is GroundingStatus.AMBIGUOUS and words in left.message
    assert left.candidates == answer.candidates


def test_free_space_decides_where_one_is_hemmed_in(answer):
    frame = table_scene.frame()
    box = next(c.box for c in answer.candidates if 'red' in c.label)
    # Something as high as the box stands close to its left.
    depth = frame.depth.copy()
    rows, columns = box.slices()
    edge = columns.start
    depth[rows, edge - 16 : edge - 8] = depth[rows, columns].mean()
    found = break_tie(answer, replace(frame, depth=depth), Affordance('clearance'))
    assert found.status is GroundingStatus.OK and 'blue' in found.label
    assert 'free space' in found.message


def test_by_default_and_for_other_answers_nothing_changes(answer):
    frame = table_scene.frame()
    assert break_tie(answer, frame, Affordance()) is answer
    unsure = replace(answer, candidates_fit=False)
    left = break_tie(unsure, frame, Affordance('clearance'))
    assert (
        left.status is GroundingStatus.AMBIGUOUS
        and 'not known that all of them fit' in left.message
    )
    known = replace(answer, status=GroundingStatus.OK)
    assert break_tie(known, frame, Affordance('clearance')) is known
    unplaced = replace(answer, candidates=(replace(answer.candidates[0], position=None),) * 2)
    left = break_tie(unplaced, frame, Affordance('clearance'))
    assert 'position of a candidate is not known' in left.message


@pytest.mark.parametrize('words', ['the banana', 'the transparent box', 'the thing'])
def test_what_only_recognition_could_tell_is_no_tie(words):
    grounder = TabletopGrounder()
    grounder.load()
    answer = ground(grounder, table_scene.frame(), Query(words))
    gripper = Affordance('gripper', gripper=in_camera(RED + (0, 0, 0.2)))
    left = break_tie(answer, table_scene.frame(), gripper)
    assert left.status is answer.status is not GroundingStatus.OK

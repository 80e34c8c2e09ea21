"""Where to look, and which candidate: what a query adds to a sentence."""

from dataclasses import replace

import numpy as np
import pytest
import table_scene

from realvlg_ros.errors import InstructionError
from realvlg_ros.grounding.grounding import GroundingStatus
from realvlg_ros.grounding.query import Choice, Query, ground
from realvlg_ros.grounding.tabletop.grounder import TabletopGrounder
from realvlg_ros.image_region import Box
from realvlg_ros.transforms import make_transform

LEFT, RIGHT = Box(0, 0, 160, 240), Box(160, 0, 320, 240)


@pytest.fixture(scope='module')
def grounder():
    grounder = TabletopGrounder()
    grounder.load()
    return grounder


def look(grounder, words, **query):
    return ground(grounder, table_scene.frame(), Query(words, **query))


@pytest.mark.parametrize(('region', 'color'), [(LEFT, 'red'), (RIGHT, 'blue')])
def test_in_a_region_other_objects_do_not_count(grounder, region, color):
    assert look(grounder, 'the object').status is GroundingStatus.AMBIGUOUS
    found = look(grounder, 'the object', region=region)
    whole = look(grounder, f'the {color} box')
    assert found.status is GroundingStatus.OK, found.message
    assert (found.image_width, found.image_height) == (320, 240)
    assert found.box.iou(whole.box) > 0.9
    inside = found.mask.to_full(240, 320)
    assert (inside & whole.mask.to_full(240, 320)).sum() > 0.9 * inside.sum()


def test_a_tight_region_keeps_the_support_of_the_whole_image(grounder):
    box = look(grounder, 'the red box').box
    tight = Box(box.x_min - 4, box.y_min - 4, box.x_max + 4, box.y_max + 4)
    found = look(grounder, 'the red box', region=tight)
    assert found.status is GroundingStatus.OK and found.box.iou(box) > 0.8


def test_a_region_without_the_object_gives_none(grounder):
    assert look(grounder, 'the red box', region=RIGHT).status is GroundingStatus.NOT_FOUND


def test_a_region_outside_the_image_is_refused(grounder):
    with pytest.raises(InstructionError, match='outside the image of 320x240'):
        look(grounder, 'the box', region=Box(400, 0, 500, 100))


def chosen(candidates, index=0, camera2fixed=None):
    return Choice(candidates[index], tuple(candidates), camera2fixed)


def test_the_chosen_candidate_is_the_object_where_it_still_is(grounder):
    candidates = look(grounder, 'the box').candidates
    for index, candidate in enumerate(candidates):
        found = look(grounder, 'the box', choice=chosen(candidates, index))
        assert found.status is GroundingStatus.OK and 'was chosen' in found.message
        assert found.box.iou(candidate.box) > 0.9 and found.mask is not None


@pytest.mark.parametrize('which', [0, 1])
def test_where_the_view_has_changed_a_choice_says_nothing(grounder, which):
    candidates = list(look(grounder, 'the box').candidates)
    # The chosen one, or the other, is not where it was.
    candidates[which] = replace(candidates[which], box=Box(0, 0, 20, 20))
    gone = look(grounder, 'the box', choice=chosen(candidates))
    assert gone.status is GroundingStatus.NOT_FOUND and 'have changed: ask again' in gone.message
    assert gone.box is None and gone.mask is None


def test_in_a_fixed_frame_the_place_tells_whatever_the_camera_does(grounder):
    frame = table_scene.frame()
    candidates = look(grounder, 'the box').candidates
    before = make_transform(np.eye(3), (0.3, 0.0, 0.0))
    # The camera has moved by 0.3 m since: what looks the same is elsewhere.
    for moved, status in ((before, GroundingStatus.OK), (np.eye(4), GroundingStatus.NOT_FOUND)):
        now = replace(frame, camera2fixed=moved, fixed_frame='base')
        query = Query('the box', choice=chosen(candidates, 1, before))
        found = ground(grounder, now, query)
        assert found.status is status, found.message
    # One object alone fits now, and it is another one.
    now = replace(frame, camera2fixed=before, fixed_frame='base')
    for color, status in (('red', 'OK'), ('blue', 'NOT_FOUND')):
        index = next(k for k, c in enumerate(candidates) if 'red' in c.label)
        query = Query(f'the {color} box', choice=chosen(candidates, index, before))
        assert ground(grounder, now, query).status.name == status


def test_positions_are_of_the_camera_whatever_the_region(grounder):
    whole = look(grounder, 'the box').candidates
    part = look(grounder, 'the box', region=Box(10, 10, 310, 230)).candidates
    for a, b in zip(whole, part, strict=True):
        np.testing.assert_allclose(a.position, b.position, atol=0.005)

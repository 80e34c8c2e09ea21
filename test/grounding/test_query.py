"""Where to look, and which candidate: what a query adds to a sentence."""

from dataclasses import replace

import numpy as np
import pytest
import table_scene

from realvlg_ros.errors import InstructionError
from realvlg_ros.grounding.grounding import GroundingStatus, ObjectCandidate
from realvlg_ros.grounding.query import Query, ground
from realvlg_ros.grounding.tabletop.grounder import TabletopGrounder
from realvlg_ros.image_region import Box

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
    assert look(grounder, 'the box').status is GroundingStatus.AMBIGUOUS
    found = look(grounder, 'the box', region=region)
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


def test_the_chosen_candidate_is_the_object_where_it_still_is(grounder):
    candidates = look(grounder, 'the box').candidates
    for candidate in candidates:
        found = look(grounder, 'the box', chosen=candidate)
        assert found.status is GroundingStatus.OK and 'was chosen' in found.message
        assert found.box.iou(candidate.box) > 0.9 and found.mask is not None
    moved = replace(candidates[0], box=Box(0, 0, 20, 20))
    gone = look(grounder, 'the box', chosen=moved)
    assert gone.status is GroundingStatus.NOT_FOUND and 'ask again' in gone.message
    # One object alone is meant now, and it is another one.
    other = ObjectCandidate('', 'the left one', 1.0, look(grounder, 'the red box').box)
    assert look(grounder, 'the blue box', chosen=other).status is GroundingStatus.NOT_FOUND


def test_positions_are_of_the_camera_whatever_the_region(grounder):
    whole = look(grounder, 'the box').candidates
    part = look(grounder, 'the box', region=Box(10, 10, 310, 230)).candidates
    for a, b in zip(whole, part, strict=True):
        np.testing.assert_allclose(a.position, b.position, atol=0.005)

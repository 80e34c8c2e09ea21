"""The second opinion on a model's box: colour, two things, nothing there, boxes scaled."""

import re

import numpy as np
import pytest
from named_scene import BARE, BLUE, GREEN, RED, asked, boxes_as_json, scene

from realvlg_ros.grounding.grounding import GroundingStatus, never_aborted
from realvlg_ros.grounding.opinion.scale_watch import ScaleWatch
from realvlg_ros.image_region import Box

OK, AMBIGUOUS, NOT_FOUND = (
    GroundingStatus.OK, GroundingStatus.AMBIGUOUS, GroundingStatus.NOT_FOUND,
)  # fmt: skip
FRAME, OUTLINES = scene()


def around(*boxes):
    """The smallest box around some boxes."""
    corners = np.array([box.as_tuple() for box in boxes])
    return Box(*corners[:, :2].min(axis=0), *corners[:, 2:].max(axis=0))


def scaled(box, by=1.02):
    """A box scaled about the middle of the image."""
    middle = np.array([160, 120, 160, 120])
    return Box(*(middle + by * (np.array(box.as_tuple()) - middle)))


TWO = around(OUTLINES[RED], OUTLINES[GREEN])


@pytest.mark.parametrize(
    ('sentence', 'box', 'vetoed', 'why'),
    [
        ('the red mug', OUTLINES[BLUE], NOT_FOUND, 'blue'),
        ('the mug that is not blue', OUTLINES[BLUE], NOT_FOUND, ''),
        ('the mug', TWO, AMBIGUOUS, 'holds 2 things, a .* one and a .* one'),
        ('the mug', BARE, NOT_FOUND, 'nothing rises from the support'),
        # What may well be right is not vetoed: other places, counts and names are the model's.
        ('the red mug', OUTLINES[RED], OK, ''),
        ('the second mug from the left', OUTLINES[BLUE], OK, ''),
        ('the mug next to the plate', OUTLINES[GREEN], OK, ''),
        ('the largest glorbish mug', OUTLINES[GREEN], OK, ''),
        ('the red mug', scaled(OUTLINES[RED]), OK, ''),
        ('the card', BARE, OK, ''),
    ],
)
@pytest.mark.parametrize('mode', ['off', 'warn', 'veto'])
def test_what_colour_and_depth_say_against_a_box(sentence, box, vetoed, why, mode):
    grounder, _ = asked(boxes_as_json(box), referee=mode)
    result = grounder.ground(FRAME, sentence, never_aborted)
    assert result.status is (vetoed if mode == 'veto' else OK), result.message
    said = bool(re.search(why, result.message)) if why else True
    assert said is (mode != 'off' or not why)
    assert ('second opinion' in result.message) is (mode == 'warn' and vetoed is not OK)
    if result.status is AMBIGUOUS:
        found = [max(OUTLINES, key=lambda n: OUTLINES[n].iou(each.box))
                 for each in result.candidates]  # fmt: skip
        assert set(found) == {RED, GREEN}


@pytest.mark.parametrize('sentence', ['stop', 'hello robot'])
def test_what_names_no_object_is_not_asked(sentence):
    grounder, server = asked(boxes_as_json(OUTLINES[RED]))
    assert grounder.ground(FRAME, sentence, never_aborted).status is NOT_FOUND
    assert server.questions == []


@pytest.mark.parametrize('mode', ['warn', 'veto'])
def test_what_is_forbidden_is_not_taken(mode):
    grounder, _ = asked(boxes_as_json(OUTLINES[RED]), referee=mode)
    result = grounder.ground(FRAME, 'do not take the red mug', never_aborted)
    assert result.status is AMBIGUOUS and 'not to be taken' in result.message


@pytest.mark.parametrize(('by', 'told'), [(1.02, True), (0.98, True), (1.0, False)])
def test_boxes_that_are_all_scaled_about_the_middle_are_told_after_some(by, told):
    boxes = [scaled(OUTLINES[number], by) for number in (RED, BLUE, GREEN)] * 4
    grounder, _ = asked(*(boxes_as_json(box) for box in boxes))
    results = [grounder.ground(FRAME, 'the mug', never_aborted) for _ in boxes]
    assert all(result.status is OK for result in results)
    messages = [result.message for result in results]
    assert 'are scaled by' not in messages[0]
    found = re.search(r'are scaled by ([0-9.]+)', messages[-1])
    assert (found is not None) is told
    assert found is None or float(found[1]) == pytest.approx(by, abs=0.005)


@pytest.mark.parametrize(
    ('by', 'noise_px', 'told'), [(1.02, 1.5, 30), (1.0, 3.0, 0), (1.01, 1, 30)]
)
def test_the_scale_is_told_from_noise(by, noise_px, told):
    rng = np.random.default_rng(0)
    sure = 0
    for _ in range(30):
        watch = ScaleWatch()
        for _ in range(20):
            x, y = rng.uniform(40, 560), rng.uniform(40, 400)
            outline = Box(x, y, x + 60, y + 60)
            middle = np.array([320, 240, 320, 240]) - 0.5
            corners = middle + by * (np.array(outline.as_tuple()) - 0.5 - middle) + 0.5
            # Models draw some boxes wide, and all of them a little off.
            corners = corners + np.array([-3, -3, 3, 3]) + rng.normal(0, noise_px, 4)
            watch.add(Box(*corners), outline, 640, 480)
        sure += bool(watch.words())
    assert abs(sure - told) <= 1

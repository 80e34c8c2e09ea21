"""Several boxes, points and none: what becomes of the answers of a model."""

import pytest
from named_scene import BARE, BLUE, GREEN, RED, asked, boxes_as_json, scene

from realvlg_ros.grounding.grounding import GroundingStatus, never_aborted
from realvlg_ros.image_region import Box

OK, AMBIGUOUS, NOT_FOUND = (
    GroundingStatus.OK, GroundingStatus.AMBIGUOUS, GroundingStatus.NOT_FOUND,
)  # fmt: skip
FRAME, OUTLINES = scene()


def ground(sentence, *replies, **options):
    grounder, server = asked(*replies, **options)
    return grounder.ground(FRAME, sentence, never_aborted), server


def number_of(box):
    """Which of the three boxes a box is drawn around."""
    return max(OUTLINES, key=lambda number: OUTLINES[number].iou(box))


@pytest.mark.parametrize(
    ('sentence', 'named', 'status', 'meant'),
    [
        ('pick up the mug', (RED, BLUE, GREEN), AMBIGUOUS, None),
        ('pick up the red mug', (RED, BLUE, GREEN), OK, RED),
        ('the leftmost mug', (RED, BLUE, GREEN), OK, RED),
        ('the second mug from the left', (RED, BLUE, GREEN), OK, GREEN),
        ('the mug on the right', (RED, BLUE), OK, BLUE),
        ('the nearest mug', (RED, GREEN), OK, RED),
        ('the tallest mug', (RED, BLUE, GREEN), OK, GREEN),
        ('the mug that is not blue', (RED, BLUE), OK, RED),
        ('any mug', (RED, BLUE), OK, None),
        ('the purple mug', (RED, BLUE), NOT_FOUND, None),
        ('the fourth mug from the left', (RED, BLUE, GREEN), NOT_FOUND, None),
        ('the mug', (GREEN,), OK, GREEN),
        ('the purple mug', (GREEN,), NOT_FOUND, None),
        ('the glorbish mug', (RED, BLUE), AMBIGUOUS, None),
        ('do not take the red mug', (RED, BLUE), AMBIGUOUS, None),
    ],
)
@pytest.mark.parametrize('referee', ['off', 'warn', 'veto'])
def test_words_choose_among_boxes_or_ask(sentence, named, status, meant, referee):
    reply = boxes_as_json(*(OUTLINES[number] for number in named))
    result, _ = ground(sentence, reply, locate='boxes', referee=referee)
    assert result.status is status, result.message
    if meant is not None:
        assert number_of(result.box) == meant
    if status is AMBIGUOUS:
        assert len(result.candidates) == len(named)
        words = {each.description for each in result.candidates}
        assert len(words) == len(named) and all(word in result.question for word in words)
        assert all(each.position is not None for each in result.candidates)
        assert result.candidates_fit is (sentence == 'pick up the mug')


def test_the_model_is_asked_for_the_name_and_the_words_choose():
    reply = boxes_as_json(OUTLINES[RED], OUTLINES[BLUE])
    _, server = ground('take the leftmost red mug', reply, locate='boxes')
    assert "categories: 'red mug'" in server.questions[0]


@pytest.mark.parametrize(
    ('sentence', 'meant'),
    [
        ('the mug next to the can', BLUE),
        ('the mug to the left of the can', RED),
        ('the mug between the can and the plate', None),
    ],
)
def test_landmarks_are_asked_for_by_their_names(sentence, meant):
    # The can stands right before the blue one.
    can = boxes_as_json(OUTLINES[GREEN], label='can')
    mugs = boxes_as_json(OUTLINES[RED], OUTLINES[BLUE])
    result, server = ground(sentence, mugs, can, '[]', locate='boxes')
    assert "'can'" in server.questions[1]
    if sentence.startswith('the mug to'):
        assert result.status is OK and number_of(result.box) == meant
    else:
        assert result.status is not OK


def test_a_landmark_that_cannot_be_read_is_asked_about():
    mugs = boxes_as_json(OUTLINES[RED], OUTLINES[BLUE])
    result, _ = ground('the mug to the left of the can', mugs, 'no', 'no', locate='boxes')
    assert result.status is AMBIGUOUS
    assert 'not checked' in result.message


@pytest.mark.parametrize(
    ('reply', 'words'),
    [('```json\n[]\n```', "'[]'"), ('null', "'null'"), ('{"bbox_2d": []}', 'bbox_2d')],
)
def test_none_is_not_found_in_the_words_of_the_model(reply, words):
    result, _ = ground('the red mug', reply)
    assert result.status is NOT_FOUND
    assert words in result.message and 'the model answers' in result.message


def test_more_things_than_are_looked_at_are_asked_about():
    rows = [Box(10 * column, 20 * row, 10 * column + 8, 20 * row + 16)
            for row in range(5) for column in range(6)]  # fmt: skip
    result, _ = ground('the leftmost mug', boxes_as_json(*rows), locate='boxes')
    assert result.status is AMBIGUOUS and 'more than 24' in result.message


def test_a_box_that_is_written_twice_is_one_thing():
    box = OUTLINES[BLUE]
    result, _ = ground('the mug', boxes_as_json(box, box, box), locate='boxes')
    assert result.status is OK and number_of(result.box) == BLUE


def middle(number, side=1000):
    x, y = OUTLINES[number].center
    return x / 320 * side, y / 240 * side


@pytest.mark.parametrize(
    ('prompts', 'form'),
    [
        ('roborefer', lambda at: '[' + ', '.join(f'({x:.3f}, {y:.3f})' for x, y in at) + ']'),
        ('gemini_er',
         lambda at: '[' + ', '.join(f'{{"point": [{y}, {x}]}}' for x, y in at) + ']'),
        ('molmo2', lambda at: '<points coords="1 '
         + ' '.join(f'{i} {round(x):03d} {round(y):03d}' for i, (x, y) in enumerate(at, 1))
         + '">mug</points>'),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ('sentence', 'numbers', 'status'),
    [
        ('the mug', (GREEN,), OK),
        ('the mug', (RED, BLUE), AMBIGUOUS),
        ('the blue mug', (RED, BLUE), OK),
    ],
)
def test_a_point_becomes_the_mask_and_box_of_what_it_lies_on(
    prompts, form, sentence, numbers, status
):
    side = 1 if prompts == 'roborefer' else 1000
    reply = form([middle(number, side) for number in numbers])
    result, _ = ground(sentence, reply, prompts=prompts, locate='point')
    assert result.status is status, result.message
    if status is OK:
        assert number_of(result.box) == numbers[-1]
        assert result.box.iou(OUTLINES[numbers[-1]]) > 0.7
        assert result.mask.area > 0.6 * result.box.area
    else:
        assert {number_of(each.box) for each in result.candidates} == set(numbers)
        assert all(each.mask is not None for each in result.candidates)


def test_two_points_on_one_thing_are_one_thing():
    x, y = middle(BLUE, 1)
    result, _ = ground('the mug', f'[({x:.3f}, {y:.3f}), ({x + 0.01:.3f}, {y:.3f})]',
                       prompts='roborefer')  # fmt: skip
    assert result.status is OK and number_of(result.box) == BLUE


def test_a_point_on_the_bare_table_is_not_found():
    x, y = BARE.center
    result, _ = ground('the mug', f'[({x / 320:.3f}, {y / 240:.3f})]', prompts='roborefer')
    assert result.status is NOT_FOUND
    assert 'nothing stands out of the support' in result.message

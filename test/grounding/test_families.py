"""Each family of models end to end through the server backend: found, none, and not readable."""

import pytest
from named_scene import RED, asked, boxes_as_json, scene

from realvlg_ros.errors import AnswerError
from realvlg_ros.grounding.grounding import GroundingStatus, never_aborted
from realvlg_ros.image_region import Box

FRAME, OUTLINES = scene()
MUG = OUTLINES[RED]
# The picture is fed at 308x252, multiples of 28, in whose pixels Qwen2.5-VL counts.
FED = (308, 252)


def corners(width, height, box=MUG):
    """A box in the units of a family, rounded."""
    sides = (width / 320, height / 240) * 2
    return [round(value * side) for value, side in zip(box.as_tuple(), sides, strict=True)]


def middle(size):
    x, y = MUG.center
    return size * x / 320, size * y / 240


NORM = corners(1000, 1000)
X, Y = (round(value) for value in middle(1000))
ANSWERS = {
    'realvlg': '<think>left</think>\n<answer>({},{}),({},{})</answer>'.format(*corners(320, 240)),
    'qwen2_5_vl': f'```json\n[{{"bbox_2d": {corners(*FED)}, "label": "mug"}}]\n```',
    'qwen3_vl': boxes_as_json(MUG),
    'qwen3_5': f'</think>\n{boxes_as_json(MUG)}',
    'cosmos3': f'[\n    {{"bbox_2d": {NORM}, "label": "red mug"}}\n]',
    'molmo2': f'<points coords="1 1 {X:03d} {Y:03d}">red mug</points>',
    'gemini_er': f'[{{"box_2d": {[NORM[1], NORM[0], NORM[3], NORM[2]]}, "label": "mug"}}]',
    'roborefer': '[({:.3f}, {:.3f})]'.format(*middle(1)),
    'locateanything': '<ref>red mug</ref><box><{}><{}><{}><{}></box>'.format(*NORM),
}
NONE = {
    'qwen2_5_vl': '[]', 'qwen3_vl': '```json\n[]\n```', 'qwen3_5': '[]', 'cosmos3': 'null',
    'molmo2': 'There are none.', 'gemini_er': '[]', 'roborefer': '[]',
    'locateanything': '<box>none</box>',
}  # fmt: skip


def grounder_of(name, *replies, **options):
    factor = 28 if name == 'qwen2_5_vl' else 32
    return asked(*replies, prompts=name, factor_px=factor, **options)


@pytest.mark.parametrize('name', sorted(ANSWERS))
@pytest.mark.parametrize('referee', ['off', 'veto'])
def test_an_answer_is_the_box_and_mask_of_the_thing(name, referee):
    grounder, server = grounder_of(name, ANSWERS[name], 'Yes', referee=referee)
    result = grounder.ground(FRAME, 'pick up the red mug', never_aborted)
    assert result.status is GroundingStatus.OK, result.message
    assert result.box.iou(MUG) > (0.6 if name in ('molmo2', 'roborefer') else 0.9)
    assert result.mask.box.iou(MUG) > 0.6
    assert 'red mug' in server.questions[0] and 'pick up' not in server.questions[0]


@pytest.mark.parametrize('name', sorted(NONE))
def test_none_is_not_found(name):
    grounder, _ = grounder_of(name, NONE[name])
    result = grounder.ground(FRAME, 'the red mug', never_aborted)
    assert result.status is GroundingStatus.NOT_FOUND
    assert 'the model answers' in result.message and result.candidates == ()


@pytest.mark.parametrize('name', sorted(ANSWERS))
@pytest.mark.parametrize('harm', [lambda text: text[: len(text) // 2], lambda _: 'It is there.'])
def test_what_cannot_be_read_is_asked_again_and_then_an_error(name, harm):
    grounder, server = grounder_of(name, *[harm(ANSWERS[name])] * 2)
    with pytest.raises(AnswerError, match='no valid .* in 2 replies'):
        grounder.ground(FRAME, 'the red mug', never_aborted)
    assert len(server.requests) == 2
    grounder, _ = grounder_of(name, harm(ANSWERS[name]), ANSWERS[name])
    assert grounder.ground(FRAME, 'the red mug', never_aborted).status is GroundingStatus.OK


@pytest.mark.parametrize(
    ('name', 'thinking', 'sent'),
    [
        ('qwen3_5', False, {'chat_template_kwargs': {'enable_thinking': False}}),
        ('qwen3_5', True, {'chat_template_kwargs': {'enable_thinking': True}}),
        ('locateanything', False, {'skip_special_tokens': False}),
        ('qwen3_vl', False, {}),
    ],
)
def test_the_switches_of_a_family_are_sent(name, thinking, sent):
    grounder, server = grounder_of(name, ANSWERS[name], thinking=thinking)
    grounder.ground(FRAME, 'the red mug', never_aborted)
    known = ('chat_template_kwargs', 'skip_special_tokens')
    assert {key: server.requests[0][key] for key in known if key in server.requests[0]} == sent


@pytest.mark.parametrize(
    ('sentence', 'slot', 'words'),
    [
        ('pick up the red mug on the left', '', 'the red mug on the left'),
        ('please give me the smallest yellow thing', '', 'the smallest yellow thing'),
        ('pick up the red mug on the left', 'sentence', 'pick up the red mug on the left'),
        ('pick up the red mug on the left', 'name', 'red mug'),
        ('put the red mug on the plate', '', 'the red mug'),
        ('the red one, no, the green one', '', 'the green one'),
        ('grab the frobnicator', '', 'the frobnicator'),
        # Where a phrase could leave something out, all of it is asked.
        ('do not take the red mug', '', 'do not take the red mug'),
        ('take the mug that I used yesterday', '', 'take the mug that I used yesterday'),
        ('take both mugs', '', 'take both mugs'),
        ('nimm die rote Tasse links', '', 'nimm die rote Tasse links'),
        ('pick up the mug <|im_end|>', 'sentence', 'pick up the mug ‹|im_end|›'),
    ],
)
def test_what_goes_into_the_slot(sentence, slot, words):
    question = 'based on the instruction: "{}".'
    grounder, server = grounder_of('realvlg', ANSWERS['realvlg'], slot=slot, referee='off')
    grounder.ground(FRAME, sentence, never_aborted)
    assert question.format(words) in server.questions[0]


def test_a_scale_of_another_family_is_told():
    grounder, _ = grounder_of('roborefer', '[(500, 300)]', '[(500, 300)]')
    with pytest.raises(AnswerError, match='outside 0 to 1; do the prompts and coordinates'):
        grounder.ground(FRAME, 'the red mug', never_aborted)


def test_boxes_outside_the_picture_are_no_answer():
    far = Box(300, 10, 400, 50)
    grounder, _ = grounder_of('qwen3_vl', boxes_as_json(far), boxes_as_json(far))
    with pytest.raises(AnswerError, match='outside 0 to 1000'):
        grounder.ground(FRAME, 'the red mug', never_aborted)

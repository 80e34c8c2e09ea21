"""Answers of each family as its models write them, none of them and malformed ones included."""

import re

import pytest

from realvlg_ros.errors import AnswerError
from realvlg_ros.grounding.realvlg.answer.answer_text import answer_expression, number_ranges
from realvlg_ros.grounding.realvlg.answer.reading import read_reply
from realvlg_ros.grounding.realvlg.coordinates import AnswerFrame, feed_size
from realvlg_ros.grounding.realvlg.prompts import PromptSet, Task, find_prompts
from realvlg_ros.image_region import Box

WIDTH, HEIGHT = 640, 480
SETS = (
    'realvlg', 'qwen2_5_vl', 'qwen3_vl', 'qwen3_5', 'cosmos3', 'molmo2', 'gemini_er', 'roborefer',
    'locateanything',
)  # fmt: skip
# The picture is fed at 644x476: multiples of 28.
FEED = feed_size(WIDTH, HEIGHT, 28, 0, 10**7)


def prompts_of(name):
    return PromptSet.from_yaml(find_prompts(name))


def frame_of(name):
    whole = Box(0, 0, WIDTH, HEIGHT)
    return AnswerFrame.of(prompts_of(name).coordinates, whole, (WIDTH, HEIGHT), FEED)


def read(name, task, text):
    frame = frame_of(name)
    ranges = number_ranges(task, frame.width, frame.height)
    return read_reply(text, prompts_of(name).task(task), ranges)


def in_pixels(name, task, reply):
    """The things of a reply in pixels of the image, rounded."""
    frame = frame_of(name)
    if task is Task.POINT:
        found = [frame.to_point(item.values) for item in reply.items]
    else:
        found = [frame.to_box(item.values).as_tuple() for item in reply.items]
    return [tuple(round(value) for value in each) for each in found]


MUG = (160, 120, 320, 360)


@pytest.mark.parametrize(
    ('name', 'task', 'text', 'expected'),
    [
        ('realvlg', Task.BOX, '<think>it is left</think>\n<answer>(160,120),(320,360)</answer>',
         [MUG]),
        ('realvlg', Task.BOX, '<answer>(160, 120), (320, 360)', [MUG]),
        ('realvlg', Task.BOX, '(160,120),(320,360)', [MUG]),
        ('qwen2_5_vl', Task.BOX,
         '```json\n[\n\t{"bbox_2d": [161, 119, 322, 357], "label": "mug"}\n]\n```', [MUG]),
        ('qwen3_vl', Task.BOX,
         '```json\n[\n\t{"bbox_2d": [250, 250, 500, 750], "label": "mug"}\n]\n```', [MUG]),
        ('qwen3_vl', Task.BOXES,
         '```json\n[\n\t{"bbox_2d": [250, 250, 500, 750], "label": "mug"},\n'
         '\t{"bbox_2d": [0, 0, 100, 100], "label": "mug"}\n]\n```', [MUG, (0, 0, 64, 48)]),
        ('qwen3_vl', Task.BOX, '{"bbox_2d": [250, 250, 500, 750]}', [MUG]),
        ('qwen3_vl', Task.BOX, '[250, 250, 500, 750]', [MUG]),
        ('qwen3_vl', Task.BOX, 'The mug [red] is at [250, 250, 500, 750].', [MUG]),
        ('qwen3_vl', Task.BOX, '{"objects": [{"bbox": [250.0, 250, 500, 750]}]}', [MUG]),
        ('qwen3_vl', Task.BOX, '{"bbox_2d": [[250, 250], [500, 750]]}', [MUG]),
        ('qwen3_vl', Task.BOX, "[{'bbox_2d': [250, 250, 500, 750], 'label': 'mug'},]", [MUG]),
        ('qwen3_vl', Task.BOX, 'Here:\n```json\n[{"bbox_2d": [250, 250, 500, 750]}]', [MUG]),
        ('qwen3_vl', Task.BOXES,
         '{"bbox_2d": [250, 250, 500, 750]}\n{"bbox_2d": [0, 0, 100, 100]}',
         [MUG, (0, 0, 64, 48)]),
        ('qwen3_vl', Task.BOXES,
         '```json\n[{"bbox_2d": [250, 250, 500, 750]}]\n```\nand\n'
         '```json\n[{"bbox_2d": [0, 0, 100, 100]}]\n```', [MUG, (0, 0, 64, 48)]),
        ('qwen3_5', Task.BOX,
         '<think>[{"bbox_2d": [1, 1, 2, 2]}]</think>[{"bbox_2d": [250, 250, 500, 750]}]', [MUG]),
        ('qwen3_5', Task.BOX, 'so</think>\n\n[{"bbox_2d": [250, 250, 500, 750]}]', [MUG]),
        ('cosmos3', Task.BOX,
         '```json\n[\n    {"bbox_2d": [250, 250, 500, 750], "label": "the mug"}\n]\n```', [MUG]),
        ('cosmos3', Task.POINT,
         '```json\n[\n    {"point_2d": [250, 500], "label": "target point"}\n]\n```',
         [(160, 240)]),
        ('molmo2', Task.POINT, '<points coords="1 1 250 500">red mug</points>', [(160, 240)]),
        ('molmo2', Task.POINT, '<points coords="1 1 250 500 2 050 005">mugs</points>',
         [(160, 240), (32, 2)]),
        ('molmo2', Task.POINT, '<point x="250" y="500" alt="mug">mug</point>', [(160, 240)]),
        ('molmo2', Task.POINT, '<points x1="250" y1="500" x2="50" y2="5" alt="mugs">mugs</points>',
         [(160, 240), (32, 2)]),
        ('gemini_er', Task.BOXES, '[{"box_2d": [250, 250, 750, 500], "label": "mug"}]', [MUG]),
        ('gemini_er', Task.POINT, '[{"point": [500, 250], "label": "mug"}]', [(160, 240)]),
        ('roborefer', Task.POINT, '[(0.25, 0.5)]', [(160, 240)]),
        ('roborefer', Task.POINT, '[(0.25, 0.5), (0.05, 0.01)]', [(160, 240), (32, 5)]),
        ('locateanything', Task.BOX,
         '<ref>red mug</ref><box><250><250><500><750></box>', [MUG]),
        ('locateanything', Task.BOX, '<box><250><250><500><750></box><box><0><0><100><100></box>',
         [MUG, (0, 0, 64, 48)]),
    ],
)  # fmt: skip
def test_what_a_family_writes_is_read_in_its_order_and_unit(name, task, text, expected):
    assert in_pixels(name, task, read(name, task, text)) == expected


@pytest.mark.parametrize(
    ('name', 'task', 'text'),
    [
        ('qwen3_vl', Task.BOX, '[]'),
        ('qwen3_vl', Task.BOXES, '```json\n[]\n```'),
        ('qwen3_vl', Task.BOX, 'null'),
        ('qwen3_vl', Task.BOX, '{"bbox_2d": [], "label": "mug"}'),
        ('qwen3_5', Task.BOX, '<think>no mug</think>\n```json\n[]\n```'),
        ('cosmos3', Task.POINT, '```json\n[ ]\n```'),
        ('molmo2', Task.POINT, 'There are none.'),
        ('gemini_er', Task.BOXES, '[]'),
        ('roborefer', Task.POINT, '[]'),
        ('locateanything', Task.BOX, '<box>none</box>'),
        ('locateanything', Task.BOX, '<ref>red mug</ref><box>none</box>'),
    ],
)
def test_none_is_an_answer(name, task, text):
    assert read(name, task, text).items == ()


@pytest.mark.parametrize(
    ('name', 'task', 'text', 'reason'),
    [
        ('realvlg', Task.BOX, 'no idea', 'holds no box answer'),
        ('realvlg', Task.BOX, '', 'holds no box answer'),
        ('realvlg', Task.BOX, '<think>it is somewhere', 'does not end.*max_tokens'),
        ('realvlg', Task.BOX, '<answer>(1,2),(3,4),(5,6)</answer>', 'tuples'),
        ('realvlg', Task.BOX, '<answer>(320,120),(160,360)</answer>', 'empty'),
        ('realvlg', Task.BOX, '<answer>(160,120),(900,360)</answer>', 'outside 0 to 640'),
        ('qwen3_vl', Task.BOX, '[{"bbox_2d": [250, 250, 1500, 750]}]', 'outside 0 to 1000'),
        ('qwen3_vl', Task.BOX, '[{"bbox_2d": [250, 250, 500]}]', 'expected 4 numbers'),
        ('qwen3_vl', Task.BOX, '[{"bbox_2d": ["a", 1, 2, 3]}]', 'expected 4 numbers'),
        ('qwen3_vl', Task.BOX, '[{"bbox_2d": [NaN, 1, 2, 3]}]', 'expected 4 numbers'),
        ('qwen3_vl', Task.BOX, '[{"bbox_2d": 7}]', 'expected 4 numbers'),
        ('qwen3_vl', Task.BOX, '[{"bbox_2d": [1, 2, 3, 4], "label": "m', 'breaks off'),
        ('qwen3_vl', Task.BOX, '[{"bbox_2d": [1, 2 3, 4]}]', 'not JSON'),
        ('qwen3_vl', Task.BOX, '[{"label": "mug"}]', 'without saying where'),
        ('qwen3_vl', Task.BOXES, '[[1, 2, 3, 4], [5, 6', 'breaks off'),
        ('qwen3_vl', Task.BOXES, '[{"bbox_2d": [1, 2, 3, 4]} {"bbox_2d": [5, 6, 7, 8]}]',
         'not JSON'),
        ('qwen3_vl', Task.BOX, '[{"point_2d": [1, 2]}]', 'expected one of bbox_2d'),
        ('qwen3_vl', Task.BOX, 'The mug [] is not there.', 'holds no box answer'),
        ('qwen3_vl', Task.BOX, 'I see no red mug in the image.', 'holds no box answer'),
        ('qwen3_vl', Task.BOX, '[' * 100_000, 'breaks off'),
        ('qwen3_vl', Task.BOX, '[a' * 100_000, 'holds no box answer'),
        # One of two that cannot be read hides a candidate: the whole is refused.
        ('qwen3_vl', Task.BOXES, '[{"bbox_2d": [1, 2, 3, 4]}, {"bbox_2d": [9, 9, 1, 1]}]',
         'empty'),
        ('qwen3_vl', Task.BOXES, str([{'bbox_2d': [1, 2, 3, 4]}] * 200), 'more than 100'),
        ('cosmos3', Task.POINT, '[{"bbox_2d": [1, 2, 3, 4]}]', 'expected one of point_2d'),
        ('molmo2', Task.POINT, '<points coords="2 1 250 500">x</points>', 'expected 1, then'),
        ('molmo2', Task.POINT, '<points coords="1 1 250">x</points>', 'expected 1, then'),
        ('molmo2', Task.POINT, '<point x="250">x</point>', 'without x or y'),
        ('molmo2', Task.POINT, '<points coords="1 1 25', 'cannot be read'),
        ('gemini_er', Task.BOXES, '[{"box_2d": [750, 250, 250, 500]}]', 'empty'),
        ('roborefer', Task.POINT, '[(25, 50)]', 'outside 0 to 1'),
        ('roborefer', Task.POINT, '[(0.1, 0.2, 0.3)]', 'expected 2 numbers'),
        ('locateanything', Task.BOX, '<box><1><2><3></box>', 'expected 4'),
        ('locateanything', Task.BOX, '<box><1><2><3><4>', 'does not end'),
        ('locateanything', Task.BOX, '<box>1, 2, 3, 4</box>', 'cannot be read'),
    ],
)  # fmt: skip
def test_malformed_answers_are_refused_with_the_reason(name, task, text, reason):
    with pytest.raises(AnswerError, match=reason) as raised:
        read(name, task, text)
    assert len(str(raised.value)) < 400


NUMBERS = {
    Task.BOX: {'x1': '1', 'y1': '2', 'x2': '30', 'y2': '40'},
    Task.POINT: {'x': '0', 'y': '1'},
    Task.GRASP: {'x': '1', 'y': '2', 'theta': '-3', 'width': '4'},
}


@pytest.mark.parametrize('name', SETS)
def test_the_form_of_every_task_is_what_its_expression_allows_and_the_parser_reads(name):
    prompts = prompts_of(name)
    for task, prompt in prompts.tasks.items():
        numbers = NUMBERS.get(task, NUMBERS[Task.BOX])
        form = prompt.form.about('the "red" mug')
        values = [numbers[field] for field in form.fields]
        thing = values[0] + ''.join(t + v for t, v in zip(form.inner, values[1:], strict=True))
        texts = [form.opening + thing + form.closing]
        if form.joint:
            texts.append(form.opening + form.joint.join([thing] * 3) + form.closing)
        for text in texts:
            reply = read(name, task, prompts.direct + text)
            expected = tuple(float(numbers[field]) for field in task.fields)
            assert {item.values for item in reply.items} == {expected}
            assert len(reply.items) == (3 if text is not texts[0] else 1)
            assert re.fullmatch(answer_expression(prompts, task, False), prompts.direct + text)
        if form.none:
            assert read(name, task, form.none).items == ()
            assert re.fullmatch(
                answer_expression(prompts, task, False), prompts.direct + form.none
            )


def test_a_family_says_its_order_unit_and_switches_as_data():
    order = {name: {p.order for p in prompts_of(name).tasks.values()} for name in SETS}
    assert {name for name, orders in order.items() if orders == {'yx'}} == {'gemini_er'}
    units = {name: prompts_of(name).coordinates.value for name in SETS}
    assert units['roborefer'] == 'norm1' and units['realvlg'] == 'original'
    assert prompts_of('qwen3_5').template_arguments(False) == {'enable_thinking': False}
    assert prompts_of('locateanything').request == {'skip_special_tokens': False}
    assert '<think>' in prompts_of('cosmos3').ask(Task.BOX, 'the mug', thinking=True)
    assert '<think>' not in prompts_of('cosmos3').ask(Task.BOX, 'the mug')
    assert [prompts_of(n).locating().value for n in ('qwen3_vl', 'molmo2', 'gemini_er')] == [
        'box', 'point', 'boxes',
    ]  # fmt: skip

"""Replies are read whatever spaces stand in them, and their form is told."""

import pytest

from realvlg_ros.errors import GroundingError
from realvlg_ros.grounding.realvlg.answer.answer_text import (
    number_ranges,
    parse_answer,
    reply_form,
)
from realvlg_ros.grounding.realvlg.prompts import PromptSet, Task, find_prompts

PROMPTS = PromptSet.from_yaml(find_prompts('realvlg'))
BOX = PROMPTS.task(Task.BOX)
RANGES = number_ranges(Task.BOX, 640, 480)


@pytest.mark.parametrize(
    'text',
    [
        '<answer>(1,2),(30,40)</answer>',
        '<answer>(1, 2), (30, 40)</answer>',
        ' <answer> ( 1 , 2 ) ,\n( 30 , 40 ) </answer> ',
        '<think>(5,6),(7,8)</think><answer>(1,2),(30,40)</answer>.',
    ],
)
def test_spaces_in_an_answer_do_not_matter(text):
    assert parse_answer(text, BOX, RANGES) == (1, 2, 30, 40)


@pytest.mark.parametrize('text', ['(1,2),(30,40)', '<answer>(1,2,30,40)</answer>', '1 2 30 40'])
def test_other_forms_are_no_answer(text):
    with pytest.raises(GroundingError, match='holds no box answer'):
        parse_answer(text, BOX, RANGES)


@pytest.mark.parametrize(
    ('text', 'thought', 'direct'),
    [
        ('<think>left</think> <answer>(1,2),(30,40)</answer>', True, False),
        ('<think>a < b > c</think><answer>(1, 2), (30, 40)</answer>', True, False),
        ('<think></think> <answer>(1,2),(30,40)</answer>', True, True),
        ('<answer>(1,2),(30,40)</answer>', False, False),
        ('<think>left</think> <answer>(1,2),(30,40)</answer> so', False, False),
        ('<think>left <answer>(1,2),(30,40)</answer>', False, False),
    ],
)
def test_the_form_of_a_whole_reply_is_told(text, thought, direct):
    forms = [reply_form(PROMPTS, Task.BOX, thinking) for thinking in (True, False)]
    assert [form.fullmatch(text) is not None for form in forms] == [thought, direct]


@pytest.mark.parametrize('name', ['realvlg', 'qwen2_5_vl', 'qwen3_vl'])
def test_what_a_prompt_set_writes_it_reads(name):
    prompts = PromptSet.from_yaml(find_prompts(name))
    for task, prompt in prompts.tasks.items():
        text = prompts.direct + prompt.write((10, 20, 30, 40))
        assert reply_form(prompts, task, thinking=False).fullmatch(' '.join(text.split()))
        assert parse_answer(text, prompt, number_ranges(task, 1000, 1000)) == (10, 20, 30, 40)

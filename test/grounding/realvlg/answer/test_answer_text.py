"""The form of a whole reply is told, whatever spaces stand in it."""

import pytest

from realvlg_ros.grounding.realvlg.answer.answer_text import reply_form
from realvlg_ros.grounding.realvlg.prompts import PromptSet, Task, find_prompts

PROMPTS = PromptSet.from_yaml(find_prompts('realvlg'))
JSON = PromptSet.from_yaml(find_prompts('qwen3_vl'))


@pytest.mark.parametrize(
    ('text', 'thought', 'direct'),
    [
        ('<think>left</think> <answer>(1,2),(30,40)</answer>', True, False),
        ('<think>a < b > c</think><answer>(1, 2), (30, 40)</answer>', True, False),
        ('<think></think> <answer>(1,2),(30,40)</answer>', True, True),
        ('<think></think><answer> ( 1 , 2 ) , ( 30 , 40 ) </answer>', True, True),
        ('<answer>(1,2),(30,40)</answer>', False, False),
        ('<think>left</think> <answer>(1,2),(30,40)</answer> so', False, False),
        ('<think>left <answer>(1,2),(30,40)</answer>', False, False),
        ('<think>left</think> <answer>(1,2,30,40)</answer>', False, False),
    ],
)
def test_the_form_of_a_whole_reply_is_told(text, thought, direct):
    forms = [reply_form(PROMPTS, Task.BOX, thinking) for thinking in (True, False)]
    assert [form.fullmatch(text) is not None for form in forms] == [thought, direct]


@pytest.mark.parametrize(
    ('task', 'text', 'right'),
    [
        (Task.BOX, '```json\n[{"bbox_2d": [1, 2, 3, 4], "label": "a mug"}]\n```', True),
        (Task.BOX, '```json [ {"bbox_2d":[1,2,3,4],"label":"a  mug"} ] ```', True),
        (Task.BOX, '[{"bbox_2d": [1, 2, 3, 4], "label": "a mug"}]', False),
        (Task.BOX, '```json\n[{"bbox_2d": [1, 2, 3], "label": "a mug"}]\n```', False),
        (Task.BOXES, '```json\n[]\n```', True),
    ],
)
def test_the_form_of_json_is_told(task, text, right):
    form = reply_form(JSON, task, thinking=False)
    assert (form.fullmatch(' '.join(text.split())) is not None) == right

import pytest

from realvlg_ros.errors import ParameterError
from realvlg_ros.grounding.realvlg.coordinates import Convention
from realvlg_ros.grounding.realvlg.prompts import PromptSet, Task, escape, find_prompts


def test_realvlg_box_prompt_is_the_published_one():
    prompts = PromptSet.from_yaml(find_prompts('realvlg'))
    assert prompts.task(Task.BOX).ask('pick up the red mug') == (
        'Predict the bounding box of the referred object in the image based on the instruction: '
        '"pick up the red mug". First output the thinking process in <think></think> tags and '
        'then output the final answer in <answer></answer> tags. Follow the format: '
        '<think>thinking</think>\n<answer>(x_min,y_min),(x_max,y_max)</answer>'
    )
    assert prompts.can_think
    assert prompts.coordinates is Convention.ORIGINAL
    assert set(prompts.tasks) == set(Task)


@pytest.mark.parametrize(
    ('name', 'convention'),
    [('qwen2_5_vl', Convention.RESIZED), ('qwen3_vl', Convention.NORM1000)],
)
def test_stock_prompts_have_a_probe_and_their_convention(name, convention):
    prompts = PromptSet.from_yaml(find_prompts(name))
    assert prompts.coordinates is convention
    assert not prompts.can_think
    assert prompts.probe.ask('a "mug"').count('"') == 2


@pytest.mark.parametrize(
    ('words', 'inside'),
    [
        ('the "red" mug', "the 'red' mug"),
        ('<|im_end|>', '‹|im_end|›'),
        ('a\nb\tc\u200bd\u202ee', 'a b c d e'),
        ('“x”', "'x'"),
        ('{desc} {x1}', '{desc} {x1}'),
    ],
)
def test_escape(words, inside):
    assert escape(words) == inside


def test_a_slot_in_the_instruction_is_not_filled_again():
    prompt = PromptSet.from_yaml(find_prompts('realvlg')).task(Task.BOX)
    assert prompt.ask('{desc} mug').count('{desc}') == 1


@pytest.mark.parametrize(
    ('text', 'reason'),
    [
        ('tasks: {box: {question: "no slot", answer: "({x1},{y1}),({x2},{y2})"}}', 'once'),
        ('tasks: {box: {question: "{desc}", answer: "({x1},{y1})"}}', 'order'),
        ('tasks: {box: {question: "{desc}", answer: "({x1},{y1}),({x2},{y2}"}}', 'after them'),
        ('tasks: {cup: {question: "{desc}", answer: ""}}', 'cup'),
        ('tasks: [', 'expected'),
    ],
)
def test_a_broken_prompt_file_is_refused_with_the_reason(tmp_path, text, reason):
    path = tmp_path / 'mine.yaml'
    path.write_text(f'system: ""\ncoordinates: resized\n{text}\n')
    with pytest.raises(ParameterError, match=reason):
        PromptSet.from_yaml(path)


def test_an_unknown_name_says_where_it_looked():
    with pytest.raises(ParameterError, match='prompts holds.*realvlg.yaml'):
        find_prompts('nonsense')


@pytest.mark.parametrize(
    ('task', 'values', 'text'),
    [
        (Task.BOX, (1, 20, 300, 4), '<answer>(1,20),(300,4)</answer>'),
        (Task.GRASP, (70.25, 41.5, -0.001, 30.0), '<answer>(70.25, 41.5, 0, 30)</answer>'),
        (Task.GRASP, (7, 100, -90.0, 0.5), '<answer>(7, 100, -90, 0.5)</answer>'),
        (Task.CONTACT, (9.6, 118, 0, -0.2), '<answer>(10,118),(0,0)</answer>'),
    ],
)
def test_an_answer_is_written_as_it_is_read(task, values, text):
    prompts = PromptSet.from_yaml(find_prompts('realvlg'))
    assert prompts.task(task).write(values) == text
    before, after = prompts.task(task).asked
    assert prompts.task(task).ask('a cup') == f'{before}a cup{after}'

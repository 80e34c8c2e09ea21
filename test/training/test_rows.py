"""Rows of a training: what is asked, what is learned, and pictures in another light."""

import numpy as np
import pytest
from training_samples import BOX, HEIGHT, RECTANGLES, WIDTH, made_sample

from realvlg_ros.evaluation.dataset import Expected, Sample, Truth
from realvlg_ros.grounding.realvlg.coordinates import Convention
from realvlg_ros.grounding.realvlg.prompts import PromptSet, find_prompts
from realvlg_ros.training.data.randomize import randomize
from realvlg_ros.training.data.rows import Manner, Rows
from realvlg_ros.training.data.settings import DataSettings, RandomizeSettings
from realvlg_ros.training.data.tasks import TrainedTask

PROMPTS = PromptSet.from_yaml(find_prompts('realvlg'))
DATA = DataSettings(min_pixels=0, max_pixels=2**20)


def rows_of(
    samples, tasks, answers=True, share=0.0, data=DATA, convention=Convention.ORIGINAL,
    prompts=PROMPTS, thinking=False,
):  # fmt: skip
    manner = Manner(prompts, convention, 28, answers, 3, thinking)
    return Rows(samples, tasks, manner, data, RandomizeSettings(share=share))


def test_a_row_asks_as_the_backend_does_and_answers_in_the_picture():
    (row,) = rows_of([made_sample()], [TrainedTask.BOX])
    question = PROMPTS.task(TrainedTask.BOX.asked).ask('the red block')
    assert row['prompt'] == [
        {'role': 'system', 'content': PROMPTS.system}, {'role': 'user', 'content': question},
    ]  # fmt: skip
    assert row['image'].size == (WIDTH, HEIGHT)
    answer = PROMPTS.direct + '<answer>(40,60),(140,160)</answer>'
    assert row['completion'] == [{'role': 'assistant', 'content': answer}]
    assert row['question'].sample.truth.boxes == (BOX,)


@pytest.mark.parametrize(
    ('name', 'sentence', 'thinking', 'asked', 'answer'),
    [
        ('realvlg', 'Could you hand me the red block, please?', False,
         'instruction: "the red block"', '<answer>(40,60),(140,160)</answer>'),
        ('qwen3_vl', 'take the red block', False, 'meant by "the red block"',
         '"bbox_2d": [143, 268, 500, 714], "label": "the red block"}'),
        ('cosmos3', 'the red block', True, 'after the </think> tag.',
         '"bbox_2d": [143, 268, 500, 714], "label": "the red block"}'),
    ],
)  # fmt: skip
def test_questions_and_answers_are_those_of_the_family(name, sentence, thinking, asked, answer):
    prompts = PromptSet.from_yaml(find_prompts(name))
    sample = Sample('one', made_sample().view, sentence, Truth((BOX,)))
    (row,) = rows_of([sample], [TrainedTask.BOX], convention=prompts.coordinates,
                     prompts=prompts, thinking=thinking)  # fmt: skip
    assert asked in row['prompt'][-1]['content']
    assert answer in row['completion'][0]['content']


def test_answers_count_as_the_convention_says():
    small = DataSettings(min_pixels=0, max_pixels=WIDTH * HEIGHT // 4)
    texts = [
        rows_of([made_sample()], [TrainedTask.BOX], data=small, convention=convention)[0]
        for convention in (Convention.RESIZED, Convention.NORM1000)
    ]
    assert texts[0]['completion'][0]['content'].endswith('<answer>(20,30),(70,80)</answer>')
    assert texts[0]['image'].size == (140, 112)
    assert texts[1]['completion'][0]['content'].endswith('<answer>(143,268),(500,714)</answer>')


def test_only_what_a_sample_says_is_asked():
    bare = Sample('bare', made_sample().view, 'the block', Truth((BOX,)))
    absent = Sample('absent', bare.view, 'the cup', Truth(), expected=Expected.ABSENT)
    rows = rows_of([made_sample(), bare, absent], list(TrainedTask), answers=False)
    asked = [(row['question'].sample.key, row['question'].task.value) for row in rows]
    assert asked == [
        ('one', 'box'), ('one', 'mask'), ('one', 'grasp'), ('one', 'contact'), ('bare', 'box')
    ]  # fmt: skip
    assert 'completion' not in rows[0]


def test_one_of_several_grasps_is_learned_in_an_epoch():
    rows = rows_of([made_sample()] * 20, [TrainedTask.GRASP])

    def learned():
        return [row['completion'][0]['content'] for row in rows]

    first = learned()
    assert set(first) == {
        PROMPTS.direct + f'<answer>({r.x:g}, {r.y:g}, 0, 40)</answer>' for r in RECTANGLES
    }
    assert learned() == first
    rows.set_epoch(1)
    assert learned() != first
    always = rows_of([made_sample()] * 20, [TrainedTask.GRASP], data=DataSettings(label='first'))
    assert len({row['completion'][0]['content'] for row in always}) == 1


def test_every_answer_to_a_question_sees_the_same_change():
    rows = rows_of([made_sample()] * 2, [TrainedTask.BOX], answers=False, share=1.0)
    one, same, other = (np.asarray(rows[index]['image']) for index in (0, 0, 1))
    assert (one == same).all()
    assert (one != other).any()
    rows.set_epoch(1)
    assert (np.asarray(rows[0]['image']) != one).any()
    batch = rows.batch({'row': [1, 1]})
    assert (np.asarray(batch['image'][0]) == np.asarray(batch['image'][1])).all()


GREY = np.full((50, 60, 3), 100, np.uint8)
STILL = {'share': 1.0, 'brightness': 0.0, 'contrast': 0.0, 'temperature': 0.0, 'noise': 0.0}


@pytest.mark.parametrize(
    ('changed', 'check'),
    [
        ({'brightness': 0.5}, lambda a: len(np.unique(a)) == 1 and 50 <= a[0, 0, 0] <= 150),
        # About the mean, which grey is.
        ({'contrast': 0.5}, lambda a: (a == 100).all()),
        (
            {'temperature': 0.2},
            lambda a: a[0, 0, 1] == 100 and abs(int(a[0, 0, 0]) + int(a[0, 0, 2]) - 200) <= 1,
        ),
        ({'noise': 20.0}, lambda a: 0.5 < a.std() <= 20.5 and abs(a.mean() - 100) < 2),
        ({}, lambda a: (a == 100).all()),
        ({'share': 0.0, 'brightness': 0.5}, lambda a: (a == 100).all()),
    ],
)
def test_pictures_are_changed_as_far_as_is_allowed(changed, check):
    settings = RandomizeSettings(**(STILL | changed))
    for seed in range(20):
        picture = randomize(GREY, settings, np.random.default_rng(seed))
        assert picture.dtype == np.uint8 and picture.shape == GREY.shape
        assert check(picture), (changed, seed)

"""Rewards of replies, against cases that were computed by hand."""

import math

import pytest
from training_samples import BOX, HEIGHT, WIDTH, MadeView, ask, made_sample

from realvlg_ros.errors import FrameError, ParameterError
from realvlg_ros.grounding.realvlg.coordinates import Convention
from realvlg_ros.grounding.realvlg.prompts import PromptSet, find_prompts
from realvlg_ros.image_region import RegionMask
from realvlg_ros.segmentation.segmenter import Segmentation
from realvlg_ros.training.data.tasks import TrainedTask
from realvlg_ros.training.rewards.masks import MaskJudge
from realvlg_ros.training.rewards.reply import ReplyReader
from realvlg_ros.training.rewards.reward import AnswerReward
from realvlg_ros.training.rewards.settings import RewardSettings

PROMPTS = PromptSet.from_yaml(find_prompts('realvlg'))
THOUGHT = '<think>it is red</think>'
READER = ReplyReader(PROMPTS, [task.asked for task in TrainedTask], thinking=True)
RIGHT = f'{THOUGHT}\n<answer>(40,60),(140,160)</answer>'
# Half as far again to the right: a third of the union is common.
MOVED = f'{THOUGHT}\n<answer>(90,60),(190,160)</answer>'
DIAGONAL = math.hypot(WIDTH, HEIGHT)


def reward(task, name, *replies, sample=None):
    judge = AnswerReward(task, READER, RewardSettings(name=name))
    question = ask(task, sample)
    turns = [[{'role': 'assistant', 'content': text}] for text in replies]
    return judge(completions=turns, question=[question] * len(turns), prompts=None)


CASES = [
    # 0.9 IoU + 0.1 format; 1 from an IoU of 0.5 on.
    (TrainedTask.BOX, 'code', RIGHT, 1.0),
    (TrainedTask.BOX, 'code', MOVED, 0.9 / 3 + 0.1),
    (TrainedTask.BOX, 'code', '<answer>(40,60),(140,160)</answer>', 0.9),
    (TrainedTask.BOX, 'code', f'{THOUGHT} <answer>(40, 60), (140, 160)</answer>', 1.0),
    (TrainedTask.BOX, 'code', f'{THOUGHT}\n<answer>(140,160),(40,60)</answer>', 0.1),
    (TrainedTask.BOX, 'code', f'{THOUGHT}\n<answer>(40,60),(140,1600)</answer>', 0.1),
    (TrainedTask.BOX, 'code', 'a red block', 0.0),
    (TrainedTask.BOX, 'code', '', 0.0),
    (TrainedTask.BOX, 'paper', RIGHT, 1.0),
    (TrainedTask.BOX, 'paper', MOVED, 0.0),
    (TrainedTask.BOX, 'paper', 'a red block', 0.0),
    # Of several boxes none counts, nor does their form.
    (TrainedTask.BOX, 'code', f'{THOUGHT}\n<answer>(40,60),(140,160),(0,0),(9,9)</answer>', 0.0),
    # 0.9 / (1 + Huber) + 0.1: x off by 3 (2.5), width by 0.5 (0.125), to the nearer of two truths.
    (TrainedTask.GRASP, 'code', f'{THOUGHT} <answer>(90, 110, 0, 40)</answer>', 1.0),
    (
        TrainedTask.GRASP, 'code', f'{THOUGHT} <answer>(203, 50, 0, 40.5)</answer>',
        0.9 / 3.625 + 0.1,
    ),
    # A right angle: cos and sin off by 1 each.
    (TrainedTask.GRASP, 'paper', f'{THOUGHT} <answer>(90, 110, 90, 40)</answer>', -1.0),
    # Half a turn is none.
    (TrainedTask.GRASP, 'paper', f'{THOUGHT} <answer>(90, 110, 180, 40)</answer>', 0.0),
    (TrainedTask.GRASP, 'paper', f'{THOUGHT} <answer>(90, 110, 0)</answer>',
     -(WIDTH + HEIGHT + DIAGONAL - 1.5 + 3.0)),
    # Pairs of 40 px, 80 px high, moved by half their width: a third is common; 20 px a point.
    (TrainedTask.CONTACT, 'code', f'{THOUGHT} <answer>(90,110),(130,110)</answer>', 0.9 / 3 + 0.1),
    (TrainedTask.CONTACT, 'paper', f'{THOUGHT} <answer>(90,110),(130,110)</answer>', 1 - 40.0),
    (TrainedTask.CONTACT, 'paper', f'{THOUGHT} <answer>(70,110),(110,110)</answer>', 1.0),
    (TrainedTask.CONTACT, 'paper', f'{THOUGHT} <answer>(7,1),(7,1)</answer>', -2 * DIAGONAL),
]  # fmt: skip


@pytest.mark.parametrize(('task', 'name', 'reply', 'expected'), CASES)
def test_rewards_are_those_computed_by_hand(task, name, reply, expected):
    assert reward(task, name, reply) == [pytest.approx(expected)]


def test_the_nearest_of_several_boxes_counts():
    other = type(BOX)(90, 60, 190, 160)
    sample = made_sample(boxes=(BOX, other))
    assert reward(TrainedTask.BOX, 'code', MOVED, sample=sample) == [pytest.approx(1.0)]


def test_answers_of_other_tasks_have_no_reward_and_valid_ones_are_counted():
    judge = AnswerReward(TrainedTask.BOX, READER, RewardSettings())
    figures = {}
    rewards = judge(
        completions=[[{'content': RIGHT}], [{'content': RIGHT}], [{'content': 'no'}]],
        question=[ask(TrainedTask.BOX), ask(TrainedTask.GRASP), ask(TrainedTask.BOX)],
        log_metric=figures.__setitem__, trainer_state=None,
    )  # fmt: skip
    assert rewards == [pytest.approx(1.0), None, 0.0]
    assert figures == {'valid_box': 0.5}
    assert judge.__name__ == 'code_box'


@pytest.mark.parametrize('convention', [c for c in Convention if c.in_whole_numbers])
def test_coordinates_of_replies_are_those_of_the_model(convention):
    question = ask(TrainedTask.BOX, convention=convention)
    text = f'{THOUGHT}\n{question.answer(0)}'
    assert READER.read(text, question).box.iou(BOX) > 0.98


def test_json_is_rewarded_as_it_is_asked_for():
    prompts = PromptSet.from_yaml(find_prompts('qwen3_vl'))
    question = ask(TrainedTask.BOX, prompts='qwen3_vl', convention=prompts.coordinates)
    reader = ReplyReader(prompts, [TrainedTask.BOX.asked], thinking=False)
    right = question.answer(0)
    read = [reader.read(text, question) for text in (right, right.strip('`json\n'), 'no')]
    assert [reply.valid for reply in read] == [True, False, False]
    assert all(reply.box.iou(BOX) > 0.98 for reply in read[:2]) and read[2].box is None


def test_a_reply_without_a_thought_follows_the_direct_form_alone():
    direct = ReplyReader(PROMPTS, [TrainedTask.BOX.asked], thinking=False)
    question = ask(TrainedTask.BOX)
    assert direct.read(PROMPTS.direct + question.answer(0), question).valid
    assert not direct.read(RIGHT, question).valid
    assert not READER.read(RIGHT + ' and more', question).valid


class WholeBox:
    """A segmenter that takes the box for the object."""

    name = 'whole'

    def segment(self, frame, box):
        full = frame.depth < 0
        full[box.slices()] = True
        if box.width > 200:
            raise FrameError('nothing stands out')
        return Segmentation(RegionMask.from_full(full), None, 'the box')


@pytest.mark.parametrize(
    ('name', 'reply', 'expected'),
    [
        # IoU and structure are 1.
        ('code', RIGHT, 1.0),
        ('paper', RIGHT, 2.0),
        # Nothing is cut: no overlap, no structure.
        ('code', f'{THOUGHT}\n<answer>(0,0),(280,224)</answer>', 0.1),
        ('paper', 'no box', 0.0),
    ],
)
def test_masks_are_cut_from_the_answered_box(name, reply, expected):
    judge = MaskJudge(WholeBox())
    read = READER.read(reply, ask(TrainedTask.MASK))
    assert judge(read, RewardSettings(name=name)) == pytest.approx(expected, abs=1e-6)


def test_the_mask_reward_goes_through_the_segmenter_of_the_package():
    sample = made_sample()
    first, second = reward(TrainedTask.MASK, 'code', RIGHT, MOVED, sample=sample)
    assert first > 0.9
    assert second < first
    # Both answers to one question are judged on one reading of its picture.
    assert len(sample.view.loads) == 1


def test_masks_from_depth_need_depth():
    sample = made_sample()
    object.__setattr__(sample, 'view', MadeView(has_depth=False))
    with pytest.raises(ParameterError, match='has no depth.*reward.sam2_checkpoint'):
        reward(TrainedTask.MASK, 'code', RIGHT, sample=sample)

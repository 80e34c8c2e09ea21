"""What the grounding benchmark calls true of a simulated scene, and what its sentences ask."""

import ast
from pathlib import Path

import numpy as np
import pytest

from benchmarks.grounding import sentences
from benchmarks.grounding.discovery import discover
from benchmarks.grounding.judging import judge
from benchmarks.grounding.running import truth_of
from benchmarks.grounding.sentences import Sentence, make_sentences
from benchmarks.grounding.truth import speaker_axes
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus
from realvlg_ros.image_region import RegionMask
from realvlg_ros.simulation.trajectory import look_at

SEEDS = (3, 4, 11)


@pytest.fixture(scope='module')
def truths():
    return [truth_of(seed) for seed in SEEDS]


@pytest.mark.parametrize('roll', [0, 90, 180, 270])
def test_the_speaker_s_right_does_not_roll_with_the_camera(roll):
    pose = look_at((-0.6, 0.0, 0.5), (0.0, 0.0, 0.0))
    turn, angle = np.eye(4), np.radians(roll)
    turn[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    right, away = speaker_axes(pose @ turn)
    np.testing.assert_allclose(right, (0, -1), atol=1e-9)
    np.testing.assert_allclose(away, (1, 0), atol=1e-9)


def test_equal_seeds_give_equal_scenes_and_sentences(truths):
    again = truth_of(SEEDS[0])
    np.testing.assert_array_equal(again.rendered.frame.color, truths[0].rendered.frame.color)
    assert make_sentences(again, 1) == make_sentences(truths[0], 1)


def test_sentences_say_what_is_true(truths):
    for truth in truths:
        for sentence in make_sentences(truth, truth.scene.seed):
            meant = [s for s in truth.seen if s.index in sentence.things]
            assert (sentence.status == 'NOT_FOUND') == (not meant)
            if sentence.kind == 'colour':
                assert meant[0].color in sentence.text
                assert sum(s.color == meant[0].color for s in truth.seen) == 1


def test_a_true_mask_is_right_and_another_one_wrong(truths):
    truth = truths[0]
    first, second = truth.clear[:2]
    sentence = Sentence('colour', 'it', 'OK', (first.index,))

    def answer(item):
        region = RegionMask.from_full(item.mask)
        return Grounding(GroundingStatus.OK, 'it', box=region.box, mask=region)

    assert judge(sentence, truth, answer(first)).outcome == 'right'
    wrong = judge(sentence, truth, answer(second))
    assert (wrong.outcome, wrong.taken) == ('wrong', second.placed.item.name)
    asked = Sentence('ambiguous', 'it', 'AMBIGUOUS', (first.index, second.index))
    assert judge(asked, truth, answer(first)).outcome == 'wrong'


def test_found_split_and_merged_things_are_counted(truths):
    truth = truths[0]
    masks = [s.mask for s in truth.seen]
    whole = discover(truth, masks)
    assert all(t.matched and t.parts == 1 and not t.merged for t in whole.things)
    merged = discover(truth, [masks[0] | masks[1], *masks[2:]])
    assert sum(t.merged for t in merged.things) == 2
    left = masks[0].copy()
    left[:, int(np.nonzero(left)[1].mean()) :] = False
    split = discover(truth, [left, masks[0] & ~left, *masks[1:]])
    assert [t.parts for t in split.things if t.name == truth.seen[0].placed.item.name] == [2]


def test_the_sentences_do_not_know_the_grammar():
    for path in Path(sentences.__file__).parent.glob('*.py'):
        if path.name in ('frames.py', 'parts.py', 'running.py'):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                assert 'tabletop' not in (node.module or ''), path

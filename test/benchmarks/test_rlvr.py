"""The arithmetic of the comparison of trainings, and the toy's grasps."""

import math

import numpy as np
import pytest

from benchmarks.rlvr import FIGURES, METHODS, compare, interval, table, verdict
from benchmarks.toy.samples import draw_samples, grasps_of
from benchmarks.toy.scenes import Shape
from realvlg_ros.evaluation.metrics import grasp_is_right


def test_the_interval_is_students():
    # Deviation 1 of three: t(0.975, 2) = 4.303, over the root of 3.
    assert interval([1.0, 2.0, 3.0]) == (2.0, pytest.approx(4.3027 / math.sqrt(3), abs=1e-3))
    assert interval([0.5]) == (0.5, math.inf)


def results(gain):
    return [
        {
            'method': method, 'seed': seed, 'curve': [{'step': 7}],
            'test': dict.fromkeys(FIGURES, 0.5 + 0.1 * seed + gain * (method == 'grpo')),
        }
        for method in METHODS
        for seed in range(3)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ('gain', 'words'),
    [(0.2, 'grpo is better than SFT'), (-0.2, 'grpo is worse than SFT'),
     (0.0, 'grpo cannot be told from SFT')],
)  # fmt: skip
def test_differences_are_taken_seed_by_seed(gain, words):
    report = compare(results(gain), dict.fromkeys(FIGURES, 0.4))
    assert report.figures['grpo_less_sft_grasp_acc'] == pytest.approx(gain)
    # The seeds differ by more than the methods; the pairs do not differ.
    assert report.figures['grpo_less_sft_grasp_acc_half_interval'] == pytest.approx(0, abs=1e-9)
    assert report.figures['grpo_grasp_acc_half_interval'] > 0.2
    assert report.figures['sft_steps'] == 7
    assert words in verdict(report)
    assert table(report).splitlines()[2].startswith('box_giou')


@pytest.mark.parametrize('kind', ['circle', 'square', 'bar'])
def test_every_grasp_of_a_shape_holds_it(kind):
    sides = (60, 20, 0.4) if kind == 'bar' else (40, 40, 0.0)
    shape = Shape(kind, 'red', 100, 90, *sides)
    grasps = grasps_of(shape)
    assert len(grasps) >= 5
    for grasp in grasps:
        # The opening spans what is held there, and its centre is on the shape.
        assert grasp.width >= min(sides[:2]) * 1.4
        assert np.linalg.norm(grasp.center - (100, 90)) <= sides[0] / 2
        assert grasp_is_right(grasp, grasps)
    if kind == 'bar':
        assert grasp_is_right(shape.rectangle, grasps)


def test_which_grasp_comes_first_is_chance():
    samples = [s for s in draw_samples(2, 40) if s.label == 'circle']
    assert len({round(s.truth.rectangles[0].angle, 3) for s in samples}) > 2
    again = [s for s in draw_samples(2, 40) if s.label == 'circle']
    assert [s.truth.rectangles for s in again] == [s.truth.rectangles for s in samples]

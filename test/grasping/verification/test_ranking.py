from dataclasses import replace

import numpy as np
import pytest
from contexts import context_around

from realvlg_ros.grasping.candidates import Candidates
from realvlg_ros.grasping.collision.collision import Collisions
from realvlg_ros.grasping.contact.closing import Closing
from realvlg_ros.grasping.observation.target_cloud import TargetCloud
from realvlg_ros.grasping.verification.ranking import (
    HOLDS,
    WEIGHTS,
    diverse,
    holding_probability,
    order_score,
    term_values,
)

WIDTH = 0.04


def cuboid():
    low, high = np.array([-0.02, -0.06, 0]), np.array([0.02, 0.06, 0.08])
    points = np.random.default_rng(0).uniform(low, high, (4000, 3))
    return TargetCloud(points, np.tile((0, 0, 1.0), (4000, 1)), np.ones(4000, bool), 4000)


def evaluate(leans=(0.0,), middles=((0, 0, 0.04),)):
    """Score of candidates that open along x, lean about it and differ in nothing else."""
    count = max(len(leans), len(middles))
    leans, middles = np.resize(leans, count), np.resize(middles, (count, 3))
    approach = np.stack([np.zeros(count), np.sin(leans), -np.cos(leans)], axis=1)
    axes = np.tile((1.0, 0, 0), (count, 1))
    rotations = np.stack([np.cross(axes, approach), axes, approach], axis=-1)
    same = np.full(count, WIDTH)
    candidates = Candidates(rotations, middles, same, same + 0.016, np.zeros(count, bool))
    half = axes * WIDTH / 2
    closing = Closing(
        np.stack([middles - half, middles + half], axis=1), same, np.ones(count),
        np.full((count, 2), 20), np.full(count, 0.02), np.ones((count, 2)),
        np.zeros(count, int),
    )  # fmt: skip
    free = np.zeros(count, bool)
    unseen = np.zeros(count)
    hits = Collisions(free, free, free, unseen, unseen, np.zeros((count, 2)))
    terms = term_values(context_around(cuboid()), candidates, closing, hits)
    assert terms.keys() == WEIGHTS.keys()
    return order_score(terms), terms


def test_a_small_lean_costs_in_proportion():
    score, terms = evaluate(leans=np.radians([0, 5, 10, 45, 90]))
    assert (np.diff(score) < 0).all()
    loss = 1 - terms['approach']
    assert loss[0] == pytest.approx(0, abs=1e-6)
    assert loss[2] / loss[1] == pytest.approx(2, abs=0.02)
    assert terms['approach'][-1] == pytest.approx(0.5)


def test_sliding_costs_in_proportion_above_the_centre_too():
    """A slide along the object counts as much when the contacts are high above its centre."""
    for height in (0.04, 0.07):
        score, terms = evaluate(middles=[(0, y, height) for y in (0.0, 0.005, 0.01)])
        assert (np.diff(score) < 0).all()
        loss = terms['centering'][0] - terms['centering']
        assert loss[2] / loss[1] == pytest.approx(2, abs=0.3)
        assert loss[2] > 0.1


def test_the_best_of_what_is_nearly_equal_is_kept():
    middles = np.array([[0, 0, 0.04], [0, 0.005, 0.04], [0, 0.03, 0.04]])
    turn = np.array([[0, 1.0, 0], [1, 0, 0], [0, 0, -1]])
    same = np.full(3, WIDTH)
    batch = Candidates(np.tile(turn, (3, 1, 1)), middles, same, same, np.zeros(3, bool))
    assert diverse(batch, np.array([1, 0, 2]), 10) == [1, 2]
    assert diverse(batch, np.array([1, 0, 2]), 1) == [1]
    leaned = batch.rotations.copy()
    leaned[0] = leaned[0] @ np.array([[np.cos(0.5), 0, np.sin(0.5)], [0, 1, 0],
                                      [-np.sin(0.5), 0, np.cos(0.5)]])  # fmt: skip
    assert diverse(replace(batch, rotations=leaned), np.array([1, 0, 2]), 10) == [1, 0, 2]


def test_quality_falls_where_a_grasp_is_likely_to_fail_and_is_near_one_where_it_is_not():
    good = {name: np.ones(1) for name in WEIGHTS}
    assert 0.98 < holding_probability(good)[0] < 1
    for name in HOLDS:
        values = (1, 0.5, 0.2, 0.1)
        steps = [holding_probability(good | {name: np.array([v])})[0] for v in values]
        assert (np.diff(steps) < 0).all()
    poor = good | {'overlap': np.array([0.1]), 'centering': np.array([0.5])}
    assert holding_probability(poor)[0] < 0.5
    for name in WEIGHTS.keys() - HOLDS.keys():
        assert holding_probability(good | {name: np.array([0.3])}) == holding_probability(good)

"""A part of a thing, such as a cap, is told from a thing that touches another, by a chance."""

import numpy as np
import pytest

from benchmarks.grounding.parts import fitted, pairs_of
from benchmarks.grounding.running import truth_of
from realvlg_ros.grounding.tabletop import TabletopGrounder
from realvlg_ros.grounding.tabletop.bond import EVIDENCE, Bond

# Scenes that the weights were not fitted to.
SEEDS = range(1000, 1006)


@pytest.fixture(scope='module')
def truths():
    return {seed: truth_of(seed) for seed in SEEDS}


def test_parts_have_a_higher_score_than_things_that_touch(truths):
    pairs = []
    for seed, truth in truths.items():
        frame, instances = truth.rendered.frame, truth.rendered.instance_ids
        pairs += pairs_of(frame, instances, len(truth.scene.placed), seed)
    scores = np.array([Bond(0, 1, pair.evidence).score for pair in pairs])
    parts = np.array([pair.is_part for pair in pairs])
    assert parts.sum() >= 5
    assert (~parts).sum() >= 10
    higher = scores[parts][:, None] > scores[~parts][None]
    assert higher.mean() > 0.8


def test_what_may_be_a_part_names_its_thing(truths):
    doubtful, objects = 0, 0
    for truth in truths.values():
        _, seen = TabletopGrounder().see(truth.rendered.frame)
        objects += len(seen)
        for index, item in enumerate(seen):
            assert 0 <= item.whole <= 1
            if item.part_of is None:
                assert item.whole >= 0.8
            else:
                doubtful += 1
                assert item.whole < 0.8
                assert item.part_of != index
                assert seen[item.part_of].region.area >= item.region.area
    assert 0 < doubtful < 0.3 * objects


def test_weights_are_those_of_the_odds():
    random = np.random.default_rng(0)
    evidence = random.normal(size=(4000, 3)) * (1, 5, 0.2)
    truth = np.array([-0.5, 1.0, -0.3, 4.0])
    chances = 1 / (1 + np.exp(-(truth[0] + evidence @ truth[1:])))
    is_part = (random.random(4000) < chances).astype(float)
    np.testing.assert_allclose(fitted(evidence, is_part), truth, atol=0.3)


def test_a_small_slender_piece_of_the_same_paint_is_rather_a_part_than_a_large_one_of_another():
    def score(**evidence):
        return Bond(0, 1, np.array([evidence.get(name, 0.0) for name in EVIDENCE])).score

    part = score(border=1.5, same_paint=1.0, size=0.6, slender=1.0, relative_size=-1.0)
    thing = score(border=0.5, chroma=2.0, step=2.0, size=2.0, beyond=2.0, relative_size=-0.2)
    assert part > 0.7
    assert thing < 0.1

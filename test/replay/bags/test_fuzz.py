"""Mutated bags, messages and frame folders end with an error of the package, or are read.

`python -m benchmarks.bag_fuzz` goes through 100 000 of them.
"""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not installed')

from benchmarks.bag_fuzz.cases import Fuzz, Outcome
from benchmarks.bag_fuzz.mutations import mutate
from benchmarks.bag_fuzz.seeds import make_seeds
from realvlg_ros.replay.bags.bag import Bag
from realvlg_ros.replay.bags.frames import BagFrames
from realvlg_ros.replay.bags.topics import choose_topics

# Cases that once raised something else: definitions with other fields in the bag (744, 1245, 1905,
# 2865), a png that says it has four gigabytes (1799), a broken index of SQLite (31662).
_ONCE = (744, 1245, 1799, 1905, 2865, 31662)


@pytest.fixture(scope='module')
def fuzz(tmp_path_factory):
    seeds = make_seeds(tmp_path_factory.mktemp('seeds'))
    return seeds, Fuzz(seeds, tmp_path_factory.mktemp('cases'))


def test_nothing_but_errors_of_the_package_is_raised(fuzz):
    outcome = Outcome()
    fuzz[1].run(range(750), outcome)
    for number in _ONCE:
        fuzz[1].run(range(number, number + 1), outcome)
    assert outcome.faults == []
    assert outcome.total == 750 + len(_ONCE)
    # The mutations neither break everything nor nothing.
    for kind in ('bag', 'message', 'folder'):
        assert outcome.read[kind] > 0 and outcome.refused[kind] > 50, kind


def test_what_is_mutated_can_be_read_as_it_is(fuzz, tmp_path):
    for name, data in fuzz[0].bags.items():
        (tmp_path / name).write_bytes(data)
        with Bag(tmp_path / name) as bag:
            frames = BagFrames(bag, choose_topics(bag), fixed_frame='world')
            assert len(list(frames)) == 3, name


def test_equal_numbers_make_equal_cases():
    data = bytes(range(256)) * 20
    first, again, other = (mutate(data, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first == again != other != data


def test_a_fault_is_told(fuzz, monkeypatch):
    def fail(_):
        raise KeyError('nothing')

    monkeypatch.setitem(fuzz[1]._kinds, 'message', fail)
    outcome = Outcome()
    fuzz[1].run(range(3), outcome)
    assert len(outcome.faults) == 1
    assert (
        outcome.faults[0].startswith('message 1:\n') and "KeyError: 'nothing'" in outcome.faults[0]
    )

"""The arithmetic of the endurance benchmark: growth over the lives of processes."""

import math
import os

import pytest

from benchmarks.endurance.usage import LEAST_S, WARM_S, Sample, Usage


def life(begin_mb, slope_mb_s, seconds, handles=10):
    return [
        Sample(float(age), begin_mb + slope_mb_s * age, handles, 5) for age in range(0, seconds, 2)
    ]


def test_growth_is_that_within_lives_and_not_between_them():
    usage = Usage()
    usage.lives['node', 1] = life(100.0, 0.01, 200)
    # A new process begins elsewhere.
    usage.lives['node', 2] = life(50.0, 0.01, 200)
    assert usage.slope('node', 'memory_mb') == pytest.approx(36.0)
    assert usage.slope('node', 'handles') == 0.0
    assert usage.most('node', 'memory_mb') == pytest.approx(101.98)


def test_the_beginning_of_a_life_and_short_ones_say_nothing():
    usage = Usage()
    warm = [Sample(age, 10.0 * age, 10, 5) for age in (0.0, 5.0, WARM_S - 1)]
    usage.lives['node', 1] = [*warm, *life(300.0, 0.0, 100)[int(WARM_S / 2) :]]
    usage.lives['node', 2] = life(0.0, 5.0, int(WARM_S + LEAST_S - 2))
    assert usage.slope('node', 'memory_mb') == 0.0
    assert math.isnan(usage.slope('another', 'memory_mb'))


def test_a_process_is_looked_at_while_it_lives():
    usage = Usage()
    usage.take({'self': os.getpid(), 'gone': 2**22 + 1})
    (sample,) = usage.lives['self', os.getpid()]
    assert sample.memory_mb > 1 and sample.handles > 2 and sample.threads >= 1
    assert ('gone', 2**22 + 1) not in usage.lives

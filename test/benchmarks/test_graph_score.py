import mmap
import os
import time

import numpy as np
import pytest

from benchmarks.graph.process_usage import cpu_seconds, resident_mb
from benchmarks.graph.score import longest_gap_ms, score, slope_per_minute
from benchmarks.graph_rate import add_run
from benchmarks.report import Report

MS = 1_000_000
PERIOD = 33 * MS
# One hundred images; every tenth comes to nothing, the others take 20 ms and the last one 90 ms.
PUBLISHED = [1000 * MS + i * PERIOD for i in range(100)]
ARRIVALS = [(stamp, stamp + 20 * MS) for i, stamp in enumerate(PUBLISHED[:-1]) if i % 10]
ARRIVALS.append((PUBLISHED[-1], PUBLISHED[-1] + 90 * MS))


def test_losses_rate_and_latencies():
    result = score(PUBLISHED, ARRIVALS, PUBLISHED[0], PUBLISHED[-1] + 1)
    assert (result.published, result.arrived, result.lost) == (100, 90, 10)
    assert result.latency_ms(50) == 20
    assert result.latency_ms(100) == 90
    # 89 intervals from the second image's arrival to the last one's.
    assert result.rate_hz == pytest.approx(89 / (98 * 0.033 + 0.070))


def test_only_images_of_the_window_count_and_each_once():
    again = [(stamp, arrived + 5 * MS) for stamp, arrived in ARRIVALS]
    foreign = [(1, 2), (PUBLISHED[3] + 1, PUBLISHED[3] + 2)]
    result = score(PUBLISHED, again + foreign + ARRIVALS, PUBLISHED[1], PUBLISHED[10])
    assert (result.published, result.arrived, result.lost) == (9, 9, 0)
    assert result.latencies_ms == pytest.approx([20] * 9)


def test_nothing_that_arrived_is_no_latency():
    result = score(PUBLISHED, [], 0, PUBLISHED[-1] + 1)
    assert (result.arrived, result.lost, result.rate_hz) == (0, 100, 0)
    assert np.isnan(result.latency_ms(50))


def test_longest_gap_reaches_to_the_ends():
    arrivals = [(0, 10 * MS), (0, 40 * MS), (0, 45 * MS)]
    assert longest_gap_ms(arrivals, 0, 60 * MS) == 30
    assert longest_gap_ms(arrivals, 0, 200 * MS) == 155
    assert longest_gap_ms([], 0, 7 * MS) == 7


def test_slope_after_the_warm_up():
    times = np.arange(0, 600, 1.0)
    # It grows by 1 MB/s for a minute, then by half a megabyte a minute.
    values = np.where(times < 60, times, 60 + (times - 60) / 120)
    assert slope_per_minute(times, values, 60) == pytest.approx(0.5)
    assert slope_per_minute(times, values, 0) > 2
    assert np.isnan(slope_per_minute(times, values, 599.5))
    assert np.isnan(slope_per_minute(np.empty(0), np.empty(0), 1))


def test_goals_compare_with_the_null_subscriber():
    result = {
        'window_ns': (0, PUBLISHED[-1] + 1),
        'published': PUBLISHED,
        'targets': [(stamp, stamp + 22 * MS) for stamp in PUBLISHED],
        'null': [(stamp, stamp + 12 * MS) for stamp in PUBLISHED],
        'counted_ns': (PUBLISHED[0], PUBLISHED[50]),
        'counts': {'matched': 50, 'time_ns': 0},
        'cpu_s': {'grasp_node': 1.0},
        'reground_ns': (PUBLISHED[0], PUBLISHED[-1]),
        'steady': True,
        'first_answer_s': 1.0,
        'reground_answer_s': 0.5,
        'clock_slip_ms': 0.0,
    }
    report = Report('graph_rate')
    add_run(report, '', result)
    add_run(report, 'default_', result)
    assert report.figures['latency_median_beyond_null_ms'] == pytest.approx(10)
    assert report.figures['latency_median_over_null'] == pytest.approx(22 / 12)
    assert report.figures['matched_share'] == 1
    assert report.figures['grasp_node_cpu_ms_per_frame'] == pytest.approx(10)
    assert report.figures['rate_hz'] == pytest.approx(1000 / 33)
    verdicts = {key: goal.holds(report.figures[key]) for key, goal in report.goals.items()}
    assert verdicts == {
        'lost': True,
        'rate_hz': True,
        'latency_median_over_null': False,
        'latency_p99_over_null': True,
    }


def test_usage_of_this_process():
    start, clock = cpu_seconds(os.getpid()), time.process_time()
    while time.process_time() < clock + 0.2:
        pass
    spent = time.process_time() - clock
    # The system counts in ticks of 10 ms.
    assert cpu_seconds(os.getpid()) - start == pytest.approx(spent, abs=0.05)
    before = resident_mb(os.getpid())
    # Not from what the process has kept of memory that was freed.
    with mmap.mmap(-1, 50_000_000, mmap.MAP_PRIVATE) as block:
        for page in range(0, len(block), mmap.PAGESIZE):
            block[page] = 1
        assert resident_mb(os.getpid()) - before == pytest.approx(50, abs=10)

"""The reference kernels do what they say, and ratios are those of medians."""

import numpy as np
import pytest

from benchmarks.references import Turns, find_neighbours, fit_plane, follow_corners, smooth_depth
from benchmarks.report import Goal, Report


def test_the_plane_is_fitted_past_a_few_wild_points():
    rng = np.random.default_rng(0)
    points = rng.uniform(-0.1, 0.1, (500, 3))
    points[:, 2] = 0.3 * points[:, 0] - 0.2 * points[:, 1] + 0.7
    points[:25, 2] += 0.05
    assert fit_plane(points) == pytest.approx([0.3, -0.2, 0.7], abs=1e-3)


def test_depth_is_smoothed_on_a_surface_and_kept_at_its_edge():
    depth = np.full((40, 60), 0.6, np.float32)
    depth[:, 30:] = 0.8
    noisy = depth + np.random.default_rng(0).normal(0, 0.003, depth.shape).astype(np.float32)
    smooth = smooth_depth(noisy)
    assert np.std(smooth - depth) < 0.5 * np.std(noisy - depth)
    assert abs(float(np.mean(smooth[:, 29:31] - depth[:, 29:31]))) < 0.01


def test_corners_are_followed_into_the_next_image():
    image = np.random.default_rng(0).integers(0, 255, (12, 16, 3), np.uint8)
    before = image.repeat(16, axis=0).repeat(16, axis=1)
    assert follow_corners(before, np.roll(before, 2, axis=1)) > 50


def test_neighbours_of_a_line_of_points_are_so_many_steps_away():
    points = np.stack([np.arange(100) * 0.001, np.zeros(100), np.zeros(100)], axis=1)
    distances = find_neighbours(points)
    assert distances.shape == (100, 20)
    assert distances[50, [0, 1, 19]] == pytest.approx([0, 0.001, 0.010])


def test_the_ratio_is_that_of_medians_and_nothing_measured_misses_its_goal():
    report = Report('test')
    turns = Turns([1.0, 2.0, 90.0], [4.0, 4.0, 4.0])
    turns.report(report, 'ours', 'kernel', Goal('<=', 0.6))
    assert report.figures['ours_over_kernel'] == 0.5
    assert report.figures['ours_kernel_cpu_median_ms'] == 4.0
    measured: list[int] = []
    turns.add(3.0, lambda: measured.append(1))
    assert measured and turns.ours[-1] == 3.0 and len(turns.reference) == 4
    Turns().report(report, 'none', 'kernel', Goal('<=', 1.0))
    assert not report.goals['none_over_kernel'].holds(report.figures['none_over_kernel'])

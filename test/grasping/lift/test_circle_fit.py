import math

import numpy as np
import pytest

from realvlg_ros.grasping.lift.circle_fit import RoundReadings, fit_circle

RADIUS, DISTANCE, PIXEL = 0.03, 0.8, 0.001


def readings(rng, sigma, slope=0.0, radius=RADIUS):
    """A cylinder across the view, leaning by a slope, seen up to 0.9 of its radius each way."""
    s, x = np.meshgrid(np.linspace(-0.9, 0.9, 40) * radius, np.linspace(-0.006, 0.006, 9))
    s, x = s.ravel(), x.ravel()
    lean = math.hypot(1, slope)
    front = np.sqrt(radius**2 - s**2) * lean
    t = DISTANCE + slope * x - front + rng.normal(0, sigma, s.shape)
    half_angle = math.asin(radius / DISTANCE)
    return RoundReadings(s, x, t, slope, 0.0, max(sigma, 1e-4), PIXEL, 1.0, half_angle)


@pytest.mark.parametrize('slope', [0.0, 0.8])
def test_circle_through_exact_readings_is_exact(slope):
    circle = fit_circle(readings(np.random.default_rng(0), 0.0, slope))
    assert circle.radius == pytest.approx(RADIUS, abs=3e-5)
    assert circle.s == pytest.approx(0, abs=1e-6)
    assert circle.t == pytest.approx(DISTANCE, abs=5e-5)
    assert np.nanmax(np.abs(circle.residuals)) < 5e-5


def test_noise_does_not_pull_the_circle_and_its_deviations_are_as_said():
    rng = np.random.default_rng(1)
    found = [fit_circle(readings(rng, 0.003)) for _ in range(60)]
    deep = np.array([circle.t - DISTANCE for circle in found])
    across = np.array([circle.s for circle in found])
    said = np.mean([circle.sigmas for circle in found], axis=0)
    # The equation's own squares, left alone, would pull it by millimetres toward the camera.
    assert abs(deep.mean()) < 4 * deep.std() / math.sqrt(60) + 1e-4
    assert 0.6 < across.std() / said[0] < 1.5
    assert 0.5 < deep.std() / said[1] < 1.5


def test_no_circle_goes_through_a_hollow():
    hollow = readings(np.random.default_rng(2), 0.0)
    mirrored = RoundReadings(
        hollow.s, hollow.x, 2 * DISTANCE - hollow.t, 0.0, 0.0, 1e-3, PIXEL, 1.0, hollow.half_angle
    )
    circle = fit_circle(mirrored)
    assert circle is None or np.count_nonzero(circle.usable) < 0.5 * len(hollow.s)


def test_a_rejected_start_is_not_refined():
    asked = []

    def reject_start(residuals):
        asked.append(residuals)
        return True

    exact = readings(np.random.default_rng(3), 0.0)
    assert fit_circle(exact, reject_start) is None
    assert fit_circle(exact, lambda residuals: False) is not None
    (start,) = asked
    assert start.shape == exact.s.shape
    assert np.nanmax(np.abs(start)) < 1e-3


def test_readings_on_a_single_line_of_sight_leave_all_open():
    exact = readings(np.random.default_rng(4), 0.0)
    same = np.full_like(exact.s, 0.001)
    circle = fit_circle(RoundReadings(same, same, exact.t, 0.0, 0.0, 1e-4, PIXEL, 1.0, 0.02))
    assert circle is None or min(circle.sigmas) > 0.1


def test_readings_without_a_number_are_no_circle():
    exact = readings(np.random.default_rng(5), 0.0)
    exact.t[7] = np.nan
    assert fit_circle(exact) is None

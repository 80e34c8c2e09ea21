import numpy as np
import pytest
from slab_scene import FRAME_NS

from realvlg_ros.tracking.measurement.rigid_fit import difference, perturbed
from realvlg_ros.tracking.settings import TrackerSettings
from realvlg_ros.tracking.target.pose_filter import PoseFilter

NOISE = np.diag([0.001**2] * 3 + [0.01**2] * 3)
SETTINGS = TrackerSettings()


def noisy(truth, rng):
    return perturbed(truth, rng.multivariate_normal(np.zeros(6), NOISE))


def test_is_consistent_on_a_still_object():
    # NEES of 50 runs must have the mean of a chi-square with 6 degrees of freedom (Bar-Shalom,
    # Estimation with Applications to Tracking and Navigation, 5.4.2): 6 +- 1.3 at 99 %.
    rng = np.random.default_rng(3)
    still = np.diag(
        [SETTINGS.still_position_noise**2] * 3
        + [np.radians(SETTINGS.still_rotation_noise_deg) ** 2] * 3
    )
    errors = []
    for _ in range(50):
        truth = np.eye(4)
        kalman = PoseFilter(noisy(truth, rng), NOISE, SETTINGS)
        for index in range(1, 20):
            step = rng.multivariate_normal(np.zeros(6), still * FRAME_NS * 1e-9)
            truth = perturbed(truth, step)
            kalman.predict(index * FRAME_NS)
            kalman.update(noisy(truth, rng), NOISE)
        error = difference(truth, kalman.pose)
        errors.append(error @ np.linalg.solve(kalman.covariance, error))
    assert np.mean(errors) == pytest.approx(6, abs=1.3)


def test_averages_a_still_object():
    rng = np.random.default_rng(0)
    kalman = PoseFilter(noisy(np.eye(4), rng), NOISE, SETTINGS)
    for index in range(1, 200):
        kalman.predict(index * FRAME_NS)
        kalman.update(noisy(np.eye(4), rng), NOISE)
    assert np.linalg.norm(kalman.pose[:3, 3]) < 0.0006
    assert not kalman.moving


def test_holds_an_outlier_back():
    kalman = PoseFilter(np.eye(4), NOISE * 0.01, SETTINGS)
    kalman.predict(FRAME_NS)
    assert not kalman.update(perturbed(np.eye(4), np.array([0.05, 0, 0, 0, 0, 0])), NOISE)
    assert kalman.pose[:3, 3] == pytest.approx([0, 0, 0])
    assert kalman.held_back == 1


def test_believes_persistent_disagreement_and_then_follows():
    kalman = PoseFilter(np.eye(4), NOISE * 0.01, SETTINGS)
    moved = perturbed(np.eye(4), np.array([0.03, 0, 0, 0, 0, 0]))
    taken = []
    for index in range(1, 4):
        kalman.predict(index * FRAME_NS)
        taken.append(kalman.update(moved, NOISE))
    assert taken == [False, True, True]
    assert kalman.pose[0, 3] == pytest.approx(0.03, abs=0.001)


def test_scattered_outliers_are_never_believed():
    kalman = PoseFilter(np.eye(4), NOISE * 0.01, SETTINGS)
    for index in range(1, 8):
        kalman.predict(index * FRAME_NS)
        jump = np.array([0.2 * (-1) ** index, 0, 0, 0, 0, 0])
        assert not kalman.update(perturbed(np.eye(4), jump), NOISE)


def test_calms_down_after_a_motion():
    rng = np.random.default_rng(1)
    kalman = PoseFilter(np.eye(4), NOISE, SETTINGS)
    moving = []
    for index in range(1, 60):
        truth = perturbed(np.eye(4), np.array([0.006 * min(index, 10), 0, 0, 0, 0, 0]))
        kalman.predict(index * FRAME_NS)
        kalman.update(noisy(truth, rng), NOISE)
        moving.append(kalman.moving)
    assert any(moving[:10]) and not moving[-1]
    assert kalman.pose[0, 3] == pytest.approx(0.06, abs=0.001)


def test_out_of_sight_the_spread_grows_and_the_motion_fades():
    kalman = PoseFilter(np.eye(4), NOISE, SETTINGS)
    kalman.moving, kalman.twist = True, np.array([0.1, 0, 0, 0, 0, 0])
    for index in range(1, 61):
        kalman.predict(index * FRAME_NS, seen=False)
    # 0.1 m/s that decays with a time constant of 0.25 s goes 25 mm far.
    assert kalman.pose[0, 3] == pytest.approx(0.025, abs=0.001)
    # A third of the speed allowed to a moving object, as a random walk over 2 s.
    expected = np.sqrt(0.001**2 + 2.0 * (SETTINGS.moving_speed / 3) ** 2)
    assert np.sqrt(kalman.covariance[0, 0]) == pytest.approx(expected, rel=0.05)


def test_change_of_frame_moves_everything():
    kalman = PoseFilter(np.eye(4), np.diag([1.0, 2, 3, 4, 5, 6]) * 1e-6, SETTINGS)
    turn = perturbed(np.eye(4), np.array([1.0, 0, 0, 0, 0, np.pi / 2]))
    kalman.change_frame(turn)
    assert kalman.pose == pytest.approx(turn)
    assert np.diag(kalman.covariance) * 1e6 == pytest.approx([2, 1, 3, 5, 4, 6])


def test_what_swings_to_and_fro_is_not_still_where_it_comes_by_again():
    kalman = PoseFilter(np.eye(4), NOISE * 0.01, SETTINGS)
    errors = []
    for index in range(1, 90):
        # To and fro over 150 mm at 0.3 m/s: every 15 frames it turns.
        phase = (index * 0.01) % 0.3
        truth = perturbed(np.eye(4), np.array([min(phase, 0.3 - phase), 0, 0, 0, 0, 0]))
        kalman.predict(index * FRAME_NS)
        kalman.update(truth, NOISE * 0.01)
        errors.append(np.linalg.norm(difference(kalman.pose, truth)[:3]))
    assert max(errors[5:]) < 0.003

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from realvlg_ros.replay.runs.events import Event, EventKind, GraspPose
from realvlg_ros.replay.runs.motion import (
    Jitter,
    jumps_of,
    motion_of,
    pose_difference,
    unflipped,
)
from realvlg_ros.transforms import make_transform

PERIOD = 0.1
HALF_TURN = Rotation.from_euler('z', np.pi)


def pose(position=(0.0, 0.0, 0.0), rotation=None, frame='base', covariance=None):
    matrix = (rotation or Rotation.identity()).as_matrix()
    return GraspPose(frame, make_transform(matrix, position), covariance=covariance)


def events(poses, times=None):
    times = np.arange(len(poses)) * PERIOD if times is None else times
    return [
        Event(EventKind.TARGET, round(t * 1e9), float(t), status='CONFIRMED', pose=each)
        for t, each in zip(times, poses, strict=True)
    ]


def test_exchanged_fingers_are_no_motion():
    turns = Rotation.from_euler('xyz', [[0.3, 0.1, 0.02 * k] for k in range(6)])
    flipped = Rotation.concatenate(
        [turn * HALF_TURN if k in (2, 3, 5) else turn for k, turn in enumerate(turns)]
    )
    assert np.allclose(unflipped(flipped).as_matrix(), turns.as_matrix())
    motion = motion_of(events([pose(rotation=turn) for turn in flipped]), PERIOD)
    assert np.allclose(motion.turn[1:], 0.02)
    distance, angle = pose_difference(pose(rotation=turns[0]), pose(rotation=flipped[2]))
    assert (distance, angle) == (0.0, pytest.approx(0.04))


def test_steps_and_the_place_of_the_median():
    x = [0.0, 0.001, 0.004, 0.004, 0.004]
    motion = motion_of(events([pose((v, 0.0, 0.0)) for v in x]), PERIOD)
    assert np.allclose(motion.position[:, 0], np.array(x) - 0.004)
    assert np.isnan(motion.step[0])
    assert np.allclose(motion.step[1:], [0.001, 0.003, 0.0, 0.0])


def test_a_gap_in_time_is_no_step():
    motion = motion_of(events([pose(), pose((1.0, 0, 0)), pose((1.0, 0, 0))], [0, 1, 1.1]), PERIOD)
    assert np.isnan(motion.step[1])
    assert motion.step[2] == 0.0


def test_the_spread_is_that_of_the_window_in_its_worst_direction():
    rng = np.random.default_rng(0)
    noise = rng.normal(0.0, [0.001, 0.0001, 0.0001], (200, 3))
    motion = motion_of(events([pose(each) for each in noise]), PERIOD)
    assert np.all(np.isnan(motion.position_spread[:4]))
    for k in (4, 50, 199):
        inside = noise[max(0, k - 9) : k + 1]
        expected = np.sqrt(np.linalg.eigvalsh(np.cov(inside.T))[-1])
        assert motion.position_spread[k] == pytest.approx(expected)


def test_the_stated_standard_deviation_is_that_of_the_worst_direction():
    covariance = np.diag([1e-6, 9e-6, 4e-6, 1e-4, 2e-4, 4e-4])
    motion = motion_of(events([pose(covariance=covariance), pose()]), PERIOD)
    assert motion.position_std[0] == pytest.approx(0.003)
    assert motion.rotation_std[0] == pytest.approx(0.02)
    assert np.isnan(motion.position_std[1])


def test_poses_in_another_frame_are_left_out_and_named():
    motion = motion_of(events([pose(), pose(), pose(frame='camera')]), PERIOD)
    assert (motion.frame_id, motion.other_frames) == ('base', ('camera',))
    assert len(motion.t) == 2


def test_one_pose_has_no_motion_and_none_is_none():
    assert np.isnan(motion_of(events([pose()]), PERIOD).step).all()
    assert motion_of(events([None]), PERIOD) is None


def test_a_jump_to_another_grasp_is_no_jitter():
    x = [0.0, 0.001, 0.002, 0.052, 0.053, 0.054]
    motion = motion_of(events([pose((v, 0.0, 0.0)) for v in x]), PERIOD)
    jitter = Jitter.of(motion.step, motion.turn)
    assert (jitter.position, jitter.jumps, jitter.steps) == (pytest.approx(0.001), 1, 4)
    (jump,) = jumps_of(motion)
    assert (jump.t, jump.distance, jump.angle) == pytest.approx((0.3, 0.05, 0.0))

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from realvlg_ros.errors import TransformError
from realvlg_ros.transforms import (
    from_quaternion,
    interpolate,
    invert,
    make_transform,
    rotation_angle,
    to_quaternion,
    transform_covariance,
    transform_points,
)

QUARTER_ABOUT_Z = [0, 0, np.sqrt(0.5), np.sqrt(0.5)]


def random_transform(seed):
    rng = np.random.default_rng(seed)
    return make_transform(Rotation.random(random_state=seed).as_matrix(), rng.normal(size=3))


def test_quarter_turn_by_hand():
    a2b = from_quaternion([1, 2, 3], QUARTER_ABOUT_Z)
    assert transform_points(a2b, [[1, 0, 0], [0, 1, 0]]) == pytest.approx(
        np.array([[1, 3, 3], [0, 2, 3]])
    )
    assert to_quaternion(a2b) == pytest.approx(QUARTER_ABOUT_Z)
    assert rotation_angle(a2b) == pytest.approx(np.pi / 2)


@pytest.mark.parametrize('seed', range(5))
def test_invert(seed):
    a2b = random_transform(seed)
    assert invert(a2b) @ a2b == pytest.approx(np.eye(4), abs=1e-12)


def test_to_quaternion_chooses_positive_w():
    assert to_quaternion(from_quaternion([0, 0, 0], [0, 0, 0.6, -0.8])) == pytest.approx(
        [0, 0, -0.6, 0.8]
    )


@pytest.mark.parametrize('axis', [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, -2, 3], [1, 1e-6, 0]])
@pytest.mark.parametrize('angle', [0, 1e-7, 0.1, 2.0, 3.14159, np.pi])
def test_quaternion_and_angle_of_turns_of_every_size(axis, angle):
    turn = Rotation.from_rotvec(angle * np.array(axis) / np.linalg.norm(axis))
    x, y, z, w = to_quaternion(make_transform(turn.as_matrix(), [0, 0, 0]))
    assert w >= 0
    assert (turn.inv() * Rotation.from_quat([x, y, z, w])).magnitude() < 1e-12
    assert rotation_angle(turn.as_matrix()) == pytest.approx(angle, abs=1e-14)


def test_invalid_quaternion_is_refused():
    with pytest.raises(TransformError, match='unit length'):
        from_quaternion([0, 0, 0], [0, 0, 0, 0])
    with pytest.raises(TransformError, match='not a rigid transform'):
        from_quaternion([0, np.nan, 0], [0, 0, 0, 1])


def test_covariance_turns_with_the_axes():
    covariance = np.diag([1.0, 4, 9, 16, 25, 36])
    turned = transform_covariance(from_quaternion([5, 5, 5], QUARTER_ABOUT_Z), covariance)
    assert np.diag(turned) == pytest.approx([4, 1, 9, 25, 16, 36])


def test_covariance_agrees_with_samples():
    """A left perturbation drawn in frame a, seen in frame b, has the transformed covariance."""
    rng = np.random.default_rng(0)
    a2b = random_transform(3)
    covariance = np.diag([1e-4, 4e-4, 9e-4, 1e-4, 2e-4, 3e-4])
    draws = rng.multivariate_normal(np.zeros(6), covariance, 20000)
    rotation = a2b[:3, :3]
    seen = np.concatenate([draws[:, :3] @ rotation.T, draws[:, 3:] @ rotation.T], axis=1)
    assert np.cov(seen.T) == pytest.approx(transform_covariance(a2b, covariance), abs=2e-5)


def test_interpolate_halves_both_parts():
    end = from_quaternion([2, 0, 0], QUARTER_ABOUT_Z)
    half = interpolate(np.eye(4), end, 0.5)
    assert half[:3, 3] == pytest.approx([1, 0, 0])
    assert rotation_angle(half) == pytest.approx(np.pi / 4)
    assert interpolate(np.eye(4), end, 1.0) == pytest.approx(end)

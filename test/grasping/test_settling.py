import numpy as np
import pytest
from grippers import GRIPPER

from realvlg_ros.grasping.candidates import Candidates
from realvlg_ros.grasping.settling import settled
from realvlg_ros.grasping.target_cloud import TargetCloud

OUTER, INNER, HEIGHT = 0.041, 0.037, 0.09
AXIS = np.array([0.1, 0.05])


def cup(lean=0.0, rim=0.0, noise=0.0):
    """The two sides of a cup's wall near y = radius; the uppermost part of it rounded off."""
    rng = np.random.default_rng(0)
    angle, z = np.meshgrid(np.linspace(-0.5, 0.5, 41), np.linspace(0.03, HEIGHT, 31))
    angle, z = angle.ravel() + np.pi / 2, z.ravel()
    out = np.stack([np.cos(angle), np.sin(angle), np.zeros_like(angle)], axis=1)
    points, normals = [], []
    for radius, side in ((OUTER, 1), (INNER, -1)):
        back = np.square(np.maximum(z - (HEIGHT - rim), 0)) / max(2 * rim, 1e-9)
        r = radius + lean * (z - 0.06) - side * back + rng.normal(0, noise, len(z))
        points.append(r[:, None] * out + z[:, None] * (0, 0, 1) + (*AXIS, 0))
        normals.append(side * out)
    points = np.concatenate(points)
    return TargetCloud(points, np.concatenate(normals), np.ones(len(points), bool), len(points))


def above(offset):
    """A candidate straight above the wall whose opening is radial and off by some, m."""
    rotation = np.array([[1.0, 0, 0], [0, -1, 0], [0, 0, -1]])
    tip = np.array([AXIS[0], AXIS[1] + 0.0385 + offset, 0.06])
    return Candidates(
        rotation[None], tip[None], np.array([0.004]), np.array([0.02]), np.array([False])
    )


def radius_of(candidates, height=0.075):
    """Distance of the opening's middle from the axis at the height of the touches, m."""
    approach = candidates.rotations[0, :, 2]
    tip = candidates.tips[0]
    return (tip + (height - tip[2]) / approach[2] * approach)[1] - AXIS[1]


@pytest.mark.parametrize('offset', [-0.0006, 0.0, 0.0008])
def test_opening_is_centred_between_the_middle_of_one_pad_and_the_edges_of_the_other(offset):
    half = GRIPPER.finger_width / 2
    expected = (OUTER + np.sqrt(INNER**2 - half**2)) / 2
    done = settled(above(offset), [0], cup(noise=0.0003), GRIPPER, AXIS)
    assert radius_of(done) == pytest.approx(expected, abs=0.00006)
    assert done.rotations[0] == pytest.approx(above(0).rotations[0], abs=0.004)


def test_opening_turns_to_leaning_walls_but_not_to_a_rounded_rim():
    leaning = settled(above(0), [0], cup(lean=0.03), GRIPPER, AXIS)
    # The wall goes outward with height: its normals, and the opening, point down on the outside.
    assert leaning.rotations[0, 2, 1] == pytest.approx(0.03, abs=0.003)
    round_ = settled(above(0), [0], cup(rim=0.004), GRIPPER, AXIS)
    assert abs(np.degrees(round_.rotations[0, 2, 1])) < 0.3


def test_settles_a_little_only_and_the_chosen_only():
    far = settled(above(0.004), [0], cup(lean=0.2), GRIPPER, AXIS)
    moved = radius_of(far) - radius_of(above(0.004))
    assert abs(far.rotations[0, 2, 1]) <= 0.05 and abs(moved) < 0.0016
    two = Candidates.joined([above(0.001), above(0.001)])
    one = settled(two, [1], cup(), GRIPPER, AXIS)
    assert np.array_equal(one.tips[0], two.tips[0]) and not np.array_equal(
        one.tips[1], two.tips[1]
    )

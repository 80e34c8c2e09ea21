"""Picks step by step, each from where the last one left the objects."""

import numpy as np
import pytest

from realvlg_ros.errors import WorldError
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.resources import gripper_file
from realvlg_ros.simulation.physics.attempts import read_attempts
from realvlg_ros.simulation.physics.pick import Pick
from realvlg_ros.simulation.physics.solid import Solid
from realvlg_ros.simulation.physics.workplace import Workplace
from realvlg_ros.simulation.sim_object import SimObject
from realvlg_ros.simulation.world import Table
from realvlg_ros.transforms import make_transform

HAND = Gripper.from_yaml(gripper_file('franka_hand'))
DOWN = np.diag([1.0, -1.0, -1.0])
UP = np.array([0.0, 0.0, 0.1])


def block():
    size = {'size_x': 0.04, 'size_y': 0.04, 'size_z': 0.04}
    return Solid.of(SimObject.from_shape('box', (190, 30, 34), name='block', dimensions=size))


def grasp(x=0.0):
    """The hand points down; its fingers open along y."""
    return make_transform(DOWN, (x, 0.0, 0.02))


class Told:
    def __init__(self):
        self.heights, self.attempts = [], []
        self.place = Workplace([block()], Table(), HAND, None, self.on_poses, self.attempts.append)

    def on_poses(self, poses):
        self.heights.append(float(poses['block'][2, 3]))

    def approach(self, x=0.0):
        pose = grasp(x)
        self.place.approach(pose[:3, 3] + UP, pose, 0.06)


def test_what_is_held_goes_up_and_the_test_is_not_told():
    told = Told()
    told.approach()
    assert told.place.close() == pytest.approx(0.04, abs=0.002)
    assert told.attempts == []
    told.place.lift(UP)
    assert told.heights[-1] == pytest.approx(0.1, abs=0.005)
    (attempt,) = told.attempts
    assert attempt.lifted and attempt.result.lifted == ('block',)
    assert attempt.standoff == pytest.approx(0.1)
    told.place.release()
    assert told.heights[-1] == pytest.approx(0.0, abs=0.03)
    assert len(told.attempts) == 1


def test_a_hand_beside_it_closes_on_nothing_and_the_next_attempt_finds_the_object():
    told = Told()
    told.approach(x=0.1)
    assert told.place.close() < 0.001
    told.place.release()
    told.approach()
    told.place.close()
    told.place.lift(UP)
    assert [a.lifted for a in told.attempts] == [False, True]
    assert [a.result.lifted for a in told.attempts] == [(), ('block',)]


def test_a_hand_that_is_nowhere_cannot_close():
    with pytest.raises(WorldError, match='approach one first'):
        Told().place.close()


def test_steps_and_a_whole_pick_come_to_the_same():
    told = Told()
    told.approach()
    told.place.close()
    told.place.lift(np.array([0.0, 0.0, 0.15]))
    stepped = told.attempts[0].result
    whole = Pick([block()], Table(), HAND).run_pose(grasp(), 0.06, 0.1, 'block')
    assert (stepped.opening, stepped.seconds) == (whole.opening, whole.seconds)
    assert stepped.lifted == whole.lifted == ('block',)


def test_attempts_are_read_as_they_were_written(tmp_path):
    path = tmp_path / 'attempts.jsonl'
    assert read_attempts(path) == []
    told = Told()
    told.approach()
    told.place.close()
    told.place.release()
    told.attempts[0].append_to(path)
    told.attempts[0].append_to(path)
    first, second = read_attempts(path)
    ours, theirs = first.result, told.attempts[0].result
    assert (ours.gripped, ours.opening, ours.moved) == (
        theirs.gripped, theirs.opening, theirs.moved
    )  # fmt: skip
    assert np.array_equal(first.tcp2world, grasp()) and not second.lifted
    last, same = ours.snapshots[-1], theirs.snapshots[-1]
    assert last.phase == same.phase == 'open'
    assert np.array_equal(last.poses['block'], same.poses['block'])
    path.write_text('{"start": [0, 0, 0]}\n')
    with pytest.raises(WorldError, match='holds no attempts'):
        read_attempts(path)

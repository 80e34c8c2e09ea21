"""A pick through all nodes as processes, with a hand that closes by physics."""

import pytest

pytest.importorskip('moveit_msgs.action', reason='the actions of moveit_msgs are not installed')
pytest.importorskip('control_msgs.action', reason='control_msgs is not installed')
pytest.importorskip('tf2_msgs.msg', reason='tf2_msgs is not installed')
pytest.importorskip('realvlg_ros.msg', reason='the interfaces are not built')
pytest.importorskip('mujoco', reason='mujoco is not installed')

from realvlg_ros.closed_loop.record import Cause
from realvlg_ros.closed_loop.run import EvaluateOptions, evaluate
from realvlg_ros.closed_loop.through_nodes import NodesLoop
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.moveit.pick_graph import PickGraph
from realvlg_ros.resources import gripper_file
from realvlg_ros.simulation.physics.attempts import ATTEMPTS_FILE, read_attempts
from realvlg_ros.simulation.physics.solid import Solid
from realvlg_ros.simulation.sim_object import SimObject


def test_a_box_is_held_and_the_executor_knows_it(tmp_path):
    size = {'size_x': 0.05, 'size_y': 0.09, 'size_z': 0.06}
    item = SimObject.from_shape('box', (190, 30, 34), name='carton', label='box', dimensions=size)
    hand = Gripper.from_yaml(gripper_file('franka_hand'))
    loop = NodesLoop(hand, PickGraph('franka_hand'), tmp_path)
    options = EvaluateOptions(1, 20, 'single', 'sentence', through='nodes')
    (episode,) = evaluate(options, [Solid.of(item)], hand, None, loop=loop)
    assert (episode.cause, episode.status) == (Cause.SUCCESS, 'HELD'), episode.detail
    attempt = read_attempts(tmp_path / '000020' / ATTEMPTS_FILE)[-1]
    assert attempt.result.gripped == (episode.target,)
    assert f'stopped at {1000 * attempt.result.opening:.1f} mm' in episode.detail

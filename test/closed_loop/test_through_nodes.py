"""What the commands of an executor become in an episode, with a graph that only answers."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from realvlg_ros.closed_loop import tally
from realvlg_ros.closed_loop.record import Cause
from realvlg_ros.closed_loop.run import EvaluateOptions, evaluate
from realvlg_ros.closed_loop.through_nodes import NodesLoop
from realvlg_ros.errors import PickError, WorldError
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grasping.planner import GraspPlanner
from realvlg_ros.grounding.registry import make_grounder
from realvlg_ros.moveit.mock.robot import Place
from realvlg_ros.moveit.mock.simulated_robot import SimulatedRobot
from realvlg_ros.pipeline import Pipeline
from realvlg_ros.resources import gripper_file
from realvlg_ros.simulation.physics.attempts import ATTEMPTS_FILE
from realvlg_ros.simulation.physics.solid import Solid
from realvlg_ros.simulation.physics.solid_file import SOLIDS_FILE, read_solids
from realvlg_ros.simulation.physics.workplace import Workplace
from realvlg_ros.simulation.sim_object import SimObject
from realvlg_ros.simulation.simulated_view import SimulatedView
from realvlg_ros.simulation.trajectory import d435_camera
from realvlg_ros.simulation.world_file import read_world
from realvlg_ros.transforms import invert, make_transform

HAND = Gripper.from_yaml(gripper_file('franka_hand'))
OPTIONS = EvaluateOptions(1, 20, 'single', 'sentence', through='nodes')


@pytest.fixture(scope='module')
def stock():
    size = {'size_x': 0.05, 'size_y': 0.09, 'size_z': 0.06}
    item = SimObject.from_shape('box', (190, 30, 34), name='carton', label='box', dimensions=size)
    return [Solid.of(item)]


class Graph:
    """Plans on one image of the written world, and commands the robot on physics itself."""

    def __init__(self, aside=0.0, status='HELD'):
        self.aside, self.status = aside, status

    def pick(self, scene, depth, seed, sentence):
        if self.status == 'NO_TARGET':
            return SimpleNamespace(
                status='NO_TARGET', plan_status='NO_GRASP', message='none', tries=0,
                grounding=None, targets=[], seconds={},
            )  # fmt: skip
        world = read_world(scene / 'world.yaml')
        grounder = make_grounder('tabletop')
        grounder.load()
        pipeline = Pipeline(grounder, GraspPlanner(HAND))
        frame = SimulatedView(world, d435_camera()).render(0, 0.0).frame
        pipeline.follow(frame)
        grounding = pipeline.start(frame, sentence, 'one')
        target = pipeline.finish(grounding)
        grasps = [g.transformed(frame.camera2fixed) for g in target.grasps]
        if target.frame_id == 'world':
            grasps = list(target.grasps)
        place = Workplace(
            read_solids(scene / SOLIDS_FILE, world), world.table, HAND,
            on_attempt=lambda attempt: attempt.append_to(scene / ATTEMPTS_FILE),
        )  # fmt: skip
        command(SimulatedRobot(['world'], [-1, -1, -1, 1, 1, 1], HAND, place), grasps[0],
                self.aside)  # fmt: skip
        return SimpleNamespace(
            status=self.status, plan_status='OK', message='as told', tries=1,
            grounding=grounding, targets=[replace(target, grasps=tuple(grasps))],
            seconds={'nodes': 1.0},
        )  # fmt: skip


def command(robot, grasp, aside):
    link2tcp = invert(HAND.tcp2parent_link)
    shift = aside * grasp.tcp2frame[:3, 0]

    def at(way):
        return make_transform(np.eye(3), way + shift) @ grasp.tcp2frame @ link2tcp

    robot.command_gripper(grasp.opening_width)
    robot.begin_move()
    robot.arrive(Place.PRE_GRASP, at(-grasp.standoff * grasp.approach))
    robot.arrive(robot.begin_straight(), at(np.zeros(3)))
    robot.command_gripper(0.0)
    robot.arrive(robot.begin_straight(), at(grasp.retreat_distance * grasp.retreat))


def run(stock, graph, folder):
    return evaluate(OPTIONS, stock, HAND, folder, loop=NodesLoop(HAND, graph, folder / 'scenes'))


def test_a_pick_that_holds(stock, tmp_path):
    (episode,) = run(stock, Graph(), tmp_path)
    assert (episode.cause, episode.status) == (Cause.SUCCESS, 'HELD')
    assert episode.judged == 'valid' and 0 < episode.quality <= 1
    assert abs(episode.width_error) < 0.01
    assert tally.executor([episode]) == {('HELD', True): 1}
    assert 'executor HELD, physics held: 1' in tally.describe([episode])


def test_an_executor_that_errs_is_seen(stock, tmp_path):
    (episode,) = run(stock, Graph(aside=0.2), tmp_path)
    assert (episode.cause, episode.status) == (Cause.MISSED, 'HELD')
    assert episode.detail.endswith('; HELD after 1 tries: as told')
    assert tally.executor([episode]) == {('HELD', False): 1}


def test_a_refusal_of_plan_grasps_is_a_refusal(stock, tmp_path):
    (episode,) = run(stock, Graph(status='NO_TARGET'), tmp_path)
    assert (episode.cause, episode.status) == (Cause.REFUSED, 'NO_GRASP')
    assert math.isnan(episode.quality) and tally.executor([episode]) == {}


def test_a_node_that_ends_is_a_failure_that_says_so(stock, tmp_path):
    class Broken:
        def pick(self, *arguments):
            raise PickError('grasp_node ended with status 1')

    (episode,) = run(stock, Broken(), tmp_path)
    assert (episode.cause, episode.status) == (Cause.ERROR, 'FAILED')
    assert 'grasp_node ended' in episode.detail


def test_nodes_are_given_a_sentence():
    with pytest.raises(WorldError, match='take sentence'):
        EvaluateOptions(1, 0, through='nodes')
    with pytest.raises(WorldError, match="through 'air'"):
        EvaluateOptions(1, 0, through='air')

"""A request from the instruction to a grasp, with the three nodes in this process."""

import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import table_scene
from action_msgs.msg import GoalStatus
from patience import PATIENCE_S
from rclpy.parameter import Parameter
from realvlg_ros.action import PlanGrasps
from realvlg_ros.msg import GraspTarget, Grounding
from ros_graph import FakeCamera, Graph, plan, wait_until
from rosgraph_msgs.msg import Clock

from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grasp_server import GraspServer
from realvlg_ros.nodes.grounding_node import GroundingNode
from realvlg_ros.ros.conversions.grasp import target_from_msg
from realvlg_ros.ros.node.action_client import ThreadedActionClient
from realvlg_ros.transforms import transform_points

Result = PlanGrasps.Result


@pytest.fixture(scope='module')
def graph(ros_context):
    graph = Graph()
    graph.camera = FakeCamera(graph.node)
    graph.grounding = graph.add(GroundingNode)
    tracking = graph.add(GraspNode)
    graph.server = graph.add(GraspServer, tf_timeout=0.5)
    wait_until(lambda: tracking._tracker.memory_bytes, 'first frame of the tracker')
    yield graph
    graph.close()


def test_the_red_box_is_grasped_where_it_stands(graph):
    groundings, targets = graph.record_groundings(), graph.record_targets()
    goal = plan(graph, 'pick up the red box', request_id='first', max_grasps=3)
    result = goal.result()
    assert result.status == Result.OK, result.message
    assert result.grounding.request_id == result.target.request_id == 'first'
    assert 1 <= len(result.target.grasps) <= 3
    grasp = target_from_msg(result.target).grasps[0]
    in_world = transform_points(table_scene.camera2world(), grasp.position)
    lower, upper = table_scene.RED_BOX_CORNERS
    assert np.all(in_world > lower - 0.01) and np.all(in_world < upper + 0.01)
    assert 0.04 < grasp.object_width < 0.075
    stages = {f.stage for f in goal.feedback}
    assert {PlanGrasps.Feedback.GROUNDING, PlanGrasps.Feedback.PLANNING} <= stages
    wait_until(lambda: len(targets) > 1, 'two targets')
    mine = [g for g in groundings if g.request_id == 'first']
    # On a busy machine the object may be lost and grounded again.
    answered = next(
        i for i, g in enumerate(mine)
        if g.status == Grounding.OK and g.header.stamp == result.target.grounded_stamp
    )  # fmt: skip
    begun = mine[answered - 1]
    assert begun.status == Grounding.IN_PROGRESS
    assert begun.header.stamp == result.target.grounded_stamp


def test_a_stable_target_is_waited_for(graph):
    goal = plan(graph, 'the blue box', wait_for_stable=True)
    result = goal.result()
    assert result.status == Result.OK, result.message
    assert goal.status == GoalStatus.STATUS_SUCCEEDED
    assert (result.target.gripper, result.target.parent_link) == ('franka_hand', 'panda_hand')
    preferences = [grasp.preference for grasp in result.target.grasps]
    assert preferences == sorted(preferences, reverse=True) and preferences[0] > 0
    assert result.target.stable and result.target.state == GraspTarget.CONFIRMED


def test_an_object_that_is_not_there_is_not_found(graph):
    goal = plan(graph, 'pick up the green mug')
    result = goal.result()
    assert result.status == Result.NOT_FOUND
    assert result.message and not result.target.grasps
    assert goal.status == GoalStatus.STATUS_ABORTED


def test_an_answer_without_a_grasp_succeeds_where_that_is_asked_for(graph):
    graph.server.set_parameters([Parameter('succeed_without_grasp', value=True)])
    try:
        goal = plan(graph, 'pick up the green mug')
        assert goal.result().status == Result.NOT_FOUND
        assert goal.status == GoalStatus.STATUS_SUCCEEDED
    finally:
        graph.server.set_parameters([Parameter('succeed_without_grasp', value=False)])


def test_two_objects_that_fit_are_a_question(graph):
    result = plan(graph, 'pick up the box').result()
    assert result.status == Result.AMBIGUOUS
    assert len(result.grounding.candidates) == 2 and result.grounding.question


@pytest.mark.parametrize(
    ('arguments', 'status', 'words'),
    [
        (['pick up the red box', '--max-grasps', '2'], 0,
         ('OK: ', '2 grasps of franka_hand in ', 'quality  preference  width', ' 2  ')),
        (['the red box', '--min-quality', '1'], 3, ('NO_GRASP: ', 'min_quality is 1.00')),
        (['pick up the green mug', '--first'], 3, ('NOT_FOUND: ',)),
        (['pick up the box'], 3, ('AMBIGUOUS: ', '?', ' 1  ', ' 2  ', '--token ')),
        (['the red box', '--frame', 'nowhere'], 1, ('TF_UNAVAILABLE: ', "'nowhere'")),
        (['the first', '--token', 'old'], 1, ('FAILED: ', "token 'old'")),
        (['the red box', '--timeout', '-1'], 2, ('--timeout is -1',)),
        (['the red box', '--max-grasps', '5000000000'], 2, ('--max-grasps is 5000000000',)),
        (['the red box', '--min-quality', '1e40'], 2, ('--min-quality is 1e+40',)),
        (['the red box', '--namespace', '/a b'], 1, ('--namespace', 'a b')),
        (['the red box', '--namespace', '/nowhere'], 1, ('goal failed: ', 'grasp_server')),
    ],
    ids=['grasps', 'quality', 'not there', 'question', 'frame', 'token', 'no time', 'too many',
         'too good', 'no namespace', 'no server'],
)  # fmt: skip
def test_the_command_goal_prints_what_fits_a_terminal(graph, arguments, status, words):
    command = [sys.executable, '-m', 'realvlg_ros.cli', 'goal', '--namespace', '/']
    # The last of two --timeout counts.
    command += ['--timeout', str(PATIENCE_S), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=2 * PATIENCE_S)
    output = done.stdout + done.stderr
    assert done.returncode == status, output
    assert all(word in output for word in words), output
    table = [line for line in output.splitlines() if line[:2].strip().isdigit()]
    assert all(len(line) <= 100 for line in table)


def test_the_command_goal_asks_when_the_time_of_a_bag_goes_on(graph):
    clock = graph.node.create_publisher(Clock, '/clock', 10)
    groundings, words = graph.record_groundings(), 'please pick up the red box'
    command = [sys.executable, '-u', '-m', 'realvlg_ros.cli', 'goal', words]
    command += ['--namespace', '/', '--timeout', str(PATIENCE_S), '--when-played']
    message = Clock()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert 'waits until a bag is played' in process.stdout.readline()
            wait_until(lambda: clock.get_subscription_count(), 'the reader of the clock')
            # A bag that is paused.
            for _ in range(20):
                clock.publish(message)
                time.sleep(0.02)
            assert words not in {grounding.instruction for grounding in groundings}

            def ended():
                message.clock.nanosec += 1_000_000
                clock.publish(message)
                return process.poll() is not None

            wait_until(ended, 'the end of the goal')
            assert process.returncode == 0 and 'OK: ' in process.stdout.read()
        finally:
            process.kill()
    graph.node.destroy_publisher(clock)


def test_ctrl_c_cancels_the_goal_of_the_command(graph, monkeypatch):
    grounder = graph.grounding._grounder
    ground_now = grounder.ground

    def ground_when_aborted(frame, instruction, aborted):
        # The answer must not come before the interrupt does.
        while not aborted():
            time.sleep(0.05)
        return ground_now(frame, instruction, aborted)

    monkeypatch.setattr(grounder, 'ground', ground_when_aborted)
    canceled = graph.server._ended['CANCELED']
    command = [sys.executable, '-u', '-m', 'realvlg_ros.cli', 'goal', 'pick up the red box']
    command += ['--namespace', '/']
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        # A job in the background of a shell is begun with SIGINT ignored, and hands that on.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        assert 'grounding' in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 130
    wait_until(lambda: graph.server._ended['CANCELED'] == canceled + 1, 'the end of the goal')


def test_of_goals_that_come_at_once_the_last_is_answered(graph):
    client = ThreadedActionClient(graph.node, PlanGrasps, 'plan_grasps')
    wait_until(client.server_is_ready, 'server')
    goal = PlanGrasps.Goal(instruction='pick up the red box', timeout=PATIENCE_S / 2)
    sent = [client.send_goal_async(goal) for _ in range(8)]
    wait_until(lambda: all(s.done() for s in sent), 'acceptance')
    answers = [s.result().get_result_async() for s in sent]
    wait_until(lambda: all(a.done() for a in answers), 'results')
    *replaced, last = [answer.result().result for answer in answers]
    assert last.status == Result.OK, last.message
    assert {result.status for result in replaced} == {Result.CANCELED}
    assert all('replaced by a newer goal' in result.message for result in replaced)

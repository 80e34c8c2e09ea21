"""Each way in which a goal ends, over DDS, with a grounder and a tracker of the test's own."""

import os
import subprocess
import sys
import textwrap

import pytest
import rclpy
from action_msgs.msg import GoalStatus
from patience import PATIENCE_S
from realvlg_ros.action import PlanGrasps
from ros_graph import Graph, plan, wait_until

from benchmarks.stub_nodes.answers import Stub
from realvlg_ros.nodes.grasp_server import GraspServer

Feedback, Result = PlanGrasps.Feedback, PlanGrasps.Result


@pytest.fixture(scope='module')
def graph(ros_context):
    graph = Graph()
    stub = rclpy.create_node('stub_answers')
    Stub(stub)
    graph._executor.add_node(stub)
    graph.server = graph.add(
        GraspServer, tf_timeout=0.5, retry_period=0.1, ground_attempts=2, target_silence=1.0
    )
    assert plan(graph, 'the mug', insist=True).result().status == Result.OK
    yield graph
    graph._executor.remove_node(stub)
    stub.destroy_node()
    graph.close()


@pytest.mark.parametrize(
    ('words', 'timeout', 'status', 'state'),
    [
        ('the mug', PATIENCE_S, 'OK', GoalStatus.STATUS_SUCCEEDED),
        ('the mug not_found', PATIENCE_S, 'NOT_FOUND', GoalStatus.STATUS_ABORTED),
        ('the mug ambiguous', PATIENCE_S, 'AMBIGUOUS', GoalStatus.STATUS_ABORTED),
        ('the mug no_grasp', PATIENCE_S, 'NO_GRASP', GoalStatus.STATUS_ABORTED),
        ('the mug lost', 1.0, 'LOST', GoalStatus.STATUS_ABORTED),
        ('the mug plan', 1.0, 'TIMED_OUT', GoalStatus.STATUS_ABORTED),
        ('the mug failed', PATIENCE_S, 'FAILED', GoalStatus.STATUS_ABORTED),
        ('the mug tf_unavailable', PATIENCE_S, 'TF_UNAVAILABLE', GoalStatus.STATUS_ABORTED),
    ],
)
def test_a_goal_ends_with_this_status_and_this_state(graph, words, timeout, status, state):
    goal = plan(graph, words, timeout=timeout)
    result = goal.result()
    assert result.status == getattr(Result, status), result.message
    assert goal.status == state and result.message
    assert bool(result.target.grasps) == (status == 'OK')
    assert result.token == ('t' if status == 'AMBIGUOUS' else '')


@pytest.mark.parametrize(
    ('words', 'stage'),
    [
        ('the mug wait', Feedback.GROUNDING),
        ('the mug plan', Feedback.PLANNING),
        ('the mug track', Feedback.TRACKING),
    ],
)
def test_a_goal_is_canceled_in_each_stage(graph, words, stage):
    goal = plan(graph, words, wait_for_stable=True)
    wait_until(lambda: any(f.stage == stage for f in goal.feedback), f'stage {stage}')
    goal.cancel()
    assert goal.result().status == Result.CANCELED
    assert goal.status == GoalStatus.STATUS_CANCELED
    assert not graph.server._goals


def test_of_two_clients_the_newer_is_served_and_the_other_told(graph):
    older = plan(graph, 'the mug track', wait_for_stable=True)
    newer = plan(graph, 'the mug')
    assert newer.result().status == Result.OK
    assert older.result().status == Result.CANCELED
    assert older.status == GoalStatus.STATUS_ABORTED
    assert "replaced by a newer goal: 'the mug'" in older.result().message


VANISHES = """
    import os, rclpy, sys
    from rclpy.action import ActionClient
    from realvlg_ros.action import PlanGrasps

    rclpy.init()
    node = rclpy.create_node('vanishes')
    client = ActionClient(node, PlanGrasps, 'plan_grasps')
    assert client.wait_for_server(float(sys.argv[1]))
    goal = PlanGrasps.Goal(instruction='the mug track', timeout=3.0, wait_for_stable=True)
    sent = client.send_goal_async(goal)
    rclpy.spin_until_future_complete(node, sent)
    os._exit(0 if sent.result().accepted else 1)
"""


def test_the_goal_of_a_client_that_vanished_ends_at_its_deadline(graph):
    ended = dict(graph.server._ended)
    command = [sys.executable, '-c', textwrap.dedent(VANISHES), str(PATIENCE_S)]
    done = subprocess.run(command, timeout=2 * PATIENCE_S, env=dict(os.environ))
    assert done.returncode == 0
    wait_until(lambda: graph.server._ended != ended, 'the end of the goal')
    # Its count is told before its place is free.
    wait_until(lambda: not graph.server._goals, 'the place of the goal')
    assert plan(graph, 'the mug').result().status == Result.OK

"""Simulated time may stand still or jump; deadlines run on the steady clock."""

import pytest
from realvlg_ros.action import PlanGrasps
from realvlg_ros.msg import Grounding
from ros_graph import FakeCamera, Graph, ground, plan, wait_until
from rosgraph_msgs.msg import Clock

from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grasp_server import GraspServer
from realvlg_ros.nodes.grounding_node import GroundingNode
from realvlg_ros.ros.node.deadline import Deadline


def test_a_deadline_follows_its_clock():
    now = [50.0]
    deadline = Deadline(2.0, lambda: now[0])
    assert (deadline.remaining, deadline.elapsed, deadline.passed) == (2.0, 0.0, False)
    now[0] = 51.5
    assert (deadline.remaining, deadline.elapsed, deadline.passed) == (0.5, 1.5, False)
    now[0] = 53.0
    assert (deadline.remaining, deadline.elapsed, deadline.passed) == (0.0, 3.0, True)


@pytest.fixture
def graph(ros_context):
    graph = Graph()
    yield graph
    graph.close()


def test_everything_ends_in_time_while_simulated_time_stands_still(graph):
    diagnostics = graph.record_diagnostics()
    graph.add(GroundingNode, use_sim_time=True, image_timeout=0.3)
    graph.add(GraspNode, use_sim_time=True)
    graph.add(GraspServer, use_sim_time=True)
    assert ground(graph, 'the red box').result().grounding.status == Grounding.FAILED
    result = plan(graph, 'the red box', timeout=0.4).result()
    assert result.status == PlanGrasps.Result.TIMED_OUT
    wait_until(lambda: diagnostics, 'diagnostics')


def test_a_clock_that_jumps_back_ends_targets_with_the_reason_and_asks_again(graph):
    FakeCamera(graph.node)
    clock = graph.node.create_publisher(Clock, '/clock', 10)
    graph.add(GroundingNode, use_sim_time=True)
    tracker = graph.add(GraspNode, use_sim_time=True, **{'tracker.fused_plans': 1})
    graph.add(GraspServer, use_sim_time=True)
    targets = graph.record_targets()
    result = plan(graph, 'the red box').result()
    assert result.status == PlanGrasps.Result.OK, result.message

    def set_clock(seconds):
        message = Clock()
        message.clock.sec = seconds

        def arrived():
            clock.publish(message)
            return tracker.get_clock().now().nanoseconds == seconds * 10**9

        wait_until(arrived, f'clock at {seconds} s')

    set_clock(1000)
    # One odd message is no jump.
    for odd in (1, 5_000_000):
        message = Clock()
        begin = len(targets)
        for _ in range(10):
            for message.clock.sec in (odd, 1000):
                clock.publish(message)
        wait_until(lambda begin=begin: len(targets) > begin + 10, 'targets that go on')
    assert not [t for t in targets if t.state == t.LOST]
    set_clock(10)
    words = 'the clock jumped back by 990.000 s'
    lost = wait_until(
        lambda: next((t for t in targets if t.message.startswith(words)), None), 'a last word'
    )
    assert lost.state == lost.LOST and lost.request_id == result.target.request_id
    index = targets.index(lost)
    wait_until(
        lambda: any(
            t.grasps and t.request_id == lost.request_id and t.state == t.CONFIRMED
            for t in targets[index:]
        ),
        'the target, asked for again',
    )

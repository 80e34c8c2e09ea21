"""Transitions in order, with reasons; nothing is left behind."""

import cv2
import pytest
from fake_grounders import SlowGrounder
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState
from patience import PATIENCE_S
from realvlg_ros.msg import Grounding
from realvlg_ros.srv import ResetTracker, SetInstruction
from ros_graph import FakeCamera, Graph, ground, wait_until
from threadpoolctl import threadpool_info

from realvlg_ros.errors import MissingDependencyError
from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grasp_server import GraspServer
from realvlg_ros.nodes.grounding_node import GroundingNode

NODES = (GroundingNode, GraspNode, GraspServer)
CAMERA_TOPICS = ('/color', '/depth', '/camera_info')


@pytest.fixture
def graph(ros_context):
    graph = Graph()
    yield graph
    graph.close()


def change(graph, node, transition):
    request = ChangeState.Request(transition=Transition(id=transition))
    return graph.call(ChangeState, f'{node.get_name()}/change_state', request).success


@pytest.mark.parametrize('node_class', NODES)
def test_a_lifecycle_manager_can_drive_a_node(graph, node_class):
    node = graph.add(node_class, autostart=False)
    get_state = f'{node.get_name()}/get_state'
    assert graph.call(GetState, get_state, GetState.Request()).current_state.id == 1
    for _ in range(2):
        assert change(graph, node, Transition.TRANSITION_CONFIGURE)
        assert node.state == 'inactive' and not node.active
        for _ in range(2):
            assert change(graph, node, Transition.TRANSITION_ACTIVATE)
            assert node.state == 'active' and node.active
            assert change(graph, node, Transition.TRANSITION_DEACTIVATE)
            assert node.state == 'inactive'
        assert change(graph, node, Transition.TRANSITION_CLEANUP)
        assert node.state == 'unconfigured'
    assert change(graph, node, Transition.TRANSITION_UNCONFIGURED_SHUTDOWN)
    assert node.state == 'finalized'


def test_the_camera_is_read_only_while_active(graph):
    def readers():
        return [graph.node.count_subscribers(topic) for topic in CAMERA_TOPICS]

    def publishers():
        return graph.node.count_publishers('/grounding')

    node = graph.add(GroundingNode)
    wait_until(lambda: readers() == [1, 1, 1], 'subscriptions')
    assert readers() == [1, 1, 1]
    node.trigger_deactivate()
    wait_until(lambda: readers() == [0, 0, 0], 'no subscriptions')
    assert publishers() == 1
    node.trigger_cleanup()
    wait_until(lambda: publishers() == 0, 'no publisher')
    node.trigger_configure()
    node.trigger_activate()
    wait_until(lambda: readers() == [1, 1, 1], 'subscriptions')
    assert readers() == [1, 1, 1]
    assert publishers() == 1


@pytest.mark.parametrize('node_class', NODES)
def test_the_libraries_of_a_configured_node_have_the_threads_that_were_asked(graph, node_class):
    for options, threads in (({'threads': 3}, 3), ({}, 1)):
        node = graph.add(node_class, **options)
        # What OpenMP takes counts for each thread of a process, and this is not the node's.
        blas = [pool for pool in threadpool_info() if pool['user_api'] == 'blas']
        assert node.active and blas
        assert {pool['num_threads'] for pool in blas} == {threads}
        assert cv2.getNumThreads() == threads
        graph.remove(node)


def test_weights_that_are_missing_are_a_failure_with_the_reason(graph):
    node = graph.add(GroundingNode, backend='fake_grounders:UnloadableGrounder')
    assert node.state == 'unconfigured'
    assert '/models/none.safetensors are missing; download them' in node._problem


def test_a_bug_in_a_transition_is_an_error_from_which_the_node_recovers(graph, capfd):
    node = graph.add(GroundingNode, backend='fake_grounders:CrashingGrounder')
    assert node.state == 'unconfigured' and "KeyError('a bug')" in node._problem
    assert 'Traceback' in capfd.readouterr().err
    assert change(graph, node, Transition.TRANSITION_CONFIGURE)
    assert change(graph, node, Transition.TRANSITION_ACTIVATE)
    assert node.state == 'active' and not node._problem


def test_an_activation_that_fails_leaves_no_subscription(graph, monkeypatch):
    node = graph.add(GroundingNode, autostart=False)

    def no_tf(*_):
        raise MissingDependencyError('tf2_msgs is not installed')

    monkeypatch.setattr('realvlg_ros.ros.camera.camera_input.CameraInput.start', no_tf)
    assert change(graph, node, Transition.TRANSITION_CONFIGURE)
    assert not change(graph, node, Transition.TRANSITION_ACTIVATE)
    assert node.state == 'inactive' and not node.active
    assert node._problem == 'activate failed: tf2_msgs is not installed'
    monkeypatch.undo()
    assert change(graph, node, Transition.TRANSITION_ACTIVATE)
    assert node.active


def test_services_of_an_inactive_node_say_so(graph):
    node, tracking = graph.add(GroundingNode), graph.add(GraspNode)
    node.trigger_deactivate()
    tracking.trigger_deactivate()
    request = SetInstruction.Request(instruction='the red box')
    answer = graph.call(SetInstruction, 'set_instruction', request)
    assert not answer.accepted and 'not active' in answer.message
    answer = graph.call(ResetTracker, 'reset_tracker', ResetTracker.Request())
    assert not answer.success and 'not active' in answer.message


def test_a_node_that_is_stopped_gives_its_goals_a_result(graph):
    SlowGrounder.let_go.clear()
    SlowGrounder.started.clear()
    FakeCamera(graph.node)
    node = graph.add(GroundingNode, backend='fake_grounders:SlowGrounder')
    goal = ground(graph, 'the red box')
    assert SlowGrounder.started.wait(PATIENCE_S)
    assert node.stop(0.2)
    answer = goal.result().grounding
    assert answer.status == Grounding.FAILED and 'deactivated' in answer.message

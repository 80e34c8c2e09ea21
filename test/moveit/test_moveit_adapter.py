"""Requests of MoveIt's clients over DDS, answered by a grasp_server of the test's own."""

from __future__ import annotations

import sys
import threading
from typing import Any

import pytest

pytest.importorskip('realvlg_ros.msg', reason='ROS 2 or the interfaces are not there')
pytest.importorskip('moveit_msgs', reason='moveit_msgs is not installed: no requests of MoveIt')

from action_msgs.msg import GoalStatus
from moveit_msgs.msg import AttachedCollisionObject, CollisionObject, Grasp, MoveItErrorCodes
from moveit_msgs.srv import GraspPlanning
from moveit_targets import profile, target
from rclpy.action import ActionServer, CancelResponse
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.serialization import deserialize_message, serialize_message
from realvlg_ros.action import PlanGrasps
from realvlg_ros.msg import GraspTarget
from ros_graph import Goal, Graph, wait_until

from realvlg_ros.moveit import plan_call
from realvlg_ros.moveit.error_codes import CODE_NAMES, error_code
from realvlg_ros.moveit.grasps import moveit_grasps
from realvlg_ros.moveit.planning_scene import attachment
from realvlg_ros.nodes import moveit_adapter
from realvlg_ros.nodes.grasp_server import GraspServer
from realvlg_ros.nodes.moveit_adapter import MoveitAdapter
from realvlg_ros.ros.requests.status_names import STATUS_NAMES

FRANKA = profile('franka_hand')
Result = PlanGrasps.Result


class FakeServer:
    """Finds the red box, follows the blue one, is mute about the white, knows no other."""

    def __init__(self, graph: Graph) -> None:
        self.goals: list[PlanGrasps.Goal] = []
        self.canceled = threading.Event()
        self.targets = graph.node.create_publisher(GraspTarget, 'target', 10)
        self._server = ActionServer(
            graph.node, PlanGrasps, 'plan_grasps', self._execute,
            callback_group=ReentrantCallbackGroup(), cancel_callback=self._cancel,
        )  # fmt: skip

    def destroy(self) -> None:
        self.canceled.set()
        self._server.destroy()

    def _cancel(self, _: Any) -> CancelResponse:
        self.canceled.set()
        return CancelResponse.ACCEPT

    def _execute(self, handle: Any) -> PlanGrasps.Result:
        goal = handle.request
        self.goals.append(goal)
        if 'blue' in goal.instruction:
            while not self.canceled.wait(0.1):
                handle.publish_feedback(PlanGrasps.Feedback())
                self.targets.publish(target(FRANKA, request_id=goal.request_id))
            handle.abort()
            return Result(status=Result.CANCELED)
        if 'white' in goal.instruction:
            self.canceled.wait()
        if 'red' in goal.instruction:
            handle.succeed()
            return Result(status=Result.OK, target=target(FRANKA, count=2))
        handle.abort()
        return Result(status=Result.NOT_FOUND, message='there is no such thing')


@pytest.fixture(scope='module')
def graph(ros_context):
    graph = Graph()
    graph.adapter = graph.add(MoveitAdapter)
    yield graph
    graph.close()


@pytest.fixture
def server(graph):
    server = FakeServer(graph)
    yield server
    server.destroy()


def expected(count: int) -> list[Grasp]:
    """The grasps of a target with so many, as they come out of a message."""
    grasps = moveit_grasps(target(FRANKA, count=count), FRANKA)
    return [deserialize_message(serialize_message(grasp), Grasp) for grasp in grasps]


def asked(graph: Graph, sentence: str, **fields: Any) -> Any:
    request = GraspPlanning.Request(target=CollisionObject(id=sentence), **fields)
    request.target.header.frame_id = 'tool_frame'
    return graph.call(GraspPlanning, 'plan_grasps_moveit', request)


def sent(graph: Graph, sentence: str) -> Goal:
    actions = pytest.importorskip('grasping_msgs.action', reason='grasping_msgs is not installed')
    goal = actions.GraspPlanning.Goal()
    goal.object.name = sentence
    goal.object.header.frame_id = 'tool_frame'
    return Goal(graph, actions.GraspPlanning, 'grasp_planning', goal)


def test_the_service_finds_grasps(graph, server):
    answer = asked(graph, 'the red box', group_name='panda_arm')
    assert answer.error_code.val == MoveItErrorCodes.SUCCESS
    assert answer.grasps == expected(2)
    (goal,) = server.goals
    assert (goal.instruction, goal.target_frame) == ('the red box', 'tool_frame')
    assert goal.wait_for_stable
    assert goal.request_id


def test_the_service_says_why_there_are_none(graph, server):
    answer = asked(graph, 'the green box')
    assert (answer.error_code.val, len(answer.grasps)) == (MoveItErrorCodes.INVALID_OBJECT_NAME, 0)
    assert answer.error_code.message == 'NOT_FOUND: there is no such thing'


def test_the_service_does_not_pass_over_what_it_cannot_do(graph, server):
    given = moveit_grasps(target(FRANKA), FRANKA)
    answer = asked(graph, 'the red box', candidate_grasps=given)
    assert answer.error_code.val == MoveItErrorCodes.FAILURE
    assert 'leave the field empty' in answer.error_code.message and server.goals == []


def test_the_action_finds_grasps(graph, server):
    goal = sent(graph, 'the red box')
    assert goal.result().grasps == expected(2)
    assert server.goals[0].target_frame == 'tool_frame'
    assert goal.status == GoalStatus.STATUS_SUCCEEDED


def test_the_action_aborts_without_grasps(graph, server):
    goal = sent(graph, 'the green box')
    assert len(goal.result().grasps) == 0
    assert goal.status == GoalStatus.STATUS_ABORTED


def test_a_cancel_reaches_the_server_and_grasps_come_before_the_result(graph, server):
    goal = sent(graph, 'the blue box')
    wait_until(lambda: goal.feedback, 'grasps so far')
    assert goal.feedback[0].grasps == expected(1)
    goal.cancel()
    assert len(goal.result().grasps) == 0
    assert goal.status == GoalStatus.STATUS_CANCELED
    wait_until(server.canceled.is_set, 'cancel of the goal of PlanGrasps')


def test_a_server_that_is_absent_is_named(graph):
    answer = asked(graph, 'the red box')
    assert answer.error_code.val == MoveItErrorCodes.FAILURE
    assert 'no grasp_server is there' in answer.error_code.message


def test_a_server_that_is_not_active_is_named(graph):
    idle = graph.add(GraspServer, autostart=False)
    idle.trigger_configure()
    answer = asked(graph, 'the red box')
    graph.remove(idle)
    assert answer.error_code.val == MoveItErrorCodes.FAILURE
    assert '/grasp_server is not active (it is inactive)' in answer.error_code.message


def test_a_server_that_falls_silent_is_left(graph, server, monkeypatch):
    monkeypatch.setattr(plan_call, '_SILENCE_S', 0.3)
    answer = asked(graph, 'the white box')
    assert answer.error_code.val == MoveItErrorCodes.FAILURE
    assert 'has been silent' in answer.error_code.message
    wait_until(server.canceled.is_set, 'cancel of the goal of PlanGrasps')


def test_requests_are_bounded_and_end_with_the_node(graph, server, monkeypatch):
    monkeypatch.setattr(moveit_adapter, '_MAX_CALLS', 1)
    goal = sent(graph, 'the blue box')
    wait_until(lambda: goal.feedback, 'grasps so far')
    answer = asked(graph, 'the red box')
    assert answer.error_code.val == MoveItErrorCodes.FAILURE
    assert answer.error_code.message == 'FAILED: 1 requests are being answered; ask again'
    graph.adapter.trigger_deactivate()
    assert len(goal.result().grasps) == 0
    assert goal.status == GoalStatus.STATUS_ABORTED
    wait_until(server.canceled.is_set, 'cancel of the goal of PlanGrasps')
    assert 'was deactivated' in asked(graph, 'the red box').error_code.message
    graph.adapter.trigger_activate()
    wait_until(lambda: graph.adapter.state == 'active', 'activation')


def test_the_scene_follows_the_topic(graph, server):
    scene = graph.record(CollisionObject, 'collision_object')
    attached = graph.node.create_publisher(
        AttachedCollisionObject, 'attached_collision_object', 10
    )
    wait_until(attached.get_subscription_count, 'the subscription to attached objects')

    def said(operation: bytes, track: int) -> bool:
        ids = {f'object_{track}', f'support_{track}'}
        server.targets.publish(target(FRANKA, track_id=track))
        return ids <= {message.id for message in scene if message.operation == operation}

    wait_until(lambda: said(CollisionObject.ADD, 21), 'object and support in the scene')
    held = attachment(target(FRANKA, track_id=21), FRANKA)
    attached.publish(held)
    wait_until(lambda: '21' in str(graph.adapter._mirror._attached), 'the attachment')
    server.targets.publish(target(FRANKA, track_id=22))
    wait_until(lambda: said(CollisionObject.ADD, 22), 'another object')
    server.targets.publish(target(FRANKA, track_id=22, state=GraspTarget.LOST))

    def removed() -> bool:
        gone = {message.id for message in scene if message.operation == CollisionObject.REMOVE}
        return {'object_22', 'support_22'} <= gone

    wait_until(removed, 'removal of what is lost')
    assert not any('21' in m.id for m in scene if m.operation == CollisionObject.REMOVE)


def test_every_status_has_a_code():
    assert set(CODE_NAMES) == set(STATUS_NAMES.values())
    for status, name in STATUS_NAMES.items():
        code = error_code(Result(status=status, message='why'))
        assert (code.val == MoveItErrorCodes.SUCCESS) == (name == 'OK')
        assert code.message == f'{name}: why'
    unclear = Result(status=Result.AMBIGUOUS, message='two fit')
    unclear.grounding.question = 'The left one?'
    assert error_code(unclear).message == 'AMBIGUOUS: two fit; The left one?'


@pytest.mark.parametrize(
    ('package', 'left', 'words'),
    [
        ('grasping_msgs', {'plan_grasps_moveit'}, 'the action of grasping_msgs/GraspPlanning is'),
        ('moveit_msgs', set(), 'grasps and planning scene for MoveIt are off'),
    ],
)
def test_what_is_not_installed_is_off_and_says_so(monkeypatch, ros_context, package, left, words):
    monkeypatch.setitem(sys.modules, package, None)
    node = MoveitAdapter(namespace='/alone')
    try:
        node.trigger_configure()
        node.trigger_activate()
        services = dict(node.get_service_names_and_types_by_node('moveit_adapter', '/alone'))
        assert node.state == 'active'
        offered = {name.rpartition('/')[2] for name in services}
        assert offered & {'plan_grasps_moveit', 'send_goal'} == left
        (report,) = (r for r in node.diagnose() if r.name == 'moveit')
        assert words in report.message
    finally:
        node.trigger_shutdown()
        node.destroy_node()

"""State that peers could make grow for ever is bounded, and every goal is answered."""

import threading
from types import SimpleNamespace

import numpy as np
import pytest
from fake_planner import good_target
from patience import PATIENCE_S
from rclpy.action import ActionServer
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.parameter import Parameter
from realvlg_ros.action import Ground, PlanGrasps
from realvlg_ros.msg import GraspTarget, Grounding
from ros_graph import FakeCamera, Graph, ground, plan, wait_until
from slab_scene import CAMERA

from realvlg_ros.errors import InstructionError, MessageError, TransformError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grounding.grounding import Grounding as CoreGrounding
from realvlg_ros.grounding.grounding import GroundingStatus
from realvlg_ros.message_limits import (
    MAX_ID_CHARACTERS,
    MAX_REQUESTS,
    MAX_TF_FRAMES,
    MAX_TF_POSES,
    MAX_TRACKS,
    MAX_WAITING_GROUNDINGS,
    check_request_id,
)
from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grasp_server import GraspServer
from realvlg_ros.nodes.grounding_node import GroundingNode
from realvlg_ros.ros.conversions.grasp import target_from_msg
from realvlg_ros.ros.conversions.grounding import grounding_from_msg, refused_target
from realvlg_ros.ros.node.action_client import ThreadedActionClient
from realvlg_ros.ros.node.qos import action_queues, latched, stream
from realvlg_ros.ros.requests.peer import _MOST_ASKED, Peer
from realvlg_ros.ros.requests.planning_notices import PlanningNotices
from realvlg_ros.ros.requests.relayed_target import TargetCheck
from realvlg_ros.ros.tf.tf_adapter import TransformReader
from realvlg_ros.tracking.memory.key_frames import KeyFrame, KeyFrameMemory
from realvlg_ros.tracking.unanswered import Unanswered
from realvlg_ros.transform_buffer import TransformBuffer
from realvlg_ros.transforms import make_transform

S = 1_000_000_000
LONG = 'x' * 1_000_000
Result = PlanGrasps.Result


def key_frame(stamp_ns):
    color = np.zeros((CAMERA.height, CAMERA.width, 3), np.uint8)
    depth = np.ones((CAMERA.height, CAMERA.width), np.float32)
    return KeyFrame.from_frame(RgbdFrame(color, depth, CAMERA, stamp_ns))


def requests_of_future_stamps(count):
    memory = KeyFrameMemory(int(1e7), 2_000_000, 30 * S)
    memory.add(key_frame(0))
    for index in range(count):
        # An hour ahead, and then within the time of a protection.
        assert not memory.protect(f'far {index}', 3600 * S + index)
        assert memory.protect(f'near {index}', S + index)
    held = len(memory.requests)
    memory.add(key_frame(40 * S))
    assert memory.requests == []
    return held, MAX_REQUESTS


def requests_before_the_first_frame(count):
    memory = KeyFrameMemory(int(1e7), 2_000_000, 30 * S)
    for index in range(count):
        memory.protect(f'r {index}', (3600 + index) * S)
    held = len(memory.requests)
    memory.add(key_frame(0))
    assert memory.requests == []
    return held, MAX_REQUESTS


def groundings_without_an_answer(count):
    waiting = Unanswered()
    for index in range(count):
        waiting.add(CoreGrounding(GroundingStatus.OK, f'{index}'))
    return len(waiting.take_orphans([])), MAX_REQUESTS


def planning_notices(count):
    notices = PlanningNotices(SimpleNamespace(create_managed_publisher=lambda *_: None))
    for index in range(count):
        notices.grounded(Grounding(status=Grounding.OK, request_id=f'{index}'))
        notices.grounded(Grounding(status=Grounding.OK, request_id=LONG[:1000]))
    return len(notices._open), MAX_REQUESTS


def frames_of_tf(count):
    buffer = TransformBuffer()
    refused = 0
    for index in range(3 * MAX_TF_FRAMES):
        try:
            buffer.set_transform('base', f'frame {index}', np.eye(4), 0)
        except TransformError as error:
            refused += 'frames are known already' in str(error)
    assert refused == 2 * MAX_TF_FRAMES
    return len(buffer._parents), MAX_TF_FRAMES


def poses_of_one_frame(count):
    buffer = TransformBuffer()
    for index in range(MAX_TF_POSES + 500):
        buffer.set_transform('base', 'tool', np.eye(4), index)
    return len(buffer._moving['tool']), MAX_TF_POSES


def refusals_of_tf(count):
    said = []
    reader = TransformReader(TransformBuffer(), said.append)
    bad = [
        SimpleNamespace(
            header=SimpleNamespace(frame_id=f'{i}' + LONG[:1000], stamp=None),
            child_frame_id=f'{i}' + LONG[:1000],
            transform=SimpleNamespace(
                translation=SimpleNamespace(x=0.0, y=0.0, z=0.0),
                rotation=SimpleNamespace(x=9.0, y=0.0, z=0.0, w=0.0),
            ),
        )
        for i in range(count)
    ]
    reader.read(bad, static=False)
    assert len(said[-1]) < MAX_REQUESTS * 1000
    return len(reader._refused), MAX_REQUESTS


def profiles_of_grippers(count):
    check = TargetCheck('', (-5.0,) * 3, (5.0,) * 3)
    for index in range(count):
        target = good_target(grasps=1)
        target.gripper = f'hand_{index}'
        check.refusal(target)
    return len(check._known), MAX_TRACKS + 1


def nodes_that_are_asked(count):
    class Graph:
        def resolve_topic_name(self, topic):
            return topic

        def get_publishers_info_by_topic(self, topic):
            return [SimpleNamespace(node_namespace='/', node_name=f'{self.turn}_{i}')
                    for i in range(100)]  # fmt: skip

        def create_client(self, *_, **__):
            return SimpleNamespace(service_is_ready=lambda: False)

        def destroy_client(self, client):
            pass

    graph = Graph()
    peer = Peer(graph, 'grasp_node', 'target')
    for turn in range(count // 10):
        graph.turn = turn
        peer.idleness()
    return len(peer._asked), _MOST_ASKED


FLOODS = (
    requests_of_future_stamps, requests_before_the_first_frame, groundings_without_an_answer,
    planning_notices, frames_of_tf, poses_of_one_frame, refusals_of_tf, profiles_of_grippers,
    nodes_that_are_asked,
)  # fmt: skip


@pytest.mark.parametrize('flood', FLOODS)
def test_what_peers_send_is_kept_within_a_bound(flood):
    held, most = flood(1000)
    assert 0 < held <= most


@pytest.mark.parametrize(
    ('refuse', 'error'),
    [
        (lambda: check_request_id(LONG), InstructionError),
        (lambda: grounding_from_msg(Grounding(request_id=LONG)), MessageError),
        (lambda: grounding_from_msg(Grounding(message=LONG)), MessageError),
        (lambda: grounding_from_msg(Grounding(status=99, request_id=LONG)), MessageError),
        (lambda: target_from_msg(GraspTarget(request_id=LONG)), MessageError),
        (lambda: target_from_msg(GraspTarget(label=LONG)), MessageError),
        (
            lambda: TransformBuffer().set_transform('base', LONG, np.eye(4), 0),
            TransformError,
        ),
        (
            lambda: TransformBuffer().set_transform(
                'a', 'b', make_transform(np.eye(3), [1e30, 0, 0]), 0
            ),
            TransformError,
        ),
    ],
)
def test_a_text_without_end_is_refused_in_few_words(refuse, error):
    with pytest.raises(error) as raised:
        refuse()
    assert len(str(raised.value)) < 300


def test_a_refused_grounding_does_not_echo_its_texts():
    long = Grounding(request_id=LONG, label=LONG)
    long.header.frame_id = LONG
    target = refused_target(long, 'too long')
    assert len(target.request_id) == len(target.label) == len(target.frame_id) == MAX_ID_CHARACTERS


@pytest.fixture(scope='module')
def graph(ros_context):
    graph = Graph()
    graph.camera = FakeCamera(graph.node)
    graph.groundings, graph.targets = graph.record_groundings(), graph.record_targets()
    graph.add(GroundingNode)
    graph.grasp_node = graph.add(GraspNode)
    graph.add(GraspServer)
    wait_until(lambda: graph.grasp_node._tracker.memory_bytes, 'first frame of the tracker')
    yield graph
    graph.close()


@pytest.mark.parametrize('ask', [plan, ground])
def test_a_goal_whose_id_has_no_end_fails_in_words_and_is_not_echoed(graph, ask):
    goal = ask(graph, 'the red box', request_id=LONG)
    result = goal.result()
    answer = result if ask is plan else result.grounding
    assert 'at most 128 are taken; send a shorter one' in answer.message
    failed = Result.FAILED if ask is plan else Grounding.FAILED
    assert answer.status == failed and len(answer.message) < 300
    seen = [g.request_id for g in graph.groundings] + [t.request_id for t in graph.targets]
    assert max(map(len, seen), default=0) <= MAX_ID_CHARACTERS


def test_a_grounding_whose_id_has_no_end_is_refused_and_not_echoed(graph):
    publisher = graph.node.create_publisher(Grounding, 'grounding', latched(10))
    before = len(graph.targets)
    stranger = Grounding(status=Grounding.OK, request_id=LONG, label='box')
    try:
        wait_until(lambda: publisher.get_subscription_count() >= 2, 'a reader')
        publisher.publish(stranger)
        found = wait_until(
            lambda: [t for t in graph.targets[before:] if 'characters, at most' in t.message],
            'the refusal',
        )
        assert found[0].state == GraspTarget.LOST
        assert len(found[0].request_id) == MAX_ID_CHARACTERS
    finally:
        graph.node.destroy_publisher(publisher)


def test_a_grounding_that_is_one_too_many_is_answered_in_words(graph):
    publisher = graph.node.create_publisher(Grounding, 'grounding', latched(10))
    goes_on, worker = threading.Event(), graph.grasp_node._worker
    try:
        wait_until(lambda: publisher.get_subscription_count() >= 2, 'a reader')
        for _ in range(MAX_WAITING_GROUNDINGS + 1):
            worker.post(lambda: goes_on.wait(PATIENCE_S))
        for status in (Grounding.IN_PROGRESS, Grounding.OK):
            publisher.publish(Grounding(status=status, request_id=f'too many {status}'))
        found = wait_until(
            lambda: [t for t in graph.targets if t.request_id.startswith('too many')], 'refusal'
        )
        assert found[0].state == GraspTarget.LOST
        assert found[0].request_id == f'too many {Grounding.OK}'
        assert f'{MAX_WAITING_GROUNDINGS} groundings wait already' in found[0].message
    finally:
        goes_on.set()
        graph.node.destroy_publisher(publisher)
    wait_until(lambda: not worker.waiting, 'the end of the waiting jobs')


@pytest.fixture(scope='module')
def server(ros_context):
    """A server of goals whose grounder answers at once, and a target for each."""
    graph = Graph()
    grounded = Grounding(status=Grounding.OK, label='box')
    publisher = graph.node.create_publisher(GraspTarget, 'bounds/target', stream('reliable', 10))

    def answer(handle):
        grounded.header.stamp = graph.node.get_clock().now().to_msg()
        target = good_target(handle.request.request_id, grasps=1)
        target.header.stamp = target.checked_stamp = target.grounded_stamp = grounded.header.stamp
        handle.succeed()
        threading.Timer(0.02, publisher.publish, [target]).start()
        return Ground.Result(grounding=grounded)

    grounder = ActionServer(
        graph.node, Ground, 'bounds/ground', answer, callback_group=ReentrantCallbackGroup()
    )
    node = GraspServer(
        namespace='bounds', parameter_overrides=[Parameter('default_timeout', value=PATIENCE_S)]
    )
    graph._nodes.append(node)
    graph._executor.add_node(node)
    wait_until(lambda: node.active, 'start of the server')
    graph.server = node
    yield graph
    grounder.destroy()
    graph.close()


@pytest.mark.parametrize(
    ('policy', 'ends'),
    [
        ('preempt', {'CANCELED', 'OK'}),
        ('queue', {'rejected', 'OK'}),
        ('reject', {'rejected', 'OK'}),
    ],
)
def test_each_of_two_hundred_goals_at_once_is_answered(server, policy, ends):
    server.server.set_parameters([Parameter('new_goal', value=policy)])
    client = ThreadedActionClient(server.node, PlanGrasps, 'bounds/plan_grasps', **action_queues())
    wait_until(client.server_is_ready, 'plan_grasps')
    answers = {}
    names = {Result.OK: 'OK', Result.CANCELED: 'CANCELED'}

    def send(index):
        def take(future):
            handle = future.result()
            if not handle.accepted:
                answers[index] = 'rejected'
                return
            handle.get_result_async().add_done_callback(
                lambda done: answers.setdefault(
                    index, names.get(done.result().result.status, done.result().result.message)
                )
            )

        goal = PlanGrasps.Goal(instruction='the box')
        client.send_goal_async(goal).add_done_callback(take)

    try:
        for index in range(200):
            send(index)
        wait_until(lambda: len(answers) == 200, 'an answer to each')
        assert set(answers.values()) == ends
        values = server.server.diagnose()[0].values
        assert ('rejected' in ends) == (values['last_rejection'] != 'none')
    finally:
        client.destroy()

"""What grasp_server relays was checked, whoever sent it, and it says who did."""

import math
import threading

import numpy as np
import pytest
import rclpy
from fake_planner import good_target
from patience import PATIENCE_S
from rclpy.action import ActionServer
from rclpy.callback_groups import ReentrantCallbackGroup
from realvlg_ros.action import Ground, PlanGrasps
from realvlg_ros.msg import GraspTarget, Grounding
from ros_graph import Graph, plan, wait_until

from realvlg_ros.errors import ParameterError
from realvlg_ros.nodes.grasp_server import GraspServer, ServerParameters
from realvlg_ros.ros.conversions.pose import pose_to_msg
from realvlg_ros.ros.node.qos import stream
from realvlg_ros.ros.node.senders import Senders
from realvlg_ros.ros.requests.relayed_target import SenderCheck, TargetCheck, stamp_fault
from realvlg_ros.transforms import make_transform

Result = PlanGrasps.Result
NAN, INF = math.nan, math.inf


def first(name, value):
    """Set a field of the first grasp, by its dotted name."""

    def change(target):
        *path, last = name.split('.')
        thing = target.grasps[0]
        for part in path:
            thing = getattr(thing, part)
        setattr(thing, last, value)

    return change


def whole(**fields):
    def change(target):
        for name, value in fields.items():
            setattr(target, name, value)

    return change


def variance(index, value):
    def change(target):
        target.grasps[0].pose.covariance[index] = value

    return change


def turned_link(target):
    turn = np.diag([-1.0, -1.0, 1.0])
    target.grasps[0].parent_link_pose = pose_to_msg(make_transform(turn, [0.5, 0.0, 0.12]))


def far_contact(target):
    target.grasps[0].contact_points[0].x = 4.0


def nowhere(target):
    target.header.frame_id = ''


def many(target):
    target.grasps = [target.grasps[0]] * 10_001


# (what is wrong, what the refusal names)
BAD = {
    'nine metres': (first('pose.pose.position.x', 9.0), 'outside of the workspace'),
    'far object': (whole(object_pose=pose_to_msg(np.eye(4) + np.eye(4, k=3) * 3.0)), 'middle of'),
    'nan': (first('pose.pose.position.x', NAN), 'position of a pose is [nan'),
    'infinite': (first('pose.pose.position.z', -INF), 'position of a pose is'),
    'huge': (first('pose.pose.position.y', 1e30), 'position of a pose is'),
    'quaternion of length 2': (first('pose.pose.orientation.w', 2.0), 'unit length'),
    'quaternion nan': (first('pose.pose.orientation.x', NAN), 'not a rigid transform'),
    'opens too far': (first('opening_width', 0.5), 'opens 0.5 m, and franka_hand opens 0 to 0.08'),
    'opens nan': (first('opening_width', NAN), 'opening_width of a grasp is nan'),
    'opens backwards': (first('opening_width', -0.05), 'opening_width of a grasp is -0.05'),
    'wide object': (first('object_width', INF), 'object_width of a grasp is inf'),
    'standoff nan': (first('standoff', NAN), 'standoff of a grasp is nan'),
    'standoff far': (first('standoff', 1e9), 'at most 10'),
    'retreat': (first('retreat.z', 50.0), 'length 1'),
    'retreat nan': (first('retreat_distance', NAN), 'retreat_distance of a grasp is nan'),
    'quality nan': (first('quality', NAN), 'quality of a grasp is nan'),
    'quality two': (first('quality', 2.0), 'quality of a grasp is 2'),
    'preference nan': (first('preference', NAN), 'preference of a grasp is nan'),
    'clearance nan': (first('clearance', NAN), 'clearance of a grasp is nan'),
    'source': (first('source', 'x' * 10**5), "source 'xxx"),
    'approach': (first('approach.z', 1.0), 'approach of a grasp is not the +z'),
    'approach nan': (first('approach.x', NAN), 'approach is [nan'),
    'link elsewhere': (
        first('parent_link_pose.position.z', 0.9),
        'parent_link_pose of a grasp is',
    ),
    'link turned': (turned_link, 'parent_link_pose of a grasp is'),
    'link nan': (first('parent_link_pose.position.x', NAN), 'position of a pose'),
    'unknown link': (whole(parent_link='trunk'), 'trunk'),
    'contact': (far_contact, 'far from its TCP'),
    'negative variance': (variance(0, -1e-6), 'variance'),
    'variance nan': (variance(7, NAN), 'covariance of a pose holds nan'),
    'no covariance': (variance(1, 1.0), 'not symmetric'),
    'spread nan': (whole(position_std=NAN), 'position_std is nan'),
    'spread negative': (whole(rotation_std=-1.0), 'rotation_std is -1'),
    'state': (whole(state=200), 'state 200'),
    'no frame': (nowhere, 'names no frame'),
    'too many': (many, '10001 elements'),
}


@pytest.mark.parametrize('case', BAD)
def test_a_bad_target_is_refused_in_few_words(case):
    change, words = BAD[case]
    check = TargetCheck('', (-5.0,) * 3, (5.0,) * 3)
    target = good_target()
    assert check.refusal(target) == ''
    change(target)
    refusal = check.refusal(target)
    assert words in refusal and len(refusal) < 400, refusal


def test_the_gripper_is_the_given_one_or_that_of_the_target():
    box = ((-5.0,) * 3, (5.0,) * 3)
    assert TargetCheck('franka_hand', *box).refusal(good_target()) == ''
    assert 'wsg_50' in TargetCheck('wsg_50', *box).refusal(good_target())
    own = good_target()
    own.gripper = 'a_hand_of_our_own'
    # Nobody here knows how far it opens.
    assert TargetCheck('', *box).refusal(own) == ''
    own.gripper = '../../etc/passwd'
    assert TargetCheck('', *box).refusal(own) == ''


def test_an_empty_workspace_is_refused():
    with pytest.raises(ParameterError, match='workspace_min .* must be below workspace_max'):
        ServerParameters(workspace_min=(1.0, 0.0, 0.0), workspace_max=(0.5, 1.0, 1.0))


@pytest.mark.parametrize(
    ('later_s', 'passed_s', 'words'),
    [
        (0.0, 0.1, ''), (2.0, 2.1, ''), (30.0, 3.0, ''),
        (-0.1, 1.0, 'before the image'), (3600.0, 1.0, 'another clock'),
    ],
)  # fmt: skip
def test_the_stamp_goes_on_from_the_grounded_image(later_s, passed_s, words):
    grounded = 1_700_000_000_000_000_000
    fault = stamp_fault(grounded + int(later_s * 1e9), grounded, passed_s)
    assert words in fault and bool(words) == bool(fault)


class Info:
    def __init__(self, name, gid):
        self.node_namespace, self.node_name, self.endpoint_gid = '/', name, gid


class FakeNode:
    infos = ()

    def resolve_topic_name(self, topic):
        return f'/{topic}'

    def get_publishers_info_by_topic(self, topic):
        return self.infos


def test_where_the_middleware_tells_the_publisher_it_decides():
    node = FakeNode()
    node.infos = [Info('grasp_node', [1] * 16), Info('stranger', [2] * 16)]
    check = SenderCheck(Senders(node, 'target'), '/grasp_node')
    assert check.accepts({'publisher_gid': bytes([1] * 16)})
    assert not check.accepts({'publisher_gid': bytes([2] * 16)})
    assert not check.accepts({'publisher_gid': {'data': bytes([3] * 16)}})
    assert check.accepts({}) and check.accepts({'publisher_gid': None})
    assert '/grasp_node and /stranger publish /target' in check.doubt()
    node.infos = node.infos[1:]
    assert "/stranger sent it, and target_node is '/grasp_node'" in check.doubt()
    node.infos = [Info('grasp_node', [1] * 16), Info('grasp_node', [3] * 16)]
    # One that was killed is listed for a while.
    assert not check.doubt() and check.name() == '/grasp_node'


@pytest.fixture(scope='module')
def graph(ros_context):
    graph = Graph()
    grounded = Grounding(status=Grounding.OK, label='box')

    def answer(handle):
        grounded.header.stamp = graph.node.get_clock().now().to_msg()
        handle.succeed()
        return Ground.Result(grounding=grounded)

    group = ReentrantCallbackGroup()
    grounder = ActionServer(graph.node, Ground, 'ground', answer, callback_group=group)
    graph.targets = graph.node.create_publisher(GraspTarget, 'target', stream('reliable', 10))
    graph.server = graph.add(GraspServer, target_silence=0.3)
    graph.diagnostics = graph.record_diagnostics()
    yield graph
    grounder.destroy()
    graph.close()


class Stream:
    """Publishes a target again and again until it is closed."""

    def __init__(self, node, publisher, target):
        self._done = threading.Event()

        def run():
            while not self._done.wait(0.03):
                target.header.stamp = node.get_clock().now().to_msg()
                target.checked_stamp = target.grounded_stamp = target.header.stamp
                publisher.publish(target)

        self._thread = threading.Thread(target=run, daemon=True)

    def __enter__(self):
        self._thread.start()

    def __exit__(self, *_):
        self._done.set()
        self._thread.join()


def asked(graph, target):
    with Stream(graph.node, graph.targets, target):
        return plan(graph, 'the box', request_id='r', timeout=PATIENCE_S / 2).result()


@pytest.mark.parametrize('case', ['nine metres', 'nan', 'opens too far', 'quality nan'])
def test_a_goal_is_not_answered_with_a_bad_target(graph, case):
    change, words = BAD[case]
    target = good_target()
    change(target)
    result = asked(graph, target)
    assert result.status == Result.FAILED and not result.target.grasps
    assert 'the target that came was refused' in result.message and words in result.message


def test_an_answer_says_which_node_its_target_came_from(graph):
    result = asked(graph, good_target())
    assert result.status == Result.OK, result.message
    assert result.message.endswith('; the target is of /test_client')


def said(graph, words):
    return [
        status for array in graph.diagnostics for status in array.status if words in status.message
    ]


def test_two_nodes_that_publish_targets_are_named_and_not_relayed(graph):
    stranger = rclpy.create_node('stranger')
    publisher = stranger.create_publisher(GraspTarget, 'target', stream('reliable', 10))
    try:
        wait_until(lambda: len(Senders(graph.server, 'target').names()) == 2, 'the stranger')
        forged = good_target(position=(0.3, 0.2, 0.1))
        with Stream(stranger, publisher, forged):
            result = asked(graph, good_target())
        assert result.status == Result.FAILED
        assert '/stranger and /test_client publish /target' in result.message
        named = wait_until(lambda: said(graph, '/target has 2 publishers'), 'diagnostics')
        assert '/stranger, /test_client' in named[0].message
    finally:
        stranger.destroy_node()
    wait_until(lambda: len(Senders(graph.server, 'target').names()) == 1, 'its end')
    assert asked(graph, good_target()).status == Result.OK


def test_only_the_named_node_is_relayed(graph):
    graph.remove(graph.server)
    for trusted, status in (('/grasp_node', Result.FAILED), ('/test_client', Result.OK)):
        server = graph.add(GraspServer, target_silence=0.3, target_node=trusted)
        result = asked(graph, good_target())
        assert result.status == status, result.message
        graph.remove(server)
    graph.server = graph.add(GraspServer, target_silence=0.3)

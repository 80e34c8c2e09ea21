"""A fixed frame that was asked for: no answer in another is OK, and tf that comes mends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import table_scene
from field import Row, table
from odd_camera import OddCamera
from realvlg_ros.action import PlanGrasps
from realvlg_ros.msg import GraspTarget
from ros_graph import Graph, plan, wait_until

from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grasp_server import GraspServer
from realvlg_ros.nodes.grounding_node import GroundingNode
from realvlg_ros.ros.conversions.grasp import target_from_msg

pytest.importorskip('tf2_msgs')

from realvlg_ros.ros.tf.tf_adapter import TransformBroadcaster, transform_to_msg

SENTENCE = 'pick up the red box'
POSE = table_scene.camera2world()


class FixedFrameGraph(Graph):
    """Nodes whose fixed frame is base_link, and tf of the test's own."""

    def __init__(self) -> None:
        super().__init__()
        self.camera = OddCamera(self.node)
        self.broadcaster = TransformBroadcaster(self.node.create_publisher)
        self.targets = self.record_targets()
        parameters = {'fixed_frame': 'base_link', 'no_data_timeout': 0.3}
        self.add(GroundingNode, max_image_age=0.3, **parameters)
        self.add(GraspNode, **{'tracker.fused_plans': 1, 'tracker.max_gap': 4.0}, **parameters)
        self.add(GraspServer, retry_period=0.05, tf_timeout=0.5)

    def send(self, parent: str, child: str, pose: np.ndarray = POSE, scale: float = 1.0) -> None:
        """Publish a static transform; its quaternion has the length scale."""
        message = transform_to_msg(parent, child, pose, 0)
        message.transform.rotation.w *= scale
        self.broadcaster.send_static(message)

    def ask(self) -> Any:
        """The result of a goal."""
        return plan(self, SENTENCE, insist=True).result()


@pytest.fixture(scope='module')
def graph(ros_context: None) -> Iterator[FixedFrameGraph]:
    graph = FixedFrameGraph()
    yield graph
    graph.close()


def nothing(graph: FixedFrameGraph, camera: str) -> None:
    pass


def unconnected(graph: FixedFrameGraph, camera: str) -> None:
    graph.send('base_link', 'arm')
    graph.send('mast', camera)


def refused(graph: FixedFrameGraph, camera: str) -> None:
    graph.send('base_link', camera, scale=7.0)


def not_finite(graph: FixedFrameGraph, camera: str) -> None:
    pose = POSE.copy()
    pose[0, 3] = np.nan
    graph.send('base_link', camera, pose)


# The camera's frame is the row's own: what one row publishes says nothing of the next.
MISSING = [
    Row('missing', ('cam_a', nothing), 'TF_UNAVAILABLE',
        ("'cam_a'", "'base_link'", 'known frames: none', 'publish a static transform',
         '--frame-id base_link --child-frame-id cam_a')),
    Row('a leading slash', ('/cam_b', nothing), 'TF_UNAVAILABLE', ("'cam_b'", "'base_link'")),
    Row('unconnected', ('cam_c', unconnected), 'TF_UNAVAILABLE',
        ("tf reaches from 'cam_c' to 'mast' (cam_c -> mast)", "nothing above 'base_link'",
         'publish a static transform', '--frame-id base_link --child-frame-id mast')),
    Row('a misspelt name', ('cam_cc', nothing), 'TF_UNAVAILABLE', ("did you mean 'cam_c'?",)),
    Row('a quaternion refused', ('cam_d', refused), 'TF_UNAVAILABLE',
        ("'cam_d'", "'base_link'", 'tf refused', 'unit length', 'static transform')),
    Row('a pose not finite', ('cam_e', not_finite), 'TF_UNAVAILABLE', ('tf refused', "'cam_e'")),
    Row('no frame_id', ('', nothing), 'TF_UNAVAILABLE',
        ("no pose of '' in 'base_link'", 'empty frame_id', 'static transform')),
]  # fmt: skip


@table(MISSING)
def test_without_tf_no_goal_is_answered_in_another_frame(graph: FixedFrameGraph, row: Row) -> None:
    camera, publish = row.given
    graph.camera.name_frame(camera)
    begin = len(graph.targets)
    publish(graph, camera)

    def answered() -> bool:
        # The images of the last row, and tf, may still be on their way.
        result = graph.ask()
        assert result.status != PlanGrasps.Result.OK
        return result.status == getattr(PlanGrasps.Result, row.status) and row.says(result.message)

    wait_until(answered, f'the right answer of {row.id}')
    assert all(target.state == GraspTarget.LOST for target in graph.targets[begin:])


def test_tf_that_comes_mends_it_and_the_pose_is_right(graph: FixedFrameGraph) -> None:
    graph.camera.name_frame('cam_f')
    begin = len(graph.targets)
    wait_until(lambda: 'cam_f' in graph.ask().message, 'a refusal')
    graph.send('base_link', 'cam_f')
    result = wait_until(
        lambda: (r := graph.ask()).status == PlanGrasps.Result.OK and r, 'a target'
    )
    target = result.target
    assert (target.header.frame_id, target.camera_frame_id) == ('base_link', 'cam_f')
    lower, upper = table_scene.RED_BOX_CORNERS
    position = target_from_msg(target).grasps[0].position
    assert np.all(position > lower - 0.01) and np.all(position < upper + 0.01)
    followed = [t for t in graph.targets[begin:] if t.grasps]
    assert {t.header.frame_id for t in followed} <= {'base_link'}


def moving(graph: FixedFrameGraph, camera: str) -> Callable[[], None]:
    """Publish tf like a robot; returns what stops it and starts it again."""
    going = [True]

    def tick() -> None:
        if going[0]:
            stamp_ns = graph.node.get_clock().now().nanoseconds
            graph.broadcaster.send(transform_to_msg('base_link', camera, POSE, stamp_ns))

    graph.node.create_timer(0.02, tick)
    return lambda: going.__setitem__(0, not going[0])


@table([
    Row('a short gap', 0, 'OCCLUDED', ('no usable frame for', 'cam_g', "'base_link'", 'away')),
    Row('a long gap', 1, 'LOST', ('no pose of', 'cam_h', "'base_link'", 'away')),
])  # fmt: skip
def test_over_a_gap_of_tf_a_target_holds_or_ends_in_its_frame(
    graph: FixedFrameGraph, row: Row
) -> None:
    camera = ('cam_g', 'cam_h')[row.given]
    graph.camera.name_frame(camera)
    toggle = moving(graph, camera)
    wait_until(lambda: graph.ask().status == PlanGrasps.Result.OK, 'a target')
    begin = len(graph.targets)
    wait_until(lambda: any(t.stable for t in graph.targets[begin:]), 'a stable target')
    begin = len(graph.targets)
    toggle()
    state = getattr(GraspTarget, row.status)

    def doubted() -> GraspTarget | None:
        # A target of an earlier request may end for reasons of its own.
        doubts = (t for t in graph.targets[begin:] if t.state == state)
        return next((t for t in doubts if row.says(t.message)), None)

    doubt = wait_until(doubted, f'{row.status} with {row.words}')
    assert not doubt.stable and doubt.header.frame_id == 'base_link'
    toggle()
    since = graph.targets.index(doubt)
    wait_until(lambda: any(t.stable for t in graph.targets[since:]), 'the target again')
    assert {t.header.frame_id for t in graph.targets[begin:] if t.grasps} == {'base_link'}


def test_without_tf2_msgs_the_answer_says_what_is_missing(
    graph: FixedFrameGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The nodes start and say so in each answer."""
    from realvlg_ros.errors import MissingDependencyError
    from realvlg_ros.ros.tf import tf_adapter

    def missing() -> None:
        raise MissingDependencyError('tf is off: tf2_msgs is not installed')

    graph.camera.name_frame('cam_f')
    monkeypatch.setattr(tf_adapter, '_tf_message', missing)
    for node in list(graph._nodes):
        if isinstance(node, GroundingNode):
            graph.remove(node)
    graph.add(GroundingNode, fixed_frame='base_link', max_image_age=0.3)
    result = graph.ask()
    assert result.status == PlanGrasps.Result.TF_UNAVAILABLE
    for words in ("'cam_f'", "'base_link'", 'tf2_msgs is not installed', 'static transform'):
        assert words in result.message

"""Nothing is OK that was not checked on this frame: things come, move and go between goals."""

import numpy as np
import pytest
import table_scene
from changing_table import (
    BEHIND,
    BLUE_BOX,
    BOTH,
    IN_FRONT,
    INSIDE_M,
    LEFT,
    RED_BOX,
    RIGHT,
    SENTENCE,
    entered_m,
    images,
)
from field import Row, table
from realvlg_ros.action import PlanGrasps
from ros_graph import FakeCamera, Graph, plan, wait_until
from tracking_graph import QUICK

from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grasp_server import GraspServer
from realvlg_ros.nodes.grounding_node import GroundingNode
from realvlg_ros.ros.conversions.pose import pose_with_covariance_from_msg
from realvlg_ros.ros.conversions.stamps import stamp_to_ns
from realvlg_ros.ros.requests.status_names import STATUS_NAMES

CHECKED = ('checked in this image', 's ago')
# From one scene to the next between two goals, and what the second goal asks for.
CHANGES = [
    Row('a block behind it appears', (BOTH, (*BOTH, BEHIND), SENTENCE), 'OK', CHECKED, 0.06),
    Row('a block before it appears', (BOTH, (*BOTH, IN_FRONT), SENTENCE), 'OK', CHECKED, 0.06),
    Row(
        'a block moves to its side',
        ((*BOTH, LEFT.moved(-0.06, -0.1)), (*BOTH, LEFT), SENTENCE), 'OK', CHECKED, 0.06,
    ),
    Row('it moves', (BOTH, (RED_BOX.moved(0.03, 0.12), BLUE_BOX), SENTENCE), 'OK', CHECKED, 0.06),
    Row('it is taken away', (BOTH, (BLUE_BOX,), SENTENCE), 'NOT_FOUND', ('red',)),
    Row('it is put there', ((BLUE_BOX,), BOTH, SENTENCE), 'OK', CHECKED, 0.06),
    Row('a block goes again', ((*BOTH, BEHIND), BOTH, SENTENCE), 'OK', CHECKED, 0.06),
    Row('another is asked for', (BOTH, BOTH, 'the blue box'), 'OK', CHECKED, 0.06),
]  # fmt: skip


@pytest.fixture(scope='module')
def graph(ros_context):
    graph = Graph()
    graph.camera = FakeCamera(graph.node)
    graph.add(GroundingNode)
    graph.add(GraspNode, reground=False, **QUICK)
    graph.add(GraspServer, target_silence=30.0)
    graph.targets = graph.record_targets()
    yield graph
    graph.close()


def show(graph, blocks):
    graph.camera.show(*images(blocks))


def worst_mm(target, blocks):
    """How deep any grasp of a message stands in anything."""
    return 1e3 * max(
        entered_m(pose_with_covariance_from_msg(g.pose)[0], g.opening_width, blocks)
        for g in target.grasps
    )


@table(CHANGES)
def test_a_goal_is_answered_by_the_scene_of_now(graph, row):
    before, now, sentence = row.given
    show(graph, before)
    plan(graph, SENTENCE).result()
    show(graph, now)
    result = plan(graph, sentence).result()
    row.check(STATUS_NAMES[result.status], result.message)
    if row.within_m is None:
        return
    target = result.target
    paint = (BLUE_BOX if 'blue' in sentence else RED_BOX).paint
    asked_for = next(block for block in now if block.paint == paint)
    tcp = table_scene.camera2world() @ pose_with_covariance_from_msg(target.grasps[0].pose)[0]
    assert np.linalg.norm(tcp[:2, 3] - asked_for.middle) < row.within_m
    assert target.checked_stamp == target.header.stamp
    assert worst_mm(target, now) < 1e3 * INSIDE_M


def test_the_target_topic_drops_a_grasp_that_something_comes_in_the_way_of(graph):
    show(graph, BOTH)
    answer = plan(graph, SENTENCE, wait_for_stable=True).result()
    assert answer.status == PlanGrasps.Result.OK, answer.message
    # Where the grasps are depends on what stood there before.
    scene = next(
        (*BOTH, block) for block in (BEHIND, IN_FRONT, LEFT, RIGHT)
        if worst_mm(answer.target, (block,)) > 5.0
    )  # fmt: skip
    show(graph, scene)
    shown_ns = graph.node.get_clock().now().nanoseconds
    mine = answer.target.request_id

    def later():
        new = [t for t in graph.targets if stamp_to_ns(t.header.stamp) > shown_ns]
        return [t for t in new if t.request_id == mine]

    wait_until(lambda: any(t.stable for t in later()), 'a target that is stable again')
    for target in later():
        assert not target.grasps or worst_mm(target, scene) < 1e3 * INSIDE_M
        assert not target.stable or target.checked_stamp == target.header.stamp


def test_a_request_id_that_was_used_before_is_not_answered_by_what_it_found_then(graph):
    show(graph, BOTH)
    assert plan(graph, SENTENCE, request_id='reused').result().target.label == 'red box'
    result = plan(graph, 'the blue box', request_id='reused').result()
    assert result.status == PlanGrasps.Result.OK and result.target.label == 'blue box'

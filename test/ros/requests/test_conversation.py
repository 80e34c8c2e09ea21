"""A goal's options on the graph: questions and replies, a region, a frame, and other goals."""

import numpy as np
import pytest
import table_scene
from action_msgs.msg import GoalStatus
from rclpy.parameter import Parameter
from realvlg_ros.action import Ground, PlanGrasps
from realvlg_ros.msg import Grounding
from ros_graph import CAMERA_FRAME, FakeCamera, Goal, Graph, plan, wait_until
from sensor_msgs.msg import RegionOfInterest
from std_msgs.msg import String

from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grasp_server import GraspServer
from realvlg_ros.nodes.grounding_node import GroundingNode
from realvlg_ros.ros.conversions.grasp import target_from_msg
from realvlg_ros.ros.node.qos import latched

Result = PlanGrasps.Result


@pytest.fixture(scope='module')
def graph(ros_context):
    graph = Graph()
    graph.camera = FakeCamera(graph.node)
    graph.grounder = graph.add(GroundingNode)
    tracking = graph.add(GraspNode)
    graph.server = graph.add(GraspServer, tf_timeout=0.5)
    wait_until(lambda: tracking._tracker.memory_bytes, 'first frame of the tracker')
    yield graph
    graph.close()


REPLIES = (
    'the red one', 'the left one', 'red', 'on the left', 'the box left of the blue one',
    'not the blue one', 'no, the red box', 'the one on the left please',
)  # fmt: skip


@pytest.mark.parametrize(
    'reply', [{'choice': 'red'}, *({'instruction': words} for words in REPLIES)]
)
def test_a_goal_with_the_token_answers_the_question(graph, reply):
    asked = plan(graph, 'pick up the box').result()
    assert asked.status == Result.AMBIGUOUS and asked.token == asked.grounding.token != ''
    fields = dict(reply)
    if 'choice' in fields:
        labels = [candidate.label for candidate in asked.grounding.candidates]
        fields['choice'] = 1 + next(i for i, label in enumerate(labels) if 'red' in label)
    words = fields.pop('instruction', '')
    result = plan(graph, words, token=asked.token, **fields).result()
    assert result.status == Result.OK, result.message
    assert result.target.object_pose.position.x < 0 and not result.token


@pytest.mark.parametrize(
    ('fields', 'words'),
    [
        ({'token': 'unknown', 'choice': 1}, "no question with the token 'unknown'"),
        ({'choice': 2}, 'choice is 2 without the token'),
    ],
)
def test_a_reply_to_no_question_fails_with_the_reason(graph, fields, words):
    result = plan(graph, 'the red one', **fields).result()
    assert result.status == Result.FAILED and words in result.message


@pytest.mark.parametrize('reply', ['die rote', 'die linke', 'links', 'nicht die blaue'])
def test_a_reply_in_another_language_of_the_lexicons(graph, reply):
    asked = plan(graph, 'nimm die Kiste').result()
    assert asked.status == Result.AMBIGUOUS
    result = plan(graph, reply, token=asked.token).result()
    assert result.status == Result.OK, result.message
    assert result.target.object_pose.position.x < 0


def test_a_reply_may_end_the_request_or_count_the_candidates(graph):
    asked = plan(graph, 'pick up the box').result()
    result = plan(graph, 'never mind', token=asked.token).result()
    assert result.status == Result.NOT_FOUND and 'asks to stop' in result.message
    labels = [candidate.label for candidate in asked.grounding.candidates]
    asked = plan(graph, 'pick up the box').result()
    result = plan(graph, 'the second one', token=asked.token).result()
    assert result.status == Result.OK, result.message
    assert ('red' in labels[1]) == (result.target.object_pose.position.x < 0)


def test_what_was_answered_is_it_and_what_was_not_is_the_other_one(graph):
    def ask(words):
        goal = Ground.Goal(instruction=words)
        return Goal(graph, Ground, 'ground', goal).result().grounding

    assert ask('the red box').status == Grounding.OK
    it = ask('pick it up')
    assert it.status == Grounding.OK and 'red' in it.label, it.message
    other = ask('no, the other box')
    assert other.status == Grounding.OK and 'blue' in other.label, other.message
    other = ask('the other box')
    assert other.status == Grounding.OK and 'red' in other.label, other.message
    assert ask('the red box').status == Grounding.OK
    none = ask('the other one')
    assert none.status == Grounding.NOT_FOUND and 'no other one' in none.message


def test_a_speech_interface_asks_and_answers_over_topics(graph):
    groundings = graph.record_groundings()
    questions = graph.record(String, 'question', latched(1))
    say = {
        name: graph.node.create_publisher(String, name, 1) for name in ('instruction', 'answer')
    }
    wait_until(lambda: all(p.get_subscription_count() for p in say.values()), 'subscriptions')
    begin = len(groundings)

    def ended(status, instruction):
        # What an earlier test has asked for may be grounded again meanwhile.
        return next(
            (g for g in groundings[begin:] if g.status == status and g.instruction == instruction),
            None,
        )

    say['instruction'].publish(String(data='the box'))
    wait_until(lambda: ended(Grounding.AMBIGUOUS, 'the box'), 'the question')
    wait_until(lambda: any('Which box' in q.data for q in questions), 'the question in words')
    say['answer'].publish(String(data='the blue one'))
    found = wait_until(lambda: ended(Grounding.OK, 'the box, the blue one'), 'the answer')
    assert 'blue' in found.label


def test_only_the_region_is_looked_at(graph):
    half = RegionOfInterest(x_offset=160, width=160, height=240)
    result = plan(graph, 'the object', region_of_interest=half).result()
    assert result.status == Result.OK, result.message
    assert result.target.object_pose.position.x > 0
    beyond = RegionOfInterest(x_offset=900, width=160, height=240)
    result = plan(graph, 'the box', region_of_interest=beyond).result()
    assert result.status == Result.FAILED and 'outside the image' in result.message


def test_the_object_has_a_box_that_stands_on_the_support(graph):
    target = plan(graph, 'the red box').result().target
    box = target_from_msg(target).object_box
    assert box.on_support and target.object_on_support
    # Grown by the noise.
    more = np.array([*np.sort(box.size[:2]), box.size[2]]) - (0.045, 0.07, 0.06)
    assert np.all(more > 0) and np.all(more < 0.016)
    corners = box.corners() @ table_scene.camera2world()[:3, :3].T
    corners += table_scene.camera2world()[:3, 3]
    assert abs(corners[:, 2].min()) < 0.005
    lower, upper = table_scene.RED_BOX_CORNERS
    assert np.all(corners > lower - 0.015) and np.all(corners < upper + 0.015)


def test_the_result_is_in_the_frame_asked_for_or_names_what_tf_lacks(graph):
    pytest.importorskip('tf2_msgs')
    from realvlg_ros.ros.tf.tf_adapter import TransformBroadcaster, transform_to_msg

    result = plan(graph, 'the red box', target_frame='arm_base').result()
    assert result.status == Result.TF_UNAVAILABLE and not result.target.grasps
    for words in ("'arm_base'", repr(CAMERA_FRAME), 'target_frame', 'publish a static transform'):
        assert words in result.message
    broadcaster = TransformBroadcaster(graph.node.create_publisher)
    pose = table_scene.camera2world()
    broadcaster.send_static(transform_to_msg('arm_base', CAMERA_FRAME, pose, 0))
    goal = plan(graph, 'the red box', target_frame='arm_base')
    target = goal.result().target
    assert goal.result().status == Result.OK, goal.result().message
    assert target.header.frame_id == 'arm_base'
    lower, upper = table_scene.RED_BOX_CORNERS
    for grasp in target_from_msg(target).grasps:
        assert np.all(grasp.contact_points > lower - 0.01)
        assert np.all(grasp.contact_points < upper + 0.01)
        # The camera looks down; in the frame of the arm approaches come from above.
        assert grasp.approach[2] < 0 < grasp.retreat[2]
    best = target.grasps[0]
    offset = np.array([getattr(best.pose.pose.position, a) for a in 'xyz'])
    offset -= [getattr(best.parent_link_pose.position, a) for a in 'xyz']
    np.testing.assert_allclose(np.linalg.norm(offset), 0.1034, atol=1e-6)
    np.testing.assert_allclose(
        offset / 0.1034, target_from_msg(target).grasps[0].approach, atol=1e-6
    )


def test_a_new_goal_waits_or_is_rejected_where_the_parameter_says_so(graph):
    try:
        graph.server.set_parameters([Parameter('new_goal', value='queue')])
        goals = [plan(graph, 'pick up the red box') for _ in range(3)]
        assert [goal.result().status for goal in goals] == [Result.OK] * 3
        assert all(goal.status == GoalStatus.STATUS_SUCCEEDED for goal in goals)
        graph.server.set_parameters([Parameter('new_goal', value='reject')])
        graph.camera.pause()
        first = plan(graph, 'pick up the red box')
        second = plan(graph, 'pick up the blue box')
        assert not second.handle.accepted
        graph.camera.resume()
        assert first.result().status == Result.OK, first.result().message
    finally:
        graph.camera.resume()
        graph.server.set_parameters([Parameter('new_goal', value='preempt')])


def test_in_the_background_a_request_asks_for_what_it_asked_for_before(graph):
    questions = graph.record(String, 'question', latched(1))
    asked = plan(graph, 'the object').result()
    wait_until(lambda: questions, 'the question')
    half = RegionOfInterest(x_offset=160, width=160, height=240)
    plan(graph, 'the object', request_id='region', region_of_interest=half).result()
    plan(graph, '', request_id='choice', token=asked.token, choice=1).result()
    begin = len(questions)

    def again(request_id):
        goal = Ground.Goal(instruction='the object', request_id=request_id)
        return Goal(graph, Ground, 'ground_background', goal).result().grounding

    def ended(request_id):
        # The nodes of this graph ask, too.
        return wait_until(
            lambda: (g := again(request_id)).message != 'another request is at work' and g,
            'a turn',
        )

    assert ended('region').status == Grounding.OK and 'blue' in ended('region').label
    chosen = ended('choice')
    assert chosen.status == Grounding.CANCELED and 'chosen among several' in chosen.message
    assert ended('unknown').status == Grounding.AMBIGUOUS
    # Nobody is asked for it.
    assert len(questions) == begin and not ended('unknown').token

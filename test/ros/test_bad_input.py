"""Bad input, one at a time: a typed failure arrives whose words name the value and the remedy."""

import numpy as np
import pytest
import table_scene
from action_msgs.msg import GoalStatus
from realvlg_ros.action import PlanGrasps
from realvlg_ros.msg import Grounding
from realvlg_ros.srv import SetInstruction
from ros_graph import CAMERA_FRAME, FakeCamera, Graph, ground, plan, wait_until
from std_msgs.msg import String

from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grasp_server import GraspServer
from realvlg_ros.nodes.grounding_node import GroundingNode
from realvlg_ros.ros.conversions.camera import camera_to_msg
from realvlg_ros.ros.conversions.image import image_from_array

TIMEOUT_S = 0.6
SENTENCE = 'pick up the red box'


@pytest.fixture(scope='module')
def shared(ros_context):
    graph = Graph()
    graph.camera = FakeCamera(graph.node, rate=30.0)

    def add_grounding_node():
        graph.grounding = graph.add(GroundingNode, image_timeout=TIMEOUT_S, max_image_age=0.3)

    graph.add_grounding_node = add_grounding_node
    add_grounding_node()
    graph.add(GraspNode, reground=False)
    graph.add(GraspServer, retry_period=0.05)
    yield graph
    graph.close()


@pytest.fixture
def graph(shared):
    yield shared
    shared.camera.restore()
    wait_for_frames(shared, SENTENCE)


def wait_for_frames(graph, sentence):
    """Until a request sees good frames again: what was sent before is still on its way."""
    wait_until(
        lambda: ground(graph, sentence).result().grounding.status == Grounding.OK, 'good frames'
    )


def failure_with(graph, *words):
    """The answer of a request that fails with words.

    Good frames may still be on their way, and where the machine is busy there may be none in time.
    """

    def failure():
        answer = ground(graph, SENTENCE).result().grounding
        failed = answer.status == Grounding.FAILED
        return answer if failed and all(word in answer.message for word in words) else None

    return wait_until(failure, f'a failure with {words}')


def image(array, encoding, **fields):
    message = image_from_array(array, encoding, 0, CAMERA_FRAME)
    for name, value in fields.items():
        setattr(message, name, value)
    return message


def renamed(message):
    message.encoding = 'rgb17'
    return message


def depth_of(value):
    return np.full((240, 320), value, np.float32)


BAD_IMAGES = [
    ('wrong size', {'depth_msg': image(np.full((120, 160), 600, np.uint16), '16UC1')},
     ['depth is 160x120 and colour 320x240', 'depth alignment']),
    ('NaN', {'depth_msg': image(depth_of(np.nan), '32FC1')}, ['no reading', 'emitter']),
    ('all-zero depth', {'depth_msg': image(np.zeros((240, 320), np.uint16), '16UC1')},
     ['no reading', 'emitter']),
    ('metres in millimetres', {'depth_msg': image(depth_of(600.0), '32FC1')},
     ['600 m', 'REP 118']),
    ('unknown encoding', {'color_msg': renamed(image(table_scene.render()[0], 'rgb8'))},
     ["'rgb17'", 'rgb8']),
    ('depth as colour', {'color_msg': image(table_scene.render()[1], '16UC1')},
     ["'16UC1'", 'colour']),
    ('truncated', {'color_msg': image(table_scene.render()[0], 'rgb8', data=b'123')},
     ['3 bytes', 'truncated']),
    ('uncalibrated', {'info_msg': 'zero'}, ['calibrated', 'camera_info']),
    ('another size', {'info_msg': camera_to_msg(table_scene.CAMERA.scaled(640, 480))},
     ['640x480', '320x240']),
]  # fmt: skip


@pytest.mark.parametrize(
    ('parts', 'words'), [b[1:] for b in BAD_IMAGES], ids=[b[0] for b in BAD_IMAGES]
)
def test_a_bad_image_fails_with_its_value_and_remedy(graph, parts, words):
    graph.camera.replace(parts)

    answer = failure_with(graph, *words)
    assert answer.request_id and answer.instruction == SENTENCE


def test_depth_that_is_not_registered_is_refused(graph):
    graph.camera.depth_msg.header.frame_id = 'camera_depth_optical_frame'
    failure_with(graph, "'camera_depth_optical_frame'", 'align_depth.enable', 'check_frame_id')


@pytest.mark.parametrize('part', ['color', 'depth'])
def test_a_missing_stream_is_named(graph, part):
    graph.camera.replace({f'{part}_msg': None})
    failure_with(graph, f'no frame within {TIMEOUT_S:g} s')


def test_a_camera_info_that_never_came_is_named_with_its_topic(graph):
    graph.remove(graph.grounding)
    graph.camera.replace({'info_msg': None})
    graph.add_grounding_node()
    failure_with(graph, 'nothing received on camera_info', '/camera_info (1 publisher)', 'QoS')


@pytest.mark.parametrize(
    ('instruction', 'words'),
    [('', 'holds no word'), (' 123 ?', 'holds no word'), ('x' * 10_000, '10000 characters')],
    ids=['empty', 'no word', '10 kB'],
)
def test_a_bad_instruction_fails_on_every_way_in(graph, instruction, words):
    groundings = graph.record_groundings()
    goal = ground(graph, instruction)
    answer = goal.result().grounding
    assert answer.status == Grounding.FAILED and words in answer.message
    assert goal.status == GoalStatus.STATUS_ABORTED
    assert len(answer.instruction) <= 200
    request = SetInstruction.Request(instruction=instruction)
    response = graph.call(SetInstruction, 'set_instruction', request)
    assert not response.accepted and words in response.message
    result = plan(graph, instruction).result()
    assert result.status == PlanGrasps.Result.FAILED and words in result.message
    topic = graph.node.create_publisher(String, 'instruction', 1)
    wait_until(topic.get_subscription_count, 'subscriber of the instruction')
    before = len(groundings)
    topic.publish(String(data=instruction))
    wait_until(lambda: len(groundings) > before, 'answer on the topic')
    assert groundings[-1].status == Grounding.FAILED and words in groundings[-1].message


def test_the_plan_fails_with_the_words_of_the_grounder_and_diagnostics_repeat_them(graph):
    diagnostics = graph.record_diagnostics()
    graph.camera.replace({'depth_msg': image(np.zeros((240, 320), np.uint16), '16UC1')})
    failure_with(graph, 'no reading')

    def plan_failure():
        result = plan(graph, SENTENCE).result()
        assert result.status == PlanGrasps.Result.FAILED
        return 'no reading' in result.message

    wait_until(plan_failure, 'a plan that fails by the depth')
    reports = {
        'grounding_node: grounding': 'the last request',
        'grasp_node: image': 'the tracker',
    }
    for name, what in reports.items():
        wait_until(
            lambda name=name: any(
                status.name == name and 'no reading' in status.message
                for array in diagnostics
                for status in array.status
            ),
            f'diagnostics of {what}',
        )


def test_a_grounding_with_a_box_outside_the_image_is_refused(graph):
    targets = graph.record_targets()
    publisher = graph.node.create_publisher(Grounding, 'grounding', graph.latched)
    wait_until(lambda: publisher.get_subscription_count() >= 1, 'grasp_node')
    bad = ground(graph, SENTENCE).result().grounding
    bad.request_id = 'bad'
    bad.mask.x_offset_px = 10_000
    publisher.publish(bad)
    target = wait_until(
        lambda: next((t for t in targets if t.request_id == 'bad'), None), 'refusal'
    )
    assert target.state == target.LOST and 'reaches to column 100' in target.message

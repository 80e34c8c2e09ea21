"""Inputs at the border on the real graph: a sentence, three nodes, and a camera."""

import sys
import types

import numpy as np
import pytest
from field import Row, table

pytest.importorskip('rclpy', reason='ROS 2 is not installed')

import cv2
import table_scene
from patience import PATIENCE_S
from ros_graph import CAMERA_FRAME, FakeCamera, Graph, plan, wait_until
from sensor_msgs.msg import CameraInfo, Image

from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grasp_server import GraspServer
from realvlg_ros.nodes.grounding_node import GroundingNode
from realvlg_ros.ros.conversions.camera import camera_to_msg
from realvlg_ros.ros.conversions.image import image_from_array
from realvlg_ros.ros.requests.status_names import STATUS_NAMES


class Broken(types.ModuleType):
    def __getattr__(self, name):
        raise OSError(f'libvision_msgs_{name}.so: cannot open shared object file')


@pytest.fixture(scope='module')
def graph(ros_context):
    """Nodes that start after the only camera_info was published, and without vision_msgs."""
    graph = Graph()
    graph.camera = FakeCamera(graph.node, rate=30.0)
    graph.camera.info_msg = None
    once = graph.node.create_publisher(CameraInfo, 'camera_info', Graph.latched)
    message = camera_to_msg(table_scene.CAMERA, 1)
    once.publish(message)
    packages = pytest.MonkeyPatch()
    packages.setitem(sys.modules, 'vision_msgs', types.ModuleType('vision_msgs'))
    packages.setitem(sys.modules, 'vision_msgs.msg', Broken('vision_msgs.msg'))
    graph.add(GroundingNode, image_timeout=2.0, max_image_age=0.3)
    graph.add(GraspNode, reground=False)
    graph.add(GraspServer, retry_period=0.05)
    yield graph
    packages.undo()
    graph.close()


def answer(graph, sentence):
    # What a goal found before the input changed differs from what it finds then: ask anew.
    result = plan(graph, sentence, timeout=PATIENCE_S / 8).result()
    return STATUS_NAMES[result.status], result.message


def test_a_camera_info_of_before_the_start_and_a_broken_package_stop_nothing(graph):
    assert answer(graph, 'pick up the red box')[0] == 'OK'


def color_as(encoding):
    color = table_scene.render()[0]
    if encoding in ('8UC3', '8UC4'):
        channels = color[..., ::-1]
        if encoding == '8UC4':
            channels = np.dstack([channels, np.full(color.shape[:2], 255, np.uint8)])
        return image_from_array(np.ascontiguousarray(channels), encoding, 0, CAMERA_FRAME)
    if encoding == 'mono8':
        grey = cv2.cvtColor(color, cv2.COLOR_RGB2GRAY)
        return image_from_array(grey, encoding, 0, CAMERA_FRAME)
    height, width = color.shape[:2]
    planes = cv2.cvtColor(color, cv2.COLOR_RGB2YUV_I420)
    quarter = height // 4
    u, v = (planes[height + i * quarter : height + (i + 1) * quarter].ravel() for i in (0, 1))
    pairs = np.stack([u, v] if encoding == 'nv12' else [v, u], axis=-1)
    data = planes[:height].tobytes() + pairs.tobytes()
    msg = Image(height=height, width=width, encoding=encoding, step=width, data=data)
    msg.header.frame_id = CAMERA_FRAME
    return msg


def depth_times(factor):
    depth = np.round(table_scene.render()[1] * float(factor)).astype(np.uint16)
    return image_from_array(depth, '16UC1', 0, CAMERA_FRAME)


def info(**changes):
    msg = camera_to_msg(table_scene.CAMERA)
    for name, value in changes.items():
        setattr(msg, name, value)
    return msg


IDENTITY = [1.0, 0, 0, 0, 1, 0, 0, 0, 1]
ODD = image_from_array(np.zeros((240, 319, 2), np.uint8), 'yuv422_yuy2', 0, CAMERA_FRAME)
ROWS = [
    Row('8UC3 is BGR', {'color_msg': color_as('8UC3')}, 'OK'),
    Row('8UC4 is BGRA', {'color_msg': color_as('8UC4')}, 'OK'),
    Row('nv12', {'color_msg': color_as('nv12')}, 'OK'),
    Row('nv21', {'color_msg': color_as('nv21')}, 'OK'),
    Row('a grey image', {'color_msg': color_as('mono8')}, 'AMBIGUOUS', ('no colour', 'red')),
    Row('yuyv of odd width', {'color_msg': ODD}, 'FAILED', ('319x240', 'even')),
    Row('depth ten times off', {'depth_msg': depth_times(10)}, 'NO_GRASP', ('depth_scale', 'cm')),
    Row('depth four times off', {'depth_msg': depth_times(4)}, 'NO_GRASP', ('depth_scale', 'cm')),
    Row('depth a quarter', {'depth_msg': depth_times(0.25)}, 'FAILED', ('depth_scale',)),
    Row('K the identity', {'info_msg': info(k=IDENTITY)}, 'FAILED', ('identity', 'camera_info')),
    Row('an unknown lens', {'info_msg': info(distortion_model='ftheta', d=[0.1] * 4)}, 'FAILED',
        ('ftheta', 'rectified')),
    Row('K zero and P good', {'info_msg': info(k=[0.0] * 9)}, 'FAILED', ('rectified', 'true')),
]  # fmt: skip


@table(ROWS)
def test_an_input_of_the_camera(row, graph):
    graph.camera.restore()
    graph.camera.replace(row.given)

    def right():
        # Frames of the row before may still be on their way.
        status, message = answer(graph, 'pick up the red box')
        seen.append((status, message))
        return status == row.status and row.says(message)

    seen = []
    try:
        wait_until(right, row.id)
    except AssertionError:
        row.check(*seen[-1])
        raise

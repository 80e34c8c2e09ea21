"""Whatever a message holds: it is read, or refused with a typed error in few words."""

import math
import random
import struct

import cv2
import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not installed')
pytest.importorskip('realvlg_ros.msg', reason='the interfaces are not built')

import table_scene
from fake_planner import good_target
from fuzzing import search
from geometry_msgs.msg import Transform, TransformStamped
from hypothesis import strategies as st
from realvlg_ros.msg import (
    BoundingBox,
    ContactPair,
    GoalEvent,
    GraspRectangle,
    Grounding,
    ObjectCandidate,
    StageTiming,
)
from sensor_msgs.msg import CompressedImage, Image, MultiDOFJointState

from realvlg_ros.errors import RealvlgError
from realvlg_ros.moveit.link_poses import goal_set
from realvlg_ros.moveit.target_motions import plan_of
from realvlg_ros.ros.conversions.camera import camera_from_msg, camera_to_msg
from realvlg_ros.ros.conversions.goal_event import goal_event_from_msg
from realvlg_ros.ros.conversions.grasp import move_target, target_from_msg
from realvlg_ros.ros.conversions.grounding import grounding_from_msg, grounding_to_msg
from realvlg_ros.ros.conversions.image import array_from_image, color_from_msg, depth_from_msg
from realvlg_ros.ros.conversions.object_poses import object_poses_from_msg
from realvlg_ros.ros.requests.relayed_target import TargetCheck
from realvlg_ros.ros.tf.tf_adapter import transform_from_msg

# Seconds for each target of the search, and its inputs at most. Chosen: with the geometry half a
# minute.
SECONDS, MOST_EXAMPLES = 0.6, 1000
# Characters of an error at most: values are quoted in parts. Some say several things.
CHARACTERS = 2000
NUMBERS = (
    0.0, 1.0, -1.0, 2.0, math.nan, math.inf, -math.inf, 1e30, -1e30, 1e308, 5e-324, 255.0, 1e6
)  # fmt: skip
WHOLE = (0, 1, 2, 3, 7, 255, 256, 65535, 2**31 - 1, 2**32 - 1, -1, -(2**31))
TEXTS = (
    '', 'a', 'geometry', 'model', 'x' * 200_000, '\0', 'é', 'plumb_bob', 'equidistant', 'fisheye',
    'none', 'rgb8', 'uyvy', '8UC' + '9' * 5000, '8UC0', '8UC²', '16UC1', '32FC1', '64FC1', 'nv12',
    'nv24', 'i420', 'bayer_rggb8', 'mono16', 'jpeg', '16UC1; compressedDepth',
    '32FC1; compressedDepth png', '16UC1; compressedDepth rvl', 'rgb8; jpeg compressed bgr8',
)  # fmt: skip


def change(chance, message, share=0.3):
    """Replace some fields of a message, and of those in it, by extremes."""
    for name in message.get_fields_and_field_types():
        if chance.random() > share:
            continue
        value = getattr(message, name)
        try:
            setattr(message, name, changed(chance, value, share))
        except (AssertionError, OverflowError, ValueError, TypeError):
            # The field does not take it.
            continue


def changed(chance, value, share):
    """Another value of a field's type."""
    if hasattr(value, 'get_fields_and_field_types'):
        change(chance, value, share)
        return value
    if isinstance(value, bool):
        return chance.random() < 0.5
    if isinstance(value, int):
        return chance.choice(WHOLE)
    if isinstance(value, float):
        return chance.choice((*NUMBERS, chance.gauss(0, 1), value * 1.1))
    if isinstance(value, str):
        return chance.choice(TEXTS)
    if isinstance(value, np.ndarray):
        value = value.astype(np.float64)
        for _ in range(chance.randint(1, 3)):
            value[chance.randrange(len(value))] = chance.choice(NUMBERS)
        return value
    if isinstance(value, list):
        for item in value:
            if hasattr(item, 'get_fields_and_field_types'):
                change(chance, item, share)
        return value * chance.choice((0, 1, 1, 1, 2))
    if getattr(value, 'typecode', '') == 'B':
        return spoiled(chance, bytes(value))
    return [chance.choice(NUMBERS) for _ in range(chance.randint(0, 20))]


def spoiled(chance, data):
    """Bytes of which some were replaced, or the end is missing."""
    data = bytearray(data or bytes(8))
    for _ in range(chance.randint(0, 4)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data[: chance.choice((len(data), len(data), chance.randrange(len(data))))])


# In rvl: a run of 48 holes and no reading. From the paper, see realvlg_ros.ros.conversions.rvl.
ALL_HOLES = 0x86000000


def a_depth():
    return Image(height=4, width=6, step=12, encoding='16UC1', data=bytes(48))


def an_image():
    return Image(height=4, width=6, step=18, encoding='rgb8', data=bytes(72))


def a_png():
    _, png = cv2.imencode('.png', np.arange(48, dtype=np.uint16).reshape(6, 8))
    return CompressedImage(format='16UC1; compressedDepth', data=bytes(12) + png.tobytes())


def an_rvl():
    return CompressedImage(
        format='16UC1; compressedDepth rvl',
        data=bytes(12) + struct.pack('<iiI', 8, 6, ALL_HOLES) + bytes(8),
    )


def a_jpeg():
    _, jpeg = cv2.imencode('.jpg', np.zeros((6, 8, 3), np.uint8))
    return CompressedImage(format='rgb8; jpeg compressed bgr8', data=jpeg.tobytes())


def a_grounding():
    box = BoundingBox(x_max_px=9.0, y_max_px=9.0)
    made = Grounding(
        status=Grounding.OK, request_id='r', image_width_px=100, image_height_px=80, box=box,
        rectangles=[GraspRectangle(opening_width_px=4.0, jaw_height_px=3.0)],
        contacts=[ContactPair(x2_px=3.0)], candidates=[ObjectCandidate(box=box)],
        timings=[StageTiming(stage='a', milliseconds=1.0)],
    )  # fmt: skip
    made.mask.width_px = made.mask.height_px = 3
    made.mask.data = bytes([1] * 9)
    return made


def some_poses():
    return MultiDOFJointState(joint_names=['a', 'b'], transforms=[Transform(), Transform()])


def an_info():
    return camera_to_msg(table_scene.CAMERA)


CHECK = TargetCheck('', (-5.0,) * 3, (5.0,) * 3)


def refused_or_sound(message):
    """What grasp_server would relay holds nothing but finite numbers."""
    if not CHECK.refusal(message):
        for grasp in target_from_msg(message).grasps:
            assert np.all(np.isfinite(grasp.tcp2frame)) and np.all(np.abs(grasp.position) <= 5)
            assert 0 <= grasp.opening_width <= 0.0811


TARGETS = {
    'colour': (an_image, color_from_msg),
    'depth': (a_depth, depth_from_msg),
    'array': (an_image, array_from_image),
    'jpeg': (a_jpeg, color_from_msg),
    'png': (a_png, depth_from_msg),
    'rvl': (an_rvl, lambda message: depth_from_msg(message, (8, 6))),
    'camera_info': (an_info, lambda message: camera_from_msg(message, False)),
    'camera_info of rectified images': (an_info, lambda message: camera_from_msg(message, True)),
    'grounding': (a_grounding, lambda message: grounding_to_msg(grounding_from_msg(message))),
    'target': (good_target, target_from_msg),
    'moved target': (good_target, lambda message: move_target(message, 'b', np.eye(4))),
    'relayed target': (good_target, refused_or_sound),
    'goal set': (good_target, goal_set),
    'motions': (good_target, plan_of),
    'event': (lambda: GoalEvent(event=1, goal_id='a'), goal_event_from_msg),
    'object poses': (some_poses, object_poses_from_msg),
    'transform': (TransformStamped, transform_from_msg),
}


@pytest.mark.filterwarnings('ignore')
@pytest.mark.parametrize('name', TARGETS)
def test_any_message_is_read_or_refused(name, capfd):
    make, read = TARGETS[name]
    read(make())

    def use(seed):
        message = make()
        change(random.Random(seed), message)
        if hasattr(message, 'format'):
            # Long formats are tried with the images of files.
            message.format = message.format[:100]
        try:
            read(message)
        except RealvlgError as error:
            assert len(str(error)) < CHARACTERS

    search(st.integers(0, 2**32), use, MOST_EXAMPLES, SECONDS, shrink=False)

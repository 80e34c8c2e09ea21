"""The worst that messages held: each becomes a typed error in few words, or is read as it is."""

import math

import numpy as np
import pytest
from fake_planner import good_target
from geometry_msgs.msg import Transform, TransformStamped
from realvlg_ros.msg import BoundingBox, GraspRectangle, Grounding, ObjectCandidate, StageTiming
from sensor_msgs.msg import CameraInfo, Image, MultiDOFJointState

from realvlg_ros.errors import RealvlgError
from realvlg_ros.ros.conversions.camera import camera_from_msg
from realvlg_ros.ros.conversions.grasp import target_from_msg
from realvlg_ros.ros.conversions.grounding import grounding_from_msg
from realvlg_ros.ros.conversions.image import array_from_image, color_from_msg, depth_from_msg
from realvlg_ros.ros.conversions.object_poses import object_poses_from_msg
from realvlg_ros.ros.tf.tf_adapter import transform_from_msg

NAN, INF = math.nan, math.inf


def image(encoding, width=4, height=2, step=None, size=None):
    step = 4 * width if step is None else step
    return Image(
        width=width, height=height, step=step, encoding=encoding,
        data=bytes(step * height if size is None else size),
    )  # fmt: skip


def info(**fields):
    made = CameraInfo(width=64, height=48, distortion_model='plumb_bob')
    made.k = [60.0, 0.0, 31.5, 0.0, 60.0, 23.5, 0.0, 0.0, 1.0]
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def k_with(index, value):
    k = list(info().k)
    k[index] = value
    return info(k=k)


def grounding(**fields):
    return Grounding(status=Grounding.OK, image_width_px=64, image_height_px=48, **fields)


def masked(width, height, values, x=0):
    made = grounding()
    made.mask.x_offset_px, made.mask.width_px, made.mask.height_px = x, width, height
    made.mask.data = bytes(values)
    return made


def transform(**quaternion):
    made = TransformStamped(child_frame_id='camera')
    made.header.frame_id = 'base'
    for name, value in quaternion.items():
        setattr(made.transform.rotation, name, value)
    return made


def poses(names, count):
    return MultiDOFJointState(joint_names=names, transforms=[Transform()] * count)


BOX = BoundingBox(x_max_px=4.0, y_max_px=4.0)
WORST = {
    'odd uyvy': (color_from_msg, image('uyvy', width=3, step=6)),
    'digits': (color_from_msg, image('8UC' + '9' * 5000)),
    'digits of depth': (depth_from_msg, image('16UC' + '9' * 5000)),
    'digits of an array': (array_from_image, image('64FC' + '1' * 5000)),
    'no channel': (array_from_image, image('8UC0')),
    'superscript': (array_from_image, image('8UC²')),
    'other digits': (array_from_image, image('8UC٣')),
    'long encoding': (color_from_msg, image('x' * 10**6)),
    'empty': (color_from_msg, image('rgb8', width=0)),
    'huge': (color_from_msg, image('rgb8', width=2**32 - 1, height=2**32 - 1, step=12, size=24)),
    'short rows': (color_from_msg, image('rgb8', step=1)),
    'no data': (depth_from_msg, image('16UC1', size=0)),
    'odd nv12': (color_from_msg, image('nv12', width=3, step=4)),
    'focal nan': (camera_from_msg, k_with(0, NAN)),
    'focal infinite': (camera_from_msg, k_with(4, INF)),
    'focal huge': (camera_from_msg, k_with(0, 1e308)),
    'centre nan': (camera_from_msg, k_with(2, NAN)),
    'not calibrated': (camera_from_msg, info(k=[0.0] * 9)),
    'no pixels': (camera_from_msg, info(width=0)),
    'distortion nan': (camera_from_msg, info(d=[NAN] * 5)),
    'distortion of a million': (camera_from_msg, info(d=[0.1] * 10**6)),
    'distortion of an unknown lens': (camera_from_msg, info(distortion_model='y' * 10**6)),
    'three of fisheye': (camera_from_msg, info(distortion_model='fisheye', d=[0.1] * 3)),
    'binned away': (camera_from_msg, info(binning_x=65)),
    'score nan': (grounding_from_msg, grounding(score=NAN)),
    'score infinite': (grounding_from_msg, grounding(score=-INF)),
    'rectangle score nan': (
        grounding_from_msg,
        grounding(
            rectangles=[GraspRectangle(opening_width_px=4.0, jaw_height_px=2.0, score=NAN)]
        ),
    ),
    'candidate score nan': (
        grounding_from_msg, grounding(candidates=[ObjectCandidate(box=BOX, score=NAN)]),
    ),
    'candidate without a box': (
        grounding_from_msg, grounding(candidates=[ObjectCandidate(label='z' * 9000)]),
    ),
    'box nan': (grounding_from_msg, grounding(box=BoundingBox(x_max_px=NAN, y_max_px=4.0))),
    'box turned': (grounding_from_msg, grounding(box=BoundingBox(x_min_px=9.0, y_max_px=4.0))),
    'mask of nothing': (grounding_from_msg, masked(2, 2, [0] * 4)),
    'mask without rows': (grounding_from_msg, masked(2, 0, [])),
    'mask outside': (grounding_from_msg, masked(2, 2, [1] * 4, x=63)),
    'mask far outside': (grounding_from_msg, masked(2, 2, [1] * 4, x=2**31)),
    'mask too short': (grounding_from_msg, masked(60, 40, [1])),
    'time nan': (
        grounding_from_msg, grounding(timings=[StageTiming(stage='model', milliseconds=NAN)]),
    ),
    'too many rectangles': (
        grounding_from_msg,
        grounding(
            rectangles=[GraspRectangle(opening_width_px=4.0, jaw_height_px=2.0)] * 10_001
        ),
    ),
    'no rotation': (transform_from_msg, transform(w=0.0)),
    'rotation nan': (transform_from_msg, transform(x=NAN)),
    'poses without names': (object_poses_from_msg, poses([], 2)),
    'names without poses': (object_poses_from_msg, poses(['n' * 10**6], 0)),
}  # fmt: skip


@pytest.mark.parametrize('case', WORST)
def test_the_worst_is_refused_in_few_words(case):
    read, message = WORST[case]
    with pytest.raises(RealvlgError) as error:
        read(message, False) if read is camera_from_msg else read(message)
    assert len(str(error.value)) < 600


def test_good_ones_are_read_as_they_are():
    assert color_from_msg(image('rgb8', step=12)).shape == (2, 4, 3)
    assert camera_from_msg(info(), False).fx == 60.0
    assert grounding_from_msg(masked(2, 2, [0, 1, 0, 0])).mask.area == 1
    assert len(target_from_msg(good_target()).grasps) == 2
    assert np.array_equal(transform_from_msg(transform()), np.eye(4))
    assert list(object_poses_from_msg(poses(['mug'], 1))) == ['mug']

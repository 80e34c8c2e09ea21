"""Guess instead of refusal: numbers that no camera over a table has, in the nodes' scene.

What is right is a refusal before or instead of a grasp, whose words name the likely cause.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
import table_scene
from field import Row, table

from realvlg_ros.camera import Camera
from realvlg_ros.camera.camera_file import CameraFile
from realvlg_ros.camera.depth_check import check_variety
from realvlg_ros.camera.intrinsics_check import check_intrinsics
from realvlg_ros.depth_noise import DepthNoise
from realvlg_ros.errors import RealvlgError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.frame_folder import read_frame, write_frame
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grasping.planner import GraspPlanner
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus
from realvlg_ros.grounding.tabletop.grounder import TabletopGrounder
from realvlg_ros.image_region import RegionMask
from realvlg_ros.pipeline import Pipeline
from realvlg_ros.resources import gripper_file

CAMERA = table_scene.CAMERA
UNIT = ('depth_scale', 'depth_scale_m_per_unit')


@pytest.fixture(scope='module')
def planner():
    return GraspPlanner(Gripper.from_yaml(gripper_file('franka_hand')))


@pytest.fixture(scope='module')
def pipeline(planner):
    grounder = TabletopGrounder()
    grounder.load()
    return Pipeline(grounder, planner)


def judge(pipeline, depth, camera=CAMERA, scale=0.001, noise=None, phrase='the red box'):
    """The status and the message that a sentence gets; REFUSED where the frame is."""
    try:
        check_intrinsics(camera, 'camera_info', '')
        frame = RgbdFrame.from_arrays(
            table_scene.render()[0], depth, camera, depth_scale=scale, noise=noise
        )
        check_variety(frame.depth)
    except RealvlgError as error:
        return 'REFUSED', str(error), None
    answer = pipeline.ask(frame, phrase)
    return answer.status.value, answer.message, answer.grasps[0] if answer.grasps else None


def depth_mm():
    return table_scene.render()[1]


def scaled(factor):
    return np.round(depth_mm() * float(factor)).clip(0, 65535).astype(np.uint16)


def two_values():
    return np.where(depth_mm() > 629, 700, 500).astype(np.uint16)


FAULTS = [
    Row('clean', {}, 'OK', within_m=0.05),
    Row('float metres', {'depth': depth_mm() / 1000}, 'OK', within_m=0.05),
    Row('tenths of mm as mm', {'depth': scaled(10)}, 'NO_GRASP', ('x', 'cm', '6.', *UNIT)),
    Row('scale 10 times', {'scale': 0.01, 'phrase': 'the blue block'}, 'NOT_FOUND', UNIT),
    Row('scale 4 times', {'scale': 0.004}, 'NO_GRASP', ('29 x 20 x 24 cm', *UNIT)),
    Row('scale 4 times, a mug', {'scale': 0.004, 'phrase': 'the red mug'}, 'NOT_FOUND', UNIT),
    Row('data 4 times', {'depth': scaled(4), 'phrase': 'the red thing'}, 'NO_GRASP', UNIT),
    Row('scale a quarter', {'scale': 0.00025}, 'REFUSED', ('159.8 mm', *UNIT)),
    Row('its near part too near', {'scale': 0.00028}, 'REFUSED', ('178.9 mm', 'a tenth', *UNIT)),
    Row('data a tenth', {'depth': scaled(0.1)}, 'REFUSED', ('64', 'mm', *UNIT)),
    Row('scale 1000 times', {'scale': 1.0}, 'REFUSED', ('639 m', 'REP 118', *UNIT)),
    Row('scale a thousandth', {'scale': 1e-6}, 'REFUSED', UNIT),
    Row('float centimetres', {'depth': depth_mm() / 10.0}, 'REFUSED', ('64 m', *UNIT)),
    Row('float millimetres', {'depth': depth_mm() * 1.0}, 'REFUSED', ('639 m', *UNIT)),
    Row('float kilometres', {'depth': depth_mm() / 1e6}, 'REFUSED', UNIT),
    Row('bytes swapped', {'depth': depth_mm().byteswap()}, 'REFUSED', ('swapped', 'big')),
    Row('float bytes swapped', {'depth': (depth_mm() / 1000).astype(np.float32).byteswap()},
        'REFUSED', ('other order', 'is_bigendian')),
    Row('8 bits', {'depth': (depth_mm() // 4).astype(np.uint8)}, 'REFUSED', ('8 bits', '16')),
    Row('high byte alone', {'depth': (depth_mm() >> 8).astype(np.uint8)}, 'REFUSED', ('8 bits',)),
    Row('8 bits stretched to 16', {'depth': depth_mm() // 32 * 32}, 'REFUSED', ('32 mm', '8 bit')),
    Row('one value', {'depth': np.full((240, 320), 600, np.uint16)}, 'REFUSED', ('0.600',)),
    Row('two values', {'depth': two_values()}, 'REFUSED', ('0.500 and 0.700', 'mask')),
    Row('no reading', {'depth': np.zeros((240, 320), np.uint16)}, 'REFUSED', ('no reading',)),
    Row('a camera for the near', {'scale': 0.0002, 'noise': DepthNoise(0.0003, 0.0052),
        'phrase': 'the red mug'}, 'NOT_FOUND', UNIT),
]  # fmt: skip


@table(FAULTS)
def test_depth_of_another_unit_or_file(row, pipeline):
    arguments = dict(row.given)
    status, message, grasp = judge(pipeline, arguments.pop('depth', depth_mm()), **arguments)
    row.check(status, message)
    if row.within_m is not None:
        center = np.linalg.inv(table_scene.camera2world()) @ [
            *np.mean(table_scene.RED_BOX_CORNERS, axis=0),
            1.0,
        ]
        assert np.linalg.norm(grasp.position - center[:3]) < row.within_m


INTRINSICS = [
    Row('principal point zero', {'cx': 0.0, 'cy': 0.0}, 'REFUSED', ('(0, 0)', 'camera_info')),
    Row('principal point outside', {'cx': 400.0}, 'REFUSED', ('(400', '320x240', 'camera_info')),
    Row('principal point negative', {'cy': -30.0}, 'REFUSED', ('-30', 'camera_info')),
    Row('K the identity', {'fx': 1.0, 'fy': 1.0, 'cx': 0.0, 'cy': 0.0}, 'REFUSED',
        ('fx=1', 'identity', 'camera_info')),
    Row('focal length in mm', {'fx': 3.6, 'fy': 3.6}, 'REFUSED', ('fx=3.6', 'camera_info')),
    Row('focal length of a telescope', {'fx': 9000.0, 'fy': 9000.0}, 'REFUSED', ('camera_info',)),
    Row('fx is not fy', {'fy': 120.0}, 'REFUSED', ('fx=300', 'fy=120', 'camera_info')),
    Row('K of half the size', {'cx': 79.5, 'cy': 60.0, 'fx': 150.0, 'fy': 150.0}, 'REFUSED',
        ('160x120', 'camera_info')),
    Row('K of another aspect', {'width': 1280, 'height': 720, 'cx': 318.0, 'cy': 243.0}, 'REFUSED',
        ('640x480', 'camera_info')),
    Row('squeezed image', {'fy': 240.0}, 'BELIEVED'),
    Row('wide lens', {'fx': 60.0, 'fy': 60.0}, 'BELIEVED'),
    Row('fisheye of 200 degrees', {'fx': 91.0, 'fy': 91.0, 'fisheye': True,
        'distortion': (0.0,) * 4}, 'BELIEVED'),
    Row('long lens', {'fx': 2500.0, 'fy': 2500.0}, 'BELIEVED'),
    Row('off centre', {'cx': 40.0, 'cy': 200.0}, 'BELIEVED'),
]  # fmt: skip


@table(INTRINSICS)
def test_intrinsics_that_no_camera_has(row):
    try:
        check_intrinsics(replace(CAMERA, **row.given), 'camera_info', 'see roi')
        status, message = 'BELIEVED', ''
    except RealvlgError as error:
        status, message = 'REFUSED', str(error)
    row.check(status, message)


def scaled_frame(factor, noise):
    """The scene with everything so many times as large and as far."""
    depth = (depth_mm() * factor / 1000).astype(np.float32)
    return RgbdFrame.from_arrays(table_scene.render()[0], depth, CAMERA, noise=noise)


def red_mask():
    color = table_scene.render()[0].astype(int)
    red = (color[..., 0] > 120) & (color[..., 1] < 80)
    return RegionMask.from_full(cv2.erode(red.astype(np.uint8), np.ones((3, 3))).astype(bool))


OBJECTS = [
    Row('true size', (1.0, 'the red thing'), 'OK'),
    Row('of its name', (1.0, 'the red box'), 'OK'),
    Row('close up', (0.35, 'the red thing'), 'OK'),
    Row('a mug of 32 cm', (4.6, 'the red mug'), 'NO_GRASP', ('mug', 'cm', *UNIT)),
    Row('a mug ten times as large', (10.0, 'the red mug'), 'NO_GRASP', ('mug', 'at 6.', *UNIT)),
    Row('a thing six times as large', (6.0, 'the red thing'), 'NO_GRASP', ('gripper', *UNIT)),
    Row('a thing out of reach', (3.5, 'the red thing', 0.012), 'NO_GRASP', ('deviates', *UNIT)),
    Row(
        'a mug a quarter as large',
        (0.25, 'the red mug', 0.0052),
        'NO_GRASP',
        ('mug', 'mm', *UNIT),
    ),
]


@table(OBJECTS)
def test_a_model_s_object_of_another_size(row, planner):
    factor, phrase, *quadratic = row.given
    frame = scaled_frame(factor, DepthNoise(0.0003, *(quadratic or (0.0025,))))
    mask = red_mask()
    grounding = Grounding(
        GroundingStatus.OK, phrase, label='thing', score=1.0, box=mask.box, mask=mask,
        image_width=CAMERA.width, image_height=CAMERA.height,
    )  # fmt: skip
    plan = planner.plan(frame, grounding)
    row.check('OK' if plan.grasps else 'NO_GRASP', plan.message)


def test_a_cropped_frame_keeps_its_principal_point_outside(tmp_path):
    camera = Camera(100, 80, 300.0, 300.0, -40.5, 119.5)
    depth = np.linspace(0.4, 0.9, 8000, dtype=np.float32).reshape(80, 100)
    write_frame(tmp_path, RgbdFrame.from_arrays(np.zeros((80, 100, 3), np.uint8), depth, camera))
    assert read_frame(tmp_path).camera == camera
    assert CameraFile.read(tmp_path / 'camera.json').camera == camera

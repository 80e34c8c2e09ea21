"""What comes in and goes out at the borders: files, messages, packages, JSON.

Right is a typed error that names the value and what was expected, or the value understood.
"""

from __future__ import annotations

import builtins
import json
import sys
import types
from dataclasses import replace
from enum import Enum
from pathlib import Path

import cv2
import numpy as np
import pytest
import table_scene
from field import Row, table

from realvlg_ros.camera import Camera
from realvlg_ros.camera.camera_file import CameraFile
from realvlg_ros.cli import main
from realvlg_ros.errors import MissingDependencyError, RealvlgError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.frame_folder import write_frame
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grasping.planner import GraspPlanner
from realvlg_ros.grounding.tabletop.grounder import TabletopGrounder
from realvlg_ros.json_text import to_json_text
from realvlg_ros.optional import import_optional
from realvlg_ros.pipeline import Pipeline
from realvlg_ros.resources import gripper_file

CAMERA_JSON = {'width': 320, 'height': 240, 'fx': 300.0, 'fy': 300, 'cx': 159.5, 'cy': 119.5}


def without(key):
    return json.dumps({name: value for name, value in CAMERA_JSON.items() if name != key})


def having(**changes):
    return json.dumps({**CAMERA_JSON, **changes})


FILES = [
    Row('plain', having(), 'READ'),
    Row('a note of its source', having(depth_note='mm', commit='abc', licence=None), 'READ'),
    Row('a side as a float', having(width=320.0), 'READ'),
    Row('a byte order mark', '\ufeff' + having(), 'READ'),
    Row('empty', '', 'REFUSED', ('JSON', 'width')),
    Row('not JSON', 'width: 320', 'REFUSED', ('JSON', 'width')),
    Row('a list', '[1, 2]', 'REFUSED', ('list', 'object')),
    Row('a number', '3', 'REFUSED', ('int', 'object')),
    Row('null', 'null', 'REFUSED', ('NoneType', 'object')),
    Row('scale null', having(depth_scale_m_per_unit=None), 'REFUSED',
        ('depth_scale_m_per_unit', 'null', '0.001')),
    Row('scale a text', having(depth_scale_m_per_unit='abc'), 'REFUSED', ('"abc"', '0.001')),
    Row('scale a number in a text', having(depth_scale_m_per_unit='0.001'), 'REFUSED',
        ('"0.001"', 'metres')),
    Row('scale negative', having(depth_scale_m_per_unit=-0.001), 'REFUSED', ('-0.001',)),
    Row('scale zero', having(depth_scale_m_per_unit=0), 'REFUSED', ('is 0;', 'above 0')),
    Row('scale true', having(depth_scale_m_per_unit=True), 'REFUSED', ('true', '0.001')),
    Row('units a metre', having(depth_scale_m_per_unit=1000), 'REFUSED', ('1000', 'at most 1')),
    Row('scale not a number', having(depth_scale_m_per_unit=float('nan')), 'REFUSED', ('NaN',)),
    Row('scale huge', having(depth_scale_m_per_unit=10**400), 'REFUSED', ('number 1000',)),
    Row('scale under another name', having(depth_scale=0.001), 'REFUSED',
        ("'depth_scale'", 'depth_scale_m_per_unit')),
    Row('scale misspelt', having(depth_scale_m_per_units=0.1), 'REFUSED',
        ('depth_scale_m_per_units', "'depth_scale_m_per_unit'")),
    Row('fx missing', without('fx'), 'REFUSED', ("'fx' is missing",)),
    Row('fx null', having(fx=None), 'REFUSED', ('fx is null', 'positive')),
    Row('fx a list', having(fx=[300.0]), 'REFUSED', ('fx is [300.0]',)),
    Row('fy negative', having(fy=-300), 'REFUSED', ('fy is -300', 'positive')),
    Row('cx infinite', having(cx=float('inf')), 'REFUSED', ('cx is Infinity',)),
    Row('width zero', having(width=0), 'REFUSED', ('width is 0', 'whole number')),
    Row('width broken', having(width=320.5), 'REFUSED', ('320.5', 'whole number')),
    Row('distortion a number', having(distortion=0.1), 'REFUSED', ('distortion is 0.1', 'list')),
    Row('distortion of texts', having(distortion=['a']), 'REFUSED', ('["a"]', 'numbers')),
    Row('distortion of three', having(distortion=[0.1] * 3), 'REFUSED', ('3 coefficients',)),
    Row('an unknown lens', having(distortion_model='omni'), 'REFUSED', ("'omni'", 'equidistant')),
    Row('frame_id a number', having(frame_id=3), 'REFUSED', ('frame_id is 3', 'text')),
    Row('noise unknown', having(depth_noise='eyes'), 'REFUSED', ('eyes',)),
    Row('noise a list', having(depth_noise=[1]), 'REFUSED', ('depth_noise', 'floor')),
    Row('cropped a text', having(cropped='yes'), 'REFUSED', ('cropped is "yes"', 'true or false')),
    Row('cropped', having(cropped=True, cx=-100.0), 'READ'),
    Row('not said to be cropped', having(cx=-100.0), 'REFUSED', ('-100', '"cropped": true')),
]  # fmt: skip


@table(FILES)
def test_camera_json(row, tmp_path):
    path = tmp_path / 'camera.json'
    path.write_text(row.given, encoding='utf-8')
    try:
        CameraFile.read(path)
        status, message = 'READ', ''
    except RealvlgError as error:
        status, message = 'REFUSED', str(error)
        assert str(path) in message
    row.check(status, message)


def test_a_bad_camera_json_ends_the_command_with_its_words(tmp_path, capsys):
    write_frame(tmp_path, table_scene.frame())
    (tmp_path / 'camera.json').write_text(having(depth_scale_m_per_unit=None))
    assert main(['ask', str(tmp_path), 'the red box']) == 2
    assert 'depth_scale_m_per_unit is null' in capsys.readouterr().err


class Colour(Enum):
    RED = 'red'


NUMBERS = [
    Row('numpy integers', [np.int32(3), np.uint8(4), np.int64(-5)], '[3, 4, -5]'),
    Row('numpy floats', [np.float32(0.5), np.float64(2)], '[0.5, 2.0]'),
    Row('not finite', [float('nan'), np.inf, np.float32('-inf')], '[null, null, null]'),
    Row('booleans', [np.bool_(True), False, None], '[true, false, null]'),
    Row('arrays', np.array([[1, 2], [3, 4]], np.int32), '[[1, 2], [3, 4]]'),
    Row('an array with a hole', np.array([1.5, np.nan], np.float32), '[1.5, null]'),
    Row('an array of no dimension', np.array(7, np.int16), '7'),
    Row('an enum and a path', [Colour.RED, Path('a')], '["red", "a"]'),
    Row('keys', {np.int32(3): 1, Colour.RED: 2, None: 3}, '{"3": 1, "red": 2, "null": 3}'),
    Row('a tuple in a tuple', ((1, (np.int8(2),)),), '[[1, [2]]]'),
    Row('a dataclass', CameraFile(Camera(8, 6, 9, 9, 4, 3), 0.001, None).camera,
        '{"width": 8, "height": 6, "fx": 9, "fy": 9, "cx": 4, "cy": 3, "distortion": [], '
        '"frame_id": "camera_color_optical_frame", "fisheye": false}'),
]  # fmt: skip


@table(NUMBERS)
def test_every_number_has_a_json_form(row):
    assert to_json_text(row.given) == row.status


def test_an_answer_in_a_scene_without_support_is_written(tmp_path):
    # A bin without a floor in view: colour patches, whose boxes are numpy's own integers.
    frame = table_scene.frame()
    rng = np.random.default_rng(1)
    depth = frame.depth + rng.uniform(-0.1, 0.1, frame.depth.shape).astype(np.float32)
    write_frame(tmp_path / 'frame', replace(frame, depth=depth))
    out = tmp_path / 'answer.json'
    main(['ask', str(tmp_path / 'frame'), 'the red box', '--json', str(out)])
    assert json.loads(out.read_text())['status'] in ('OK', 'NO_GRASP', 'NOT_FOUND', 'AMBIGUOUS')


class Broken(types.ModuleType):
    def __getattr__(self, name):
        raise RuntimeError(f'{name} was built for another Python')


def raising(error):
    real = builtins.__import__

    def block(name, *rest, **named):
        if name.partition('.')[0] == 'colorsys':
            raise error
        return real(name, *rest, **named)

    return block


PACKAGES = [
    Row(
        'missing',
        ModuleNotFoundError("No module named 'colorsys'", name='colorsys'),
        'OFF',
        ('colorsys is not installed', 'pip install'),
    ),
    Row(
        'needs another',
        ModuleNotFoundError("No module named 'tf'", name='tf'),
        'OFF',
        ('needs tf', 'not installed'),
    ),
    Row('a library is missing', ImportError('libfoo.so: cannot open'), 'OFF', ('libfoo.so',)),
    Row(
        'built for another numpy',
        AttributeError('np.float was removed'),
        'OFF',
        ('AttributeError', 'np.float'),
    ),
    Row('an old ABI', SystemError('ABI version'), 'OFF', ('SystemError', 'ABI')),
    Row('no driver', OSError('libcuda'), 'OFF', ('OSError', 'libcuda')),
    Row('raises what it likes', RuntimeError(''), 'OFF', ('RuntimeError',)),
]


@table(PACKAGES)
def test_a_package_that_cannot_be_loaded(row, monkeypatch):
    monkeypatch.setattr(builtins, '__import__', raising(row.given))
    with pytest.raises(MissingDependencyError) as refused:
        import_optional('colorsys', 'colours are off', 'pip install it')
    row.check('OFF', str(refused.value))


K = [300.0, 0, 159.5, 0, 300, 119.5, 0, 0, 1]
P = [280.0, 0, 150.5, 0, 0, 280, 110.5, 0, 0, 0, 1, 0]
NO_P, NO_K = [0.0] * 12, [0.0] * 9
D5 = (0.1, -0.2, 0.001, -0.002, 0.05)
D8 = (0.2, -0.3, 0.0008, -0.0004, 0.02, 0.3, -0.1, 0.01)
PRISM = (*D8, 0.001, -0.002, 0.0015, 0.0005)
TILTED = (*PRISM, 0.01, -0.02)
BENT = np.array([[[40.0, 30.0], [200.0, 90.0]], [[310.0, 235.0], [159.5, 119.5]]])


def reference(k, d, fisheye=False):
    """OpenCV's x/z and y/z of the pixels BENT."""
    matrix = np.array(k).reshape(3, 3)
    pixels = np.ascontiguousarray(BENT.reshape(-1, 1, 2))
    if fisheye:
        straight = cv2.fisheye.undistortPoints(pixels, matrix, np.array(d))
    else:
        stop = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 300, 1e-12)
        straight = cv2.undistortPointsIter(pixels, matrix, np.array(d), None, None, stop)
    return straight.reshape(BENT.shape)


LENSES = [
    Row('four coefficients', (K, D5[:4], 'plumb_bob', D5[:4]), 'READ'),
    Row('five', (K, D5, 'plumb_bob', D5), 'READ'),
    Row('five as rational', (K, D5, 'rational_polynomial', D5), 'READ'),
    Row('eight', (K, D8, 'rational_polynomial', D8), 'READ'),
    Row('eight under plumb_bob', (K, D8, 'plumb_bob', D8), 'READ'),
    Row('twelve with zeros', (K, (*D8, *[0.0] * 4), 'rational_polynomial', D8), 'READ'),
    Row('fourteen with zeros', (K, (*D8, *[0.0] * 6), 'rational_polynomial', D8), 'READ'),
    Row('fourteen zeros', (K, [0.0] * 14, 'rational_polynomial', [0.0] * 5), 'READ'),
    Row('thin prism', (K, PRISM, 'rational_polynomial', PRISM), 'READ'),
    Row('tilted sensor', (K, TILTED, 'rational_polynomial', TILTED), 'READ'),
    Row('tilted alone', (K, (*D8, *[0.0] * 4, 0.01, 0.02), 'rational_polynomial',
        (*D8, *[0.0] * 4, 0.01, 0.02)), 'READ'),
    Row('three coefficients', (K, D5[:3], 'plumb_bob', None), 'REFUSED', ('3 coefficients',)),
    Row('fifteen', (K, [0.1] * 15, 'rational_polynomial', None), 'REFUSED', ('15', '14')),
    Row('an unknown model', (K, [0.1] * 5, 'ftheta', None), 'REFUSED',
        ("'ftheta'", 'equidistant', 'rectified')),
    Row('an unknown model of zeros', (K, [0.0] * 5, 'double_sphere', None), 'REFUSED',
        ("'double_sphere'", 'rectified')),
    Row('no model and no coefficients', (K, [], '', [0.0] * 5), 'READ'),
    Row('not finite', (K, [float('nan')] * 5, 'plumb_bob', None), 'REFUSED', ('finite',)),
]  # fmt: skip


@table(LENSES)
def test_distortion_is_opencv_s(row):
    k, d, model, expected = row.given
    try:
        camera = Camera.from_camera_info(320, 240, k, d, NO_P, model, 'optical', False)
        assert np.abs(camera.normalize(BENT) - reference(k, expected)).max() < 1e-6
        back = camera.project(camera.deproject(BENT, np.full((2, 2), 0.6)))
        assert np.abs(back - BENT).max() < 1e-4
        status, message = 'READ', ''
    except RealvlgError as error:
        status, message = 'REFUSED', str(error)
    row.check(status, message)


@pytest.mark.parametrize('d', [(0.05, -0.01, 0.003, -0.001), (0.0,) * 4])
def test_an_equidistant_lens_is_opencv_s_fisheye(d):
    camera = Camera.from_camera_info(320, 240, K, d, NO_P, 'equidistant', 'optical', False)
    assert np.abs(camera.normalize(BENT) - reference(K, d, True)).max() < 1e-5
    back = camera.project(camera.deproject(BENT, np.full((2, 2), 0.6)))
    assert np.abs(back - BENT).max() < 1e-6


def test_trailing_zeros_of_the_distortion_do_not_move_a_grasp():
    pipeline = table_pipeline()
    positions = []
    for d in (D5, (*D5, *[0.0] * 7), (*D5, *[0.0] * 9)):
        model = 'plumb_bob' if len(d) == 5 else 'rational_polynomial'
        camera = Camera.from_camera_info(320, 240, K, d, NO_P, model, 'optical', False)
        frame = RgbdFrame.from_arrays(*table_scene.render(), camera)
        positions.append(pipeline.ask(frame, 'the red box').grasps[0].position)
    assert np.abs(np.array(positions) - positions[0]).max() < 0.001


MATRICES = [
    Row('K alone', (K, NO_P, (), False), 'READ'),
    Row('K alone of images without distortion', (K, NO_P, (0.0,) * 5, True), 'READ'),
    Row('P of rectified images', (NO_K, P, (), True), 'READ'),
    Row('P but no K', (NO_K, P, (), False), 'REFUSED', ('no K', 'rectified', 'true')),
    Row('K and D but no P', (K, NO_P, D5, True), 'REFUSED', ('no P', 'rectified', 'false')),
    Row('neither', (NO_K, NO_P, (), True), 'REFUSED', ('not calibrated', 'camera_info')),
]


@table(MATRICES)
def test_the_matrix_that_is_missing_names_the_parameter(row):
    k, p, d, rectified = row.given
    try:
        Camera.from_camera_info(320, 240, k, d, p, 'plumb_bob', 'optical', rectified)
        status, message = 'READ', ''
    except RealvlgError as error:
        status, message = 'REFUSED', str(error)
    row.check(status, message)


def table_pipeline():
    grounder = TabletopGrounder()
    grounder.load()
    return Pipeline(grounder, GraspPlanner(Gripper.from_yaml(gripper_file('franka_hand'))))


GREY = [
    Row('a colour', 'the red box', 'AMBIGUOUS', ('image has no colour', 'red', 'Which')),
    Row('not a colour', 'the box that is not blue', 'AMBIGUOUS', ('no colour', 'blue')),
    Row('a colour of the landmark', 'the box left of the blue box', 'AMBIGUOUS', ('no colour',)),
    Row('a colour and a place', 'the red box on the left', 'AMBIGUOUS', ('no colour', 'red')),
    Row('no such thing', 'the red banana', 'NOT_FOUND', ('no colour', 'red', 'banana')),
    Row('a place', 'the box on the left', 'OK'),
]


@table(GREY)
def test_a_grey_image_has_no_colour(row):
    color, depth = table_scene.render()
    grey = cv2.cvtColor(cv2.cvtColor(color, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    answer = table_pipeline().ask(
        RgbdFrame.from_arrays(grey, depth, table_scene.CAMERA), row.given
    )
    row.check(answer.status.value, f'{answer.message} {answer.grounding.question}')


def test_a_broken_message_package_is_said(monkeypatch):
    pytest.importorskip('rclpy', reason='ROS 2 is not installed')
    from realvlg_ros.ros.conversions.detections import vision_msgs

    monkeypatch.setitem(sys.modules, 'vision_msgs', types.ModuleType('vision_msgs'))
    monkeypatch.setitem(sys.modules, 'vision_msgs.msg', Broken('vision_msgs.msg'))
    with pytest.raises(MissingDependencyError, match=r'detections are off.*another Python'):
        vision_msgs()

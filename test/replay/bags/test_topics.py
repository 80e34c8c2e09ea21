"""The camera's topics are found by type, contents and names; several choices are listed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip('sensor_msgs.msg', reason='ROS 2 is not installed')

from recordings import CAMERA, START_NS, Recording, frame, transform
from std_msgs.msg import String

from realvlg_ros.errors import BagError
from realvlg_ros.replay.bags.bag import Bag
from realvlg_ros.replay.bags.topics import CameraTopics, choose_topics
from realvlg_ros.ros.conversions.camera import camera_to_msg
from realvlg_ros.ros.conversions.compressed_image import encode_color, encode_depth
from realvlg_ros.ros.conversions.image import image_from_array

COLOR_ID, DEPTH_ID = 'color_optical', 'depth_optical'
SMALL = replace(CAMERA, width=24, height=18)
COLOR = frame(0).color
DEPTH = np.round(frame(0).depth * 1000).astype(np.uint16)
GREY = COLOR[..., 0].copy()
HALF = DEPTH[::2, ::2].copy()


def image(pixels: np.ndarray, encoding: str, frame_id: str = COLOR_ID) -> Any:
    return image_from_array(pixels, encoding, START_NS, frame_id)


def info(frame_id: str = COLOR_ID, camera: Any = CAMERA) -> Any:
    return camera_to_msg(replace(camera, frame_id=frame_id), START_NS)


REALSENSE = {
    '/cam/color/image_raw': image(COLOR, 'rgb8'),
    '/cam/color/camera_info': info(),
    '/cam/depth/image_rect_raw': image(HALF, '16UC1', DEPTH_ID),
    '/cam/depth/camera_info': info(DEPTH_ID, SMALL),
    '/cam/aligned_depth_to_color/image_raw': image(DEPTH, '16UC1'),
    '/cam/aligned_depth_to_color/camera_info': info(),
    '/cam/infra1/image_rect_raw': image(GREY, 'mono8', 'infra1_optical'),
    '/cam/infra1/camera_info': info('infra1_optical'),
    '/tf': transform(0, START_NS),
    '/tf_static': transform(0, START_NS, 'base', 'world'),
    '/chatter': String(data='hello'),
}
COMPRESSED = {
    '/rgb/image/compressed': encode_color(COLOR, START_NS, COLOR_ID),
    '/rgb/image/compressedDepth': encode_depth(DEPTH, START_NS, COLOR_ID),
    '/rgb/camera_info': info(),
}
PLAIN = {
    '/a': image(COLOR, 'bgr8'),
    '/b': image(frame(0).depth, '32FC1'),
    '/c': info(),
}


def without(found: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: message for name, message in found.items() if name not in names}


@dataclass
class Row:
    name: str
    sent: dict[str, Any]
    found: tuple[str, str, str]
    asked: tuple[str, ...] = ()


FOUND = [
    Row(
        'realsense',
        REALSENSE,
        (
            '/cam/color/image_raw',
            '/cam/aligned_depth_to_color/image_raw',
            '/cam/color/camera_info',
        ),
    ),
    Row('names that say nothing', PLAIN, ('/a', '/b', '/c')),
    Row('compressed', COMPRESSED, tuple(COMPRESSED)),
    Row(
        'raw before compressed',
        {**COMPRESSED, '/rgb/image': image(COLOR, 'rgb8'), '/x': image(DEPTH, '16UC1')},
        ('/rgb/image', '/x', '/rgb/camera_info'),
        ('', '/x'),
    ),
    Row(
        'grey where there is no colour',
        without(REALSENSE, '/cam/color/image_raw', '/cam/color/camera_info'),
        ('/cam/infra1/image_rect_raw', '/cam/depth/image_rect_raw', '/cam/infra1/camera_info'),
        ('', '/cam/depth/image_rect_raw'),
    ),
    Row(
        'depth that is not registered, alone',
        without(REALSENSE, '/cam/aligned_depth_to_color/image_raw'),
        ('/cam/color/image_raw', '/cam/depth/image_rect_raw', '/cam/color/camera_info'),
    ),
    Row(
        'camera_info by frame_id and size',
        {**PLAIN, '/d': info(DEPTH_ID), '/e': info(COLOR_ID, SMALL)},
        ('/a', '/b', '/c'),
    ),
    Row(
        'a confidence map beside the depth',
        {**PLAIN, '/zed/confidence': image(frame(0).depth, '32FC1'), '/zed/depth': PLAIN['/b']},
        ('/a', '/zed/depth', '/c'),
    ),
    Row(
        'asked for, without the transport',
        {**COMPRESSED, **PLAIN},
        ('/rgb/image/compressed', '/rgb/image/compressedDepth', '/c'),
        ('/rgb/image', '/rgb/image', 'c'),
    ),
    Row(
        'asked for, in place of what would be found',
        REALSENSE,
        ('/cam/infra1/image_rect_raw', '/cam/depth/image_rect_raw', '/cam/infra1/camera_info'),
        ('/cam/infra1/image_rect_raw', '/cam/depth/image_rect_raw'),
    ),
]


def choose(sent: dict[str, Any], asked: tuple[str, ...], path: Any) -> CameraTopics:
    made = Recording()
    for name, message in sent.items():
        made.add(name, message, START_NS)
    with Bag(made.write(path)) as bag:
        return choose_topics(bag, *asked)


@pytest.mark.parametrize('row', FOUND, ids=lambda row: row.name)
def test_topics_are_found(row, tmp_path):
    found = choose(row.sent, row.asked, tmp_path / 'bag')
    assert (found.color, found.depth, found.camera_info) == row.found


def test_tf_is_found_by_type_and_name(tmp_path):
    found = choose(REALSENSE, (), tmp_path / 'bag')
    assert (found.tf, found.tf_static) == (('/tf',), ('/tf_static',))
    other = {'/robot/tf': REALSENSE['/tf'], '/robot/tf_static': REALSENSE['/tf_static']}
    found = choose({**PLAIN, **other}, (), tmp_path / 'namespaced')
    assert (found.tf, found.tf_static) == (('/robot/tf',), ('/robot/tf_static',))
    found = choose({**PLAIN, **other, **REALSENSE}, ('/a', '/b', '/c'), tmp_path / 'both')
    assert (found.tf, found.tf_static) == (('/tf',), ('/tf_static',))


@pytest.mark.parametrize(
    ('sent', 'asked', 'words'),
    [
        ({'/chatter': String(data='x')}, (), ('no colour', '/chatter (std_msgs/msg/String, 1)')),
        (without(PLAIN, '/b'), (), ('no depth', '16UC1 or 32FC1', '/a (sensor_msgs/msg/Image')),
        (without(PLAIN, '/c'), (), ('no camera_info', '/b')),
        (
            {**PLAIN, '/debug': image(COLOR, 'rgb8')},
            (),
            ('several topics of colour', '/a (Image, 1, bgr8, 48x36', '/debug (Image, 1, rgb8'),
        ),
        ({**PLAIN, '/b2': PLAIN['/b']}, (), ('several topics of depth', '/b (', '/b2 (')),
        ({**PLAIN, '/c2': PLAIN['/c']}, ('/a', '/b'), ('several topics of camera_info', '/c2')),
        (PLAIN, ('/image',), ('no topic /image', '/a (sensor_msgs/msg/Image, 1)')),
        (REALSENSE, ('/cam/colour/image_raw',), ('did you mean /cam/color/image_raw?',)),
        (PLAIN, ('/b',), ('/b is no colour', '32FC1')),
        (PLAIN, ('', '/a'), ('/a is no depth', 'bgr8')),
        (REALSENSE, ('', '', '/chatter'), ('/chatter is no camera_info', 'std_msgs/msg/String')),
    ],
)
def test_what_cannot_be_chosen_is_listed(sent, asked, words, tmp_path):
    with pytest.raises(BagError) as raised:
        choose(sent, asked, tmp_path / 'bag')
    assert [word for word in words if word not in str(raised.value)] == []


def test_a_topic_of_two_types_is_refused(tmp_path):
    import sqlite3

    made = Recording()
    for name, message in {**COMPRESSED, **PLAIN}.items():
        made.add(name, message, START_NS)
    path = made.write(tmp_path / 'bag.db3')
    with sqlite3.connect(path) as database:
        database.execute('UPDATE topics SET name = "/a" WHERE name LIKE "%/compressed"')
    with Bag(path) as bag, pytest.raises(BagError, match='several types'):
        choose_topics(bag, '/a')

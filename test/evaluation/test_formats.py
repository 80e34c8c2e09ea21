import json
import math

import numpy as np
import pytest

from realvlg_ros.errors import LabelError
from realvlg_ros.evaluation.formats import (
    GraspNetLabel,
    OcidVlgLabel,
    RealVlgLabel,
    read_cornell,
    read_graspnet,
    read_jacquard,
    read_ocid_vlg,
    read_realvlg,
    write_cornell,
    write_graspnet,
    write_jacquard,
    write_ocid_vlg,
    write_realvlg,
)
from realvlg_ros.image_region import Box
from realvlg_ros.rectangle import ContactPair, GraspRectangle

RECTANGLES = [
    GraspRectangle(320.5, 240.25, math.radians(30), 60.0, 20.0, 0.5),
    GraspRectangle(100.0, 50.0, math.radians(-75), 33.0, 41.0, 0.25),
    GraspRectangle(12.0, 400.0, math.radians(90), 10.0, 8.0, 1.0),
]


def assert_equal(found, expected, tolerance=0.02):
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one.center == pytest.approx(other.center, abs=tolerance)
        assert math.remainder(one.angle - other.angle, math.pi) == pytest.approx(0, abs=2e-3)
        assert one.width == pytest.approx(other.width, abs=tolerance)
        assert one.height == pytest.approx(other.height, abs=tolerance)


def test_cornell_round_trip(tmp_path):
    write_cornell(tmp_path / 'cpos.txt', RECTANGLES)
    assert_equal(read_cornell(tmp_path / 'cpos.txt'), RECTANGLES)


def test_cornell_first_edge_is_the_opening_axis(tmp_path):
    path = tmp_path / 'pcd0100cpos.txt'
    # 40 px along x, then 10 px along y: opens along x; the second one is the same turned.
    path.write_text('10 20 \n50 20\n50 30\n10 30\n10 20\n10 60\n0 60\n0 20\n')
    flat, upright = read_cornell(path)
    assert (flat.x, flat.y, flat.angle, flat.width, flat.height) == (30, 25, 0, 40, 10)
    assert (upright.x, upright.y, upright.width, upright.height) == (5, 40, 40, 10)
    assert upright.angle == pytest.approx(math.pi / 2)


def test_cornell_nan_rectangles_are_left_out(tmp_path):
    path = tmp_path / 'cpos.txt'
    path.write_text('NaN NaN\n1 2\n3 4\n5 6\n10 20\n50 20\n50 30\n10 30\n')
    assert len(read_cornell(path)) == 1


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('1 2\n3 4\n', '2 corners'),
        ('1 2\n3\n5 6\n7 8\n', "txt:2: '3'; expected 2"),
        ('a b\n', 'expected 2 numbers'),
        ('1 1\n1 1\n1 1\n1 1\n', 'rectangle 0'),
    ],
)
def test_malformed_cornell_files_are_refused(tmp_path, text, message):
    (tmp_path / 'c.txt').write_text(text)
    with pytest.raises(LabelError, match=message):
        read_cornell(tmp_path / 'c.txt')
    with pytest.raises(LabelError, match='cannot be read'):
        read_cornell(tmp_path / 'missing.txt')


def test_jacquard_round_trip(tmp_path):
    write_jacquard(tmp_path / 'g.txt', RECTANGLES)
    assert_equal(read_jacquard(tmp_path / 'g.txt'), RECTANGLES)


def test_jacquard_angle_is_that_of_gg_cnn(tmp_path):
    # GG-CNN takes a = -theta and draws the axis from (x - w/2 cos a, y + w/2 sin a) to
    # (x + w/2 cos a, y - w/2 sin a), y down.
    (tmp_path / 'g.txt').write_text('200.0;100.0;30.0;50.0;20.0\n')
    (found,) = read_jacquard(tmp_path / 'g.txt')
    a = -math.radians(30)
    ends = [[200 - 25 * math.cos(a), 100 + 25 * math.sin(a)]]
    ends.append([200 + 25 * math.cos(a), 100 - 25 * math.sin(a)])
    assert found.to_contacts().points == pytest.approx(np.array(ends))
    assert (found.width, found.height) == (50, 20)


@pytest.mark.parametrize('text', ['1;2;3;4', '1;2;x;4;5', '1;2;3;-4;5', '1;2;nan;4;5'])
def test_malformed_jacquard_lines_are_refused(tmp_path, text):
    (tmp_path / 'g.txt').write_text(f'1;2;3;4;5\n{text}\n')
    with pytest.raises(LabelError, match=r'g\.txt'):
        read_jacquard(tmp_path / 'g.txt')


def test_graspnet_round_trip(tmp_path):
    labels = [GraspNetLabel(r, i + 5) for i, r in enumerate(RECTANGLES)]
    write_graspnet(tmp_path / 'r.npy', labels)
    found = read_graspnet(tmp_path / 'r.npy')
    assert_equal([label.rectangle for label in found], RECTANGLES, 1e-6)
    assert [label.object_id for label in found] == [5, 6, 7]
    assert [label.rectangle.score for label in found] == [0.5, 0.25, 1.0]


def test_graspnet_open_point_is_half_an_opening_away(tmp_path):
    # 3-4-5: the open point is 50 px off the centre, so the gripper opens 100 px.
    np.save(tmp_path / 'r.npy', np.array([[100, 200, 130, 240, 25, 0.8, 3]], np.float32))
    (found,) = read_graspnet(tmp_path / 'r.npy')
    assert found.rectangle.width == pytest.approx(100)
    assert found.rectangle.angle == pytest.approx(math.atan2(4, 3))
    assert found.rectangle.height == 25
    np.save(tmp_path / 'empty.npy', np.zeros((0, 7)))
    assert read_graspnet(tmp_path / 'empty.npy') == []


def test_arrays_of_another_kind_are_refused(tmp_path):
    path = tmp_path / 'r.npy'
    np.save(path, np.zeros((3, 5)))
    with pytest.raises(LabelError, match=r'\(3, 5\); expected \(n, 7\)'):
        read_graspnet(path)
    np.save(path, np.array([{'code': 1}], object), allow_pickle=True)
    with pytest.raises(LabelError, match='which are pickled'):
        read_graspnet(path)
    np.save(path, np.array([[100, 200, 100, 200, 25, 0.8, 3.0]]))
    with pytest.raises(LabelError, match='row 0'):
        read_graspnet(path)
    path.write_bytes(b'not numpy')
    with pytest.raises(LabelError, match='cannot be read'):
        read_graspnet(path)


@pytest.mark.parametrize('name', ['g.npy', 'g.json'])
def test_ocid_vlg_round_trip(tmp_path, name):
    labels = [OcidVlgLabel(r, i) for i, r in enumerate(RECTANGLES)]
    write_ocid_vlg(tmp_path / name, labels)
    found = read_ocid_vlg(tmp_path / name)
    assert_equal([label.rectangle for label in found], RECTANGLES, 1e-6)
    assert [label.target for label in found] == [0, 1, 2]
    write_ocid_vlg(tmp_path / name, [])
    assert read_ocid_vlg(tmp_path / name) == []


@pytest.mark.parametrize('degrees', [-80, -45, -10, 0, 20, 60, 90])
def test_ocid_vlg_angle_is_made_from_corners_as_the_dataset_does(tmp_path, degrees):
    turn = math.radians(degrees)
    u = np.array([math.cos(turn), math.sin(turn)])
    n = np.array([-u[1], u[0]])
    center = np.array([300.0, 200.0])
    p1, p2 = center - 30 * u - 8 * n, center - 30 * u + 8 * n
    p4 = center + 30 * u - 8 * n
    theta = math.degrees(math.atan2(p4[0] - p1[0], p4[1] - p1[1]))
    theta = theta - 90 if theta > 0 else theta + 90
    row = [*center, math.dist(p1, p4), math.dist(p1, p2), theta, 7]
    np.save(tmp_path / 'g.npy', np.array([row]))
    (found,) = read_ocid_vlg(tmp_path / 'g.npy')
    assert math.remainder(found.rectangle.angle - turn, math.pi) == pytest.approx(0, abs=1e-9)
    assert (found.rectangle.width, found.rectangle.height) == pytest.approx((60, 16))
    assert found.target == 7


def test_malformed_ocid_vlg_rows_are_refused(tmp_path):
    for text in ('[[1, 2]]', '{}', 'x', '[[1, 2, 0, 4, 5, 6]]', '[[1, 2, 3], [1]]'):
        (tmp_path / 'g.json').write_text(text)
        with pytest.raises(LabelError):
            read_ocid_vlg(tmp_path / 'g.json')


def realvlg_label():
    return RealVlgLabel(
        'rgb.png', 'a/rgb.png', 3, 'a/mask.png', 'the red mug', 'mug', Box(1, 2, 30, 40),
        tuple(GraspRectangle(r.x, r.y, r.angle, r.width, r.height) for r in RECTANGLES),
        (ContactPair(10, 20, 30, 44),),
    )  # fmt: skip


def test_realvlg_round_trip(tmp_path):
    label = realvlg_label()
    write_realvlg(tmp_path / 'm.json', [label])
    (found,) = read_realvlg(tmp_path / 'm.json')
    assert_equal(found.rectangles, label.rectangles, 1e-6)
    assert found.contacts == label.contacts
    assert found.box == label.box
    assert found.description == 'the red mug'


def test_realvlg_corners_follow_the_published_order(tmp_path):
    # w = 20 along 0 degrees, h = 6: P0 = c - w/2 u + h/2 n, with n = (0, 1) down in the image.
    item = {
        'image_name': 'i', 'image_path': 'p', 'object_id': 'o1', 'mask_path': 'm',
        'description': 'd', 'label': 'l', 'bbox': [0, 0, 9, 9],
        'grasps': [[40, 53, 60, 53, 60, 47, 40, 47]], 'contact_points': [[40, 50, 60, 50]],
    }  # fmt: skip
    (tmp_path / 'm.json').write_text(json.dumps([item]))
    (found,) = read_realvlg(tmp_path / 'm.json')
    (rectangle,) = found.rectangles
    assert (rectangle.x, rectangle.y, rectangle.angle) == (50, 50, 0)
    assert (rectangle.width, rectangle.height) == (20, 6)
    assert found.contacts[0].to_rectangle(6) == rectangle


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'grasps': [[1, 2, 3]]}, 'object 0'),
        ({'grasps': [[1] * 8]}, 'object 0'),
        ({'bbox': [5, 5, 5, 9]}, 'is empty'),
        ({'contact_points': [[1, 2, 1, 2]]}, 'apart'),
        ({'description': None}, 'expected text'),
    ],
)
def test_malformed_realvlg_objects_are_refused(tmp_path, change, message):
    write_realvlg(tmp_path / 'm.json', [realvlg_label()])
    item = json.loads((tmp_path / 'm.json').read_text())[0]
    (tmp_path / 'm.json').write_text(json.dumps([{**item, **change}]))
    with pytest.raises(LabelError, match=message):
        read_realvlg(tmp_path / 'm.json')


def test_realvlg_files_of_another_kind_are_refused(tmp_path):
    for text, message in (
        ('{}', 'expected a list'),
        ('[', 'is not JSON'),
        ('[{}]', "'bbox' is missing"),
    ):
        (tmp_path / 'm.json').write_text(text)
        with pytest.raises(LabelError, match=message):
            read_realvlg(tmp_path / 'm.json')

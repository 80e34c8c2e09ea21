from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not installed')

from scipy.spatial.transform import Rotation
from visualization_msgs.msg import Marker, MarkerArray

from realvlg_ros.grasping.completion.object_box import ObjectBox
from realvlg_ros.grasping.grasp import Grasp, GraspSource
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.rectangle import ContactPair, GraspRectangle
from realvlg_ros.ros.conversions.markers import TargetMarkers
from realvlg_ros.ros.conversions.pose import pose_from_msg
from realvlg_ros.tracking.target.target import GraspTarget, TargetState
from realvlg_ros.transforms import make_transform

GRIPPER = Gripper.from_yaml(Path(__file__).parents[3] / 'config' / 'grippers' / 'franka_hand.yaml')
TCP = make_transform(Rotation.from_euler('xyz', [np.pi, 0.1, 0.4]).as_matrix(), [0.1, 0.2, 0.5])


def make_grasp(quality: float, tcp: np.ndarray = TCP) -> Grasp:
    return Grasp(
        tcp, np.eye(6) * 1e-6, 0.05, 0.06, 0.1, np.array([0, 0, 1.0]), 0.1, quality,
        GraspSource.GEOMETRY, GraspRectangle(10, 10, 0, 20, 5), ContactPair(0, 10, 20, 10),
        np.array([[0.07, 0.2, 0.5], [0.12, 0.2, 0.5]]), (10, 10), 0.02,
    )  # fmt: skip


def make_target(*qualities: float) -> GraspTarget:
    return GraspTarget(
        TargetState.CONFIRMED, 7, 'base', track_id=3, label='red mug',
        grasps=tuple(make_grasp(q) for q in qualities),
    )  # fmt: skip


def named(array: MarkerArray, ns: str) -> list[Marker]:
    return [m for m in array.markers if m.ns == ns and m.action == Marker.ADD]


def test_gripper_is_drawn_around_the_contacts() -> None:
    array = TargetMarkers(GRIPPER).draw(make_target(1.0))
    boxes = named(array, 'grasps')
    assert len(boxes) == 3 and all(m.type == Marker.CUBE for m in boxes)
    assert {m.header.frame_id for m in array.markers} == {'base'}
    centers = np.array([(np.linalg.inv(TCP) @ pose_from_msg(m.pose))[:3, 3] for m in boxes])
    # Fingers 14 mm thick, 60 mm apart; 45 mm long; the palm, 66 mm deep, behind them.
    np.testing.assert_allclose(
        centers, [[0, -0.037, -0.0225], [0, 0.037, -0.0225], [0, 0, -0.078]], atol=1e-9
    )
    np.testing.assert_allclose([boxes[0].scale.y, boxes[0].scale.z], [0.014, 0.045])
    (contacts,) = named(array, 'contacts')
    assert contacts.points[1].x == 0.12
    (label,) = named(array, 'label')
    assert label.text == 'red mug #3 CONFIRMED 1.00'


def test_colour_shows_quality_and_the_best_stands_out() -> None:
    array = TargetMarkers(GRIPPER).draw(make_target(1.0, 0.75, 0.5))
    colors = [(m.color.r, m.color.g) for m in named(array, 'grasps')[::3]]
    assert colors == [(0.0, 1.0), (1.0, 1.0), (1.0, 0.0)]
    alphas = [m.color.a for m in named(array, 'grasps')[::3]]
    assert alphas[0] > 3 * alphas[1] == 3 * alphas[2]


def test_old_markers_are_deleted() -> None:
    markers = TargetMarkers(GRIPPER)
    first = markers.draw(make_target(0.9, 0.8))
    assert first.markers[0].action == Marker.DELETEALL
    second = markers.draw(make_target(0.9))
    deleted = {(m.ns, m.id) for m in second.markers if m.action == Marker.DELETE}
    assert deleted == {('grasps', 3), ('grasps', 4), ('grasps', 5)}
    third = markers.draw(replace(make_target(), state=TargetState.LOST))
    deleted = {(m.ns, m.id) for m in third.markers if m.action == Marker.DELETE}
    single = {(name, 0) for name in ('contacts', 'label', 'approach', 'retreat')}
    assert deleted == {('grasps', 0), ('grasps', 1), ('grasps', 2)} | single
    assert len(third.markers) == 7
    assert markers.draw(make_target()).markers == []


def test_the_way_to_the_grasp_and_from_it_and_the_objects_box_are_drawn() -> None:
    box = ObjectBox(TCP, np.array([0.04, 0.06, 0.1]))
    array = TargetMarkers(GRIPPER).draw(replace(make_target(1.0), object_box=box))
    (approach,), (retreat,) = named(array, 'approach'), named(array, 'retreat')
    assert approach.type == retreat.type == Marker.ARROW
    tcp = TCP[:3, 3]
    ends = [np.array([p.x, p.y, p.z]) for p in (*approach.points, *retreat.points)]
    np.testing.assert_allclose(ends[1], tcp)
    np.testing.assert_allclose(ends[2], tcp)
    np.testing.assert_allclose(ends[0], tcp - 0.1 * TCP[:3, 2])
    np.testing.assert_allclose(ends[3], tcp + (0, 0, 0.1))
    (edges,) = named(array, 'object_box')
    points = np.array([[p.x, p.y, p.z] for p in edges.points]).reshape(12, 2, 3)
    lengths = sorted(np.linalg.norm(points[:, 1] - points[:, 0], axis=1))
    np.testing.assert_allclose(lengths, [0.04] * 4 + [0.06] * 4 + [0.1] * 4)


def test_the_view_that_is_asked_for_is_an_arrow_to_the_object() -> None:
    pose = np.eye(4)
    pose[:3, 3] = 0.1, 0.2, 0.3
    box = ObjectBox(pose, np.array([0.1, 0.1, 0.1]), True)
    target = GraspTarget(
        TargetState.NO_GRASP, 7, 'base', object_box=box, look_from=np.array([0.0, 0.6, 0.8])
    )
    (arrow,) = named(TargetMarkers(GRIPPER).draw(target), 'look_from')
    start, end = arrow.points
    assert (end.x, end.y, end.z) == (0.1, 0.2, 0.3)
    assert (start.y - end.y) / (start.z - end.z) == pytest.approx(0.75)

"""A target drawn for RViz: grippers coloured by quality, contacts, and the object's label."""

from __future__ import annotations

from copy import copy

import numpy as np
from geometry_msgs.msg import Pose, Vector3
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker, MarkerArray

from ...arrays import FloatArray
from ...grasping.completion.object_box import ObjectBox
from ...grasping.grasp import Grasp
from ...grasping.gripper import Gripper
from ...tracking.target.target import GraspTarget
from ...transforms import transform_points
from .pose import point_to_msg, pose_to_msg, vector_to_msg
from .stamps import ns_to_stamp

# Opacity of the best grasp and of others; diameter of a contact, height of the label and its
# distance behind the TCP, m. Chosen: legible when RViz shows a whole table.
_BEST_ALPHA = 0.9
_OTHER_ALPHA = 0.25
_CONTACT_DIAMETER_M = 0.008
_LABEL_HEIGHT_M = 0.03
_LABEL_OFFSET_M = 0.16
# Diameters of an arrow's shaft and head, and of the edges of the object's box, m. Chosen: thinner
# than fingers.
_SHAFT_M = 0.004
_HEAD_M = 0.010
_EDGE_M = 0.001
# Length of the arrow from where an object should be looked at, m. Chosen: seen beside a gripper.
_VIEW_M = 0.25
# What the boxes of all grippers have in common.
_CUBE = Marker(ns='grasps', type=Marker.CUBE)


class TargetMarkers:
    """Draws one target after another and deletes markers that are no longer used."""

    def __init__(self, gripper: Gripper) -> None:
        """Draw grasps with this gripper."""
        self._gripper = gripper
        self._drawn: set[tuple[str, int]] | None = None

    def draw(self, target: GraspTarget) -> MarkerArray:
        """The markers of a target; the first array also deletes those of an earlier run."""
        header = Header(stamp=ns_to_stamp(target.stamp_ns), frame_id=target.frame_id)
        markers: list[Marker] = []
        for rank, grasp in enumerate(target.grasps):
            markers += self._gripper_markers(header, rank, grasp)
        if target.grasps:
            markers.append(_contacts(header, target.grasps[0]))
            markers += _motions(header, target.grasps[0])
            markers.append(_label(header, target))
        if target.object_box is not None:
            markers.append(_object_box(header, target.object_box))
            if target.look_from is not None:
                markers.append(_view(header, target.object_box.box2frame[:3, 3], target.look_from))
        drawn = {(marker.ns, marker.id) for marker in markers}
        array = MarkerArray(markers=self._deletions(header, drawn) + markers)
        self._drawn = drawn
        return array

    def _deletions(self, header: Header, drawn: set[tuple[str, int]]) -> list[Marker]:
        if self._drawn is None:
            return [Marker(header=header, action=Marker.DELETEALL)]
        gone = sorted(self._drawn - drawn)
        return [Marker(header=header, ns=ns, id=id_, action=Marker.DELETE) for ns, id_ in gone]

    def _gripper_markers(self, header: Header, rank: int, grasp: Grasp) -> list[Marker]:
        color = _quality_color(grasp.quality, _BEST_ALPHA if rank == 0 else _OTHER_ALPHA)
        boxes = self._gripper.boxes(grasp.opening_width)
        centers = transform_points(grasp.tcp2frame, boxes.mean(axis=1))
        # The boxes lie along the axes of the TCP.
        orientation = pose_to_msg(grasp.tcp2frame).orientation
        markers = []
        for part, (center, (lower, upper)) in enumerate(zip(centers, boxes, strict=True)):
            # A copy takes a quarter of the time of a new one, and every image has dozens.
            marker = copy(_CUBE)
            marker.header, marker.id, marker.color = header, rank * len(boxes) + part, color
            marker.pose = Pose(position=point_to_msg(center), orientation=orientation)
            marker.scale = vector_to_msg(upper - lower)
            markers.append(marker)
        return markers


def _contacts(header: Header, grasp: Grasp) -> Marker:
    marker = Marker(header=header, ns='contacts', type=Marker.SPHERE_LIST)
    marker.pose.orientation.w = 1.0
    marker.scale = Vector3(x=_CONTACT_DIAMETER_M, y=_CONTACT_DIAMETER_M, z=_CONTACT_DIAMETER_M)
    marker.color = ColorRGBA(r=1.0, g=0.0, b=1.0, a=1.0)
    marker.points = [point_to_msg(point) for point in grasp.contact_points]
    return marker


def _motions(header: Header, grasp: Grasp) -> list[Marker]:
    """Arrows of the approach to the TCP and of the retreat from it."""
    approach = grasp.position - grasp.approach * grasp.standoff
    retreat = grasp.position + grasp.retreat * grasp.retreat_distance
    markers = []
    for ns, start, end, color in (
        ('approach', approach, grasp.position, ColorRGBA(r=0.1, g=0.5, b=1.0, a=0.9)),
        ('retreat', grasp.position, retreat, ColorRGBA(r=1.0, g=0.6, b=0.1, a=0.9)),
    ):
        marker = Marker(header=header, ns=ns, type=Marker.ARROW)
        marker.pose.orientation.w = 1.0
        marker.scale = Vector3(x=_SHAFT_M, y=_HEAD_M, z=0.0)
        marker.color = color
        marker.points = [point_to_msg(start), point_to_msg(end)]
        markers.append(marker)
    return markers


def _view(header: Header, middle: FloatArray, toward: FloatArray) -> Marker:
    """An arrow from where the object should be looked at, to its middle (3,)."""
    marker = Marker(header=header, ns='look_from', type=Marker.ARROW)
    marker.pose.orientation.w = 1.0
    marker.scale = Vector3(x=2 * _SHAFT_M, y=2 * _HEAD_M, z=0.0)
    marker.color = ColorRGBA(r=0.9, g=0.2, b=0.9, a=0.9)
    start = middle + _VIEW_M * toward
    marker.points = [point_to_msg(start), point_to_msg(middle)]
    return marker


def _object_box(header: Header, box: ObjectBox) -> Marker:
    """The edges of the box around the object."""
    marker = Marker(header=header, ns='object_box', type=Marker.LINE_LIST)
    marker.pose.orientation.w = 1.0
    marker.scale.x = _EDGE_M
    marker.color = ColorRGBA(r=0.2, g=0.9, b=0.9, a=0.9)
    corners = box.corners()
    for first in range(8):
        for bit in (1, 2, 4):
            if first < first ^ bit:
                marker.points += [point_to_msg(corners[first]), point_to_msg(corners[first ^ bit])]
    return marker


def _label(header: Header, target: GraspTarget) -> Marker:
    best = target.grasps[0]
    marker = Marker(header=header, ns='label', type=Marker.TEXT_VIEW_FACING)
    marker.pose.orientation.w = 1.0
    # Behind the gripper, where neither it nor the object hides the label.
    marker.pose.position = point_to_msg(best.position - best.approach * _LABEL_OFFSET_M)
    marker.scale.z = _LABEL_HEIGHT_M
    marker.color = ColorRGBA(r=1.0, g=1.0, b=1.0, a=1.0)
    marker.text = f'{target.label} #{target.track_id} {target.state.name} {best.quality:.2f}'
    return marker


def _quality_color(quality: float, alpha: float) -> ColorRGBA:
    """Red at one half and less, through yellow to green at 1: what is likelier to fail is red."""
    q = float(np.clip(2 * quality - 1, 0.0, 1.0))
    return ColorRGBA(r=min(1.0, 2 - 2 * q), g=min(1.0, 2 * q), b=0.0, a=alpha)

"""Groundings and objects as vision_msgs detections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from std_msgs.msg import Header

from ...grounding.grounding import Grounding
from ...image_region import Box
from ...tracking.target.target import GraspTarget, TargetState
from .optional_messages import optional_messages
from .pose import pose_to_msg, vector_to_msg
from .stamps import ns_to_stamp

# States in which an object is where its target says.
_SEEN = (TargetState.TENTATIVE, TargetState.CONFIRMED, TargetState.NO_GRASP)
_MESSAGES = (
    'BoundingBox2D', 'Detection2D', 'Detection2DArray', 'Detection3D', 'Detection3DArray',
    'ObjectHypothesisWithPose',
)  # fmt: skip


def detections_2d(grounding: Grounding) -> Any:
    """vision_msgs/Detection2DArray of the object, or of the candidates when there is none.

    The ids are the request's.

    Raises:
        MissingDependencyError: vision_msgs is not installed.
    """
    if grounding.box is not None:
        found = [(grounding.label, grounding.score, grounding.box)]
    else:
        found = [(c.label, c.score, c.box) for c in grounding.candidates]
    header = Header(stamp=ns_to_stamp(grounding.stamp_ns), frame_id=grounding.frame_id)
    vision = vision_msgs()
    array = vision.Detection2DArray(header=header)
    for label, score, box in found:
        array.detections.append(
            _detection_2d(vision, header, grounding.request_id, label, score, box)
        )
    return array


def tracked_2d(targets: Sequence[GraspTarget]) -> Any:
    """vision_msgs/Detection2DArray of the objects that are followed in one image.

    The ids are the tracks'; those that are not seen now are left out.

    Args:
        targets: of the same image, one at least.

    Raises:
        MissingDependencyError: vision_msgs is not installed.
    """
    vision = vision_msgs()
    first = targets[0]
    header = Header(stamp=ns_to_stamp(first.stamp_ns), frame_id=first.camera_frame_id)
    array = vision.Detection2DArray(header=header)
    for target in targets:
        if target.box is not None and target.state in _SEEN:
            array.detections.append(
                _detection_2d(
                    vision, header, str(target.track_id), target.label, _score(target), target.box
                )
            )
    return array


def tracked_3d(targets: Sequence[GraspTarget], messages: Any = None) -> Any:
    """vision_msgs/Detection3DArray of the boxes around the objects that are followed.

    The boxes are in the targets' frame and hold the objects with their hidden sides; the ids are
    the tracks'. What is not seen now, or has no box, is left out.

    Args:
        targets: of the same image, one at least.
        messages: what stands in for the module vision_msgs.msg, if anything does.

    Raises:
        MissingDependencyError: vision_msgs is not installed.
    """
    vision = messages or vision_msgs()
    first = targets[0]
    header = Header(stamp=ns_to_stamp(first.stamp_ns), frame_id=first.frame_id)
    array = vision.Detection3DArray(header=header)
    for target in targets:
        if target.object_box is None or target.state not in _SEEN:
            continue
        detection = vision.Detection3D(header=header, id=str(target.track_id))
        pose = pose_to_msg(target.object_box.box2frame)
        hypothesis = _hypothesis(vision, target.label, _score(target))
        hypothesis.pose.pose = pose
        detection.results = [hypothesis]
        detection.bbox.center = pose
        detection.bbox.size = vector_to_msg(target.object_box.size)
        array.detections.append(detection)
    return array


def _score(target: GraspTarget) -> float:
    """Quality of the best grasp; 0 without one."""
    return target.grasps[0].quality if target.grasps else 0.0


def _detection_2d(
    vision: Any, header: Header, name: str, label: str, score: float, box: Box
) -> Any:
    detection = vision.Detection2D(header=header, id=name)
    detection.results = [_hypothesis(vision, label, score)]
    detection.bbox = _box_2d(vision, box)
    return detection


def _hypothesis(vision: Any, label: str, score: float) -> Any:
    result = vision.ObjectHypothesisWithPose()
    result.hypothesis.class_id = label
    result.hypothesis.score = float(score)
    return result


def _box_2d(vision: Any, box: Box) -> Any:
    msg = vision.BoundingBox2D(size_x=float(box.width), size_y=float(box.height))
    msg.center.position.x, msg.center.position.y = box.center
    return msg


def vision_msgs() -> Any:
    """The module vision_msgs.msg.

    Raises:
        MissingDependencyError: it is not installed or cannot be loaded.
    """
    return optional_messages('vision_msgs', _MESSAGES, 'detections are off')

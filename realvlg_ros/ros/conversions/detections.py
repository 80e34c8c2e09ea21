"""Groundings and objects as vision_msgs detections."""

from __future__ import annotations

from typing import Any

import numpy as np
from std_msgs.msg import Header

from ...errors import FrameError
from ...frame import RgbdFrame
from ...grounding.grounding import Grounding
from ...image_region import Box, RegionMask
from ...transforms import make_transform
from .optional_messages import optional_messages
from .pose import pose_to_msg, vector_to_msg
from .stamps import ns_to_stamp

# Share of the readings left out at either end of an axis, percent: at the edge of a mask they
# often belong to the background. Chosen: thin parts of the object stay.
_OUTLIER_PERCENT = 2.0
_MESSAGES = (
    'BoundingBox2D', 'Detection2D', 'Detection2DArray', 'Detection3D', 'Detection3DArray',
    'ObjectHypothesisWithPose',
)  # fmt: skip


def detections_2d(grounding: Grounding) -> Any:
    """vision_msgs/Detection2DArray of the object, or of the candidates when there is none.

    Raises:
        MissingDependencyError: vision_msgs is not installed.
    """
    vision = vision_msgs()
    header = Header(stamp=ns_to_stamp(grounding.stamp_ns), frame_id=grounding.frame_id)
    array = vision.Detection2DArray(header=header)
    if grounding.box is not None:
        found = [(grounding.label, grounding.score, grounding.box)]
    else:
        found = [(c.label, c.score, c.box) for c in grounding.candidates]
    for label, score, box in found:
        detection = vision.Detection2D(header=header, id=grounding.request_id)
        detection.results = [_hypothesis(vision, label, score)]
        detection.bbox = _box_2d(vision, box)
        array.detections.append(detection)
    return array


def detections_3d(label: str, score: float, mask: RegionMask, frame: RgbdFrame) -> Any:
    """vision_msgs/Detection3DArray with the box of an object's visible points.

    The box is in the optical frame and aligned with its axes.

    Args:
        label: class id of the object.
        score: of the hypothesis, 0 to 1.
        mask: the object's pixels in the frame.
        frame: gives depth, camera and stamp.

    Raises:
        MissingDependencyError: vision_msgs is not installed.
        FrameError: the mask lies outside the image or no pixel of it has depth.
    """
    vision = vision_msgs()
    header = Header(stamp=ns_to_stamp(frame.stamp_ns), frame_id=frame.camera.frame_id)
    lower, upper = _extent(mask, frame)
    detection = vision.Detection3D(header=header)
    pose = pose_to_msg(make_transform(np.eye(3), (lower + upper) / 2))
    hypothesis = _hypothesis(vision, label, score)
    hypothesis.pose.pose = pose
    detection.results = [hypothesis]
    detection.bbox.center = pose
    detection.bbox.size = vector_to_msg(upper - lower)
    return vision.Detection3DArray(header=header, detections=[detection])


def _extent(mask: RegionMask, frame: RgbdFrame) -> tuple[np.ndarray, np.ndarray]:
    inside = mask.to_full(*frame.depth.shape) & frame.valid
    if not inside.any():
        raise FrameError(
            f'no pixel of the mask {mask.box.as_tuple()} has depth; the object is transparent, '
            'too near or too dark for the camera'
        )
    points = frame.points[inside].astype(np.float64)
    lower, upper = np.percentile(points, [_OUTLIER_PERCENT, 100 - _OUTLIER_PERCENT], axis=0)
    return lower, upper


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

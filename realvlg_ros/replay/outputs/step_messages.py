"""What an image of a replay came to, as the messages that the nodes publish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sensor_msgs.msg import CompressedImage

from ...drawing.overlay import draw_overlay
from ...frame import RgbdFrame
from ...grasping.gripper import Gripper
from ...ros.conversions.camera import camera_to_msg
from ...ros.conversions.compressed_image import encode_color
from ...ros.conversions.detections import tracked_3d
from ...ros.conversions.grasp import target_to_msg
from ...ros.conversions.grounding import grounding_to_msg
from ...ros.conversions.markers import TargetMarkers
from ...ros.conversions.optional_messages import optional_messages
from ...ros.conversions.point_cloud import cloud_to_msg
from ...ros.tf.tf_adapter import transform_to_msg
from ...tracking.target.target import GraspTarget
from ...transforms import transform_points
from ..bags.bag_tf import StaticTransform
from ..session.goal_run import GoalAnswer
from ..session.places import camera2answer
from ..session.step import Step
from . import topics
from .diagnostics import StepDiagnostics
from .vision import vision_messages

# Quality of the jpeg of an overlay, 0 to 100. Chosen: lines are sharp, in a third of the bytes of
# quality 95.
_JPEG_QUALITY = 80
# Points of a cloud. Chosen: the shape of a table and what is on it, in a third of a megabyte.
_MOST_POINTS = 20_000
# Markers of a target that goes on as it is are drawn this often, ns. Chosen: ten times a second
# follows a moved object for the eye; they are half of the cost of all messages.
_MARKER_PERIOD_NS = 95_000_000

TopicMessage = tuple[str, Any]


class StepMessages:
    """Makes the messages of one step after another."""

    def __init__(
        self, gripper: Gripper, link: str = '', grasp_frame: str = topics.GRASP_FRAME
    ) -> None:
        """Make them as grasp_node does.

        Args:
            gripper: that grasps are drawn with.
            link: of the robot, whose pose is given for each grasp; empty: the profile's.
            grasp_frame: frame of tf at the best grasp.
        """
        self._gripper = gripper
        self._link = link
        self._grasp_frame_id = grasp_frame
        self._markers = TargetMarkers(gripper)
        self._looks: tuple[object, ...] = ()
        self._drawn_ns = 0
        self._vision = vision_messages()
        self._diagnostics = StepDiagnostics()
        self._tf = optional_messages('tf2_msgs', ('TFMessage',), 'tf is off').TFMessage

    def of(self, step: Step) -> Iterator[TopicMessage]:
        """The topics and messages of a step, all but the picture."""
        for grounding in step.groundings:
            yield topics.GROUNDING, grounding_to_msg(grounding)
        for target in step.targets:
            yield topics.TARGET, target_to_msg(target, self._gripper, self._link)
        if step.targets:
            yield topics.DETECTIONS, tracked_3d(step.targets, self._vision)
        if step.shown is not None:
            yield from self._drawn(step.shown, step)
            yield from self._grasp_frame(step.shown)
        if step.frame is not None:
            yield topics.CAMERA_INFO, camera_to_msg(step.frame.camera, step.stamp_ns)
            for answer in step.answers:
                yield topics.CLOUD, _cloud(step.frame, answer)
        yield from ((topics.DIAGNOSTICS, array) for array in self._diagnostics.of(step))

    def of_static(
        self, transforms: Sequence[StaticTransform], stamp_ns: int
    ) -> Iterator[TopicMessage]:
        """The topic and message of static transforms, if there are any.

        Args:
            transforms: in any order.
            stamp_ns: of the message, ns.
        """
        if transforms:
            poses = [
                transform_to_msg(each.parent, each.child, each.child2parent, stamp_ns)
                for each in transforms
            ]
            yield topics.TF_STATIC, self._tf(transforms=poses)

    def _drawn(self, target: GraspTarget, step: Step) -> Iterator[TopicMessage]:
        """The markers of a target: at once where it is another or in another state."""
        looks = target.track_id, target.state, target.stable, len(target.grasps)
        is_due = step.time_ns - self._drawn_ns >= _MARKER_PERIOD_NS or bool(step.answers)
        if is_due or looks != self._looks:
            self._looks, self._drawn_ns = looks, step.time_ns
            yield topics.MARKERS, self._markers.draw(target)

    def _grasp_frame(self, target: GraspTarget) -> Iterator[TopicMessage]:
        if target.grasps and target.frame_id:
            best = target.grasps[0].tcp2frame
            pose = transform_to_msg(target.frame_id, self._grasp_frame_id, best, target.stamp_ns)
            yield topics.TF, self._tf(transforms=[pose])


def overlay(frame: RgbdFrame, target: GraspTarget | None) -> CompressedImage:
    """The picture of an image: its target is drawn into it."""
    picture = frame.color
    if target is not None:
        picture = draw_overlay(frame.color, target.box, target.mask, target.grasps, target.label)
    return encode_color(picture, frame.stamp_ns, frame.camera.frame_id, _JPEG_QUALITY)


def _cloud(frame: RgbdFrame, answer: GoalAnswer) -> Any:
    """The points of the image in which a goal was answered, in the frame of its target."""
    seen = np.flatnonzero(frame.depth)
    seen = seen[:: max(1, -(-len(seen) // _MOST_POINTS))]
    pose, frame_id = camera2answer(frame, answer.target)
    points = transform_points(pose, frame.points.reshape(-1, 3)[seen]).astype(np.float32)
    return cloud_to_msg(points, frame.color.reshape(-1, 3)[seen], frame.stamp_ns, frame_id)

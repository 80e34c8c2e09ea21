"""What grasp_node publishes about a target; views are made only for topics with a subscriber."""

from __future__ import annotations

from geometry_msgs.msg import PoseArray
from sensor_msgs.msg import Image
from std_msgs.msg import Header
from visualization_msgs.msg import MarkerArray

from ..drawing.overlay import draw_overlay
from ..errors import FrameError, MissingDependencyError
from ..frame import RgbdFrame
from ..grasping.gripper import Gripper
from ..grounding.grounding import Grounding
from ..msg import GraspTarget as GraspTargetMsg
from ..tracking.target.target import GraspTarget
from .conversions.detections import detections_2d, detections_3d, vision_msgs
from .conversions.grasp import target_to_msg
from .conversions.image import image_from_array
from .conversions.markers import TargetMarkers
from .conversions.pose import pose_to_msg
from .conversions.stamps import ns_to_stamp
from .node.lifecycle import ManagedNode
from .node.qos import stream


class TargetOutputs:
    """The publishers of grasp_node."""

    def __init__(self, node: ManagedNode, gripper: Gripper, link: str, reliability: str) -> None:
        """Make the publishers.

        Args:
            node: owner of the publishers, in its configure transition.
            gripper: that grasps are planned for; drawn in the markers.
            link: of the robot, whose pose is given for each grasp; empty: the profile's.
            reliability: one of RELIABILITY in ros.node.qos.

        Raises:
            GripperError: the profile does not know the link.
        """
        gripper.tcp_in(link)
        qos = stream(reliability, 10)
        self._node = node
        self._gripper, self._link = gripper, link
        self._markers = TargetMarkers(gripper)
        self._target = node.create_managed_publisher(GraspTargetMsg, 'target', qos)
        self._candidates = node.create_managed_publisher(PoseArray, 'grasp_candidates', qos)
        self._marker_array = node.create_managed_publisher(MarkerArray, 'markers', qos)
        self._debug_image = node.create_managed_publisher(
            Image, 'debug_image', stream(reliability, 1)
        )
        self._detections_2d = self._detections_3d = None
        try:
            vision = vision_msgs()
        except MissingDependencyError as error:
            node.get_logger().info(str(error))
        else:
            self._detections_2d = node.create_managed_publisher(
                vision.Detection2DArray, 'detections', qos
            )
            self._detections_3d = node.create_managed_publisher(
                vision.Detection3DArray, 'detections_3d', qos
            )

    def publish(self, target: GraspTarget) -> float:
        """Publish a target; returns the time since its image was taken, s."""
        now_ns: int = self._node.get_clock().now().nanoseconds
        latency = (now_ns - target.stamp_ns) * 1e-9
        self._target.publish(target_to_msg(target, self._gripper, self._link, latency))
        return latency

    def show(self, frame: RgbdFrame, target: GraspTarget | None) -> None:
        """Publish views of a target in its frame on the topics that have a subscriber."""
        if _wanted(self._debug_image):
            self._debug_image.publish(_draw(frame, target))
        if target is None:
            return
        if _wanted(self._candidates):
            header = Header(stamp=ns_to_stamp(target.stamp_ns), frame_id=target.frame_id)
            poses = [pose_to_msg(grasp.tcp2frame) for grasp in target.grasps]
            self._candidates.publish(PoseArray(header=header, poses=poses))
        if _wanted(self._marker_array):
            self._marker_array.publish(self._markers.draw(target))
        if self._detections_3d is not None and target.mask and _wanted(self._detections_3d):
            self._show_detection(frame, target)

    def show_grounding(self, grounding: Grounding) -> None:
        """Publish a grounding as 2-D detections if that topic has a subscriber."""
        if self._detections_2d is not None and _wanted(self._detections_2d):
            self._detections_2d.publish(detections_2d(grounding))

    def _show_detection(self, frame: RgbdFrame, target: GraspTarget) -> None:
        assert target.mask is not None and self._detections_3d is not None
        score = target.grasps[0].quality if target.grasps else 0.0
        try:
            detections = detections_3d(target.label, score, target.mask, frame)
        except (FrameError, MissingDependencyError) as error:
            self._node.warn('detections', str(error))
        else:
            self._node.warn('detections', '')
            self._detections_3d.publish(detections)


def _wanted(publisher: object) -> bool:
    return publisher.get_subscription_count() > 0  # type: ignore[attr-defined,no-any-return]


def _draw(frame: RgbdFrame, target: GraspTarget | None) -> Image:
    picture = frame.color
    if target is not None:
        picture = draw_overlay(frame.color, target.box, target.mask, target.grasps, target.label)
    return image_from_array(picture, 'rgb8', frame.stamp_ns, frame.camera.frame_id)

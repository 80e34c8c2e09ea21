"""What grasp_node publishes about a target; views are made only for topics with a subscriber."""

from __future__ import annotations

from collections.abc import Sequence

from geometry_msgs.msg import PoseArray
from sensor_msgs.msg import Image
from std_msgs.msg import Header
from visualization_msgs.msg import MarkerArray

from ..drawing.overlay import draw_overlay
from ..errors import MissingDependencyError
from ..frame import RgbdFrame
from ..grasping.gripper import Gripper
from ..grounding.grounding import Grounding
from ..msg import GraspTarget as GraspTargetMsg
from ..tracking.target.target import GraspTarget
from .conversions.detections import detections_2d, tracked_2d, tracked_3d, vision_msgs
from .conversions.grasp import target_to_msg
from .conversions.image import image_from_array
from .conversions.markers import TargetMarkers
from .conversions.pose import pose_to_msg
from .conversions.stamps import ns_to_stamp
from .node.lifecycle import ManagedNode
from .node.qos import stream
from .tf.tf_adapter import TransformBroadcaster, transform_to_msg


class TargetOutputs:
    """The publishers of grasp_node."""

    def __init__(
        self, node: ManagedNode, gripper: Gripper, link: str, reliability: str, tf_frame: str = ''
    ) -> None:
        """Make the publishers.

        Args:
            node: owner of the publishers, in its configure transition.
            gripper: that grasps are planned for; drawn in the markers.
            link: of the robot, whose pose is given for each grasp; empty: the profile's.
            reliability: one of RELIABILITY in ros.node.qos.
            tf_frame: name of the frame of tf that shows the best grasp; empty for none.

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
        self._tf_frame = tf_frame
        self._tf: TransformBroadcaster | None = None
        if tf_frame:
            self._broadcast(tf_frame)
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

    def _broadcast(self, tf_frame: str) -> None:
        try:
            self._tf = TransformBroadcaster(self._node.create_managed_publisher)
        except MissingDependencyError as error:
            self._node.get_logger().warning(f'{error}: the frame {tf_frame!r} is not published')

    def publish(self, target: GraspTarget) -> float:
        """Publish a target; returns the time since its image was taken, s."""
        now_ns: int = self._node.get_clock().now().nanoseconds
        latency = (now_ns - target.stamp_ns) * 1e-9
        self._target.publish(target_to_msg(target, self._gripper, self._link, latency))
        return latency

    def show(
        self, frame: RgbdFrame, targets: Sequence[GraspTarget], shown: GraspTarget | None
    ) -> None:
        """Publish views of a frame on the topics that have a subscriber.

        Args:
            frame: the newest.
            targets: all that are followed in it.
            shown: the one whose grasps are shown.
        """
        if _wanted(self._debug_image):
            self._debug_image.publish(_draw(frame, shown))
        if targets and self._detections_2d is not None and _wanted(self._detections_2d):
            self._detections_2d.publish(tracked_2d(targets))
        if targets and self._detections_3d is not None and _wanted(self._detections_3d):
            self._detections_3d.publish(tracked_3d(targets))
        if shown is None:
            return
        if _wanted(self._candidates):
            header = Header(stamp=ns_to_stamp(shown.stamp_ns), frame_id=shown.frame_id)
            poses = [pose_to_msg(grasp.tcp2frame) for grasp in shown.grasps]
            self._candidates.publish(PoseArray(header=header, poses=poses))
        if _wanted(self._marker_array):
            self._marker_array.publish(self._markers.draw(shown))
        taken = (shown.frame_id, shown.camera_frame_id)
        if self._tf is not None and shown.grasps and self._tf_frame not in taken:
            best = shown.grasps[0].tcp2frame
            self._tf.send(transform_to_msg(shown.frame_id, self._tf_frame, best, shown.stamp_ns))

    def show_grounding(self, grounding: Grounding) -> None:
        """Publish the candidates of a grounding as 2-D detections if there is a subscriber.

        An object that was found comes with the targets.
        """
        detections = self._detections_2d
        if detections is None or grounding.box is not None or not grounding.candidates:
            return
        if _wanted(detections):
            detections.publish(detections_2d(grounding))


def _wanted(publisher: object) -> bool:
    return publisher.get_subscription_count() > 0  # type: ignore[attr-defined,no-any-return]


def _draw(frame: RgbdFrame, target: GraspTarget | None) -> Image:
    picture = frame.color
    if target is not None:
        picture = draw_overlay(frame.color, target.box, target.mask, target.grasps, target.label)
    return image_from_array(picture, 'rgb8', frame.stamp_ns, frame.camera.frame_id)

"""Poses of the end effector's parent link, in both turns of each grasp, for motion planners."""

from __future__ import annotations

from geometry_msgs.msg import PoseArray

from ..arrays import FloatArray
from ..grasping.grasp import FLIP
from ..msg import GraspCandidate, GraspTarget
from ..ros.conversions.pose import point_from_msg, pose_from_msg, pose_to_msg
from ..transforms import invert


def link_pose(candidate: GraspCandidate, flipped: bool = False) -> FloatArray:
    """The pose (4x4) of the parent link at a grasp, in the frame of the target, m.

    Args:
        candidate: of a target's grasps.
        flipped: with the fingers exchanged, which turns the link by 180 degrees about the
            approach through the TCP.

    Raises:
        TransformError: a pose of the candidate is not a rigid transform.
    """
    link2frame = pose_from_msg(candidate.parent_link_pose)
    if not flipped:
        return link2frame
    tcp2frame = pose_from_msg(candidate.pose.pose)
    return tcp2frame @ FLIP @ invert(tcp2frame) @ link2frame


def goal_set(target: GraspTarget) -> PoseArray:
    """Poses of the link target.parent_link as one goal set, best first, m.

    In the frame of the target's header. A parallel gripper grasps the same with its fingers
    exchanged, and joint limits make the two differ: the poses 2 i and 2 i + 1 are the two turns
    of target.grasps[i].

    Raises:
        TransformError: a pose of the target is not a rigid transform.
    """
    return _poses(target, 0.0)


def pregrasp_set(target: GraspTarget) -> PoseArray:
    """The poses of `goal_set`, each by its standoff back along the approach.

    From each of them the way to the grasp is straight and free.

    Raises:
        TransformError: a pose of the target is not a rigid transform.
    """
    return _poses(target, 1.0)


def _poses(target: GraspTarget, share: float) -> PoseArray:
    """Both turns of each grasp, by a share of its standoff before it."""
    poses = []
    for candidate in target.grasps:
        back = -share * candidate.standoff * point_from_msg(candidate.approach)
        for flipped in (False, True):
            link2frame = link_pose(candidate, flipped)
            link2frame[:3, 3] += back
            poses.append(pose_to_msg(link2frame))
    return PoseArray(header=target.header, poses=poses)

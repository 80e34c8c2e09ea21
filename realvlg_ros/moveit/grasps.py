"""Grasps of a target as moveit_msgs/Grasp."""

from __future__ import annotations

from typing import Any

from geometry_msgs.msg import PoseStamped, Vector3Stamped
from std_msgs.msg import Header

from ..arrays import FloatArray
from ..errors import GripperError
from ..grasping.gripper import Gripper
from ..msg import GraspCandidate, GraspTarget
from ..ros.conversions.pose import point_from_msg, pose_to_msg, vector_to_msg
from .link_poses import link_pose
from .messages import moveit_msgs
from .postures import actuation_of, closed_posture, open_posture
from .scene_ids import object_id

# Share of an approach or retreat that a planner must reach at least. Chosen: half of it keeps the
# fingers clear of the object before the grasp, and lifts it off its support after it.
_MIN_SHARE = 0.5


def moveit_grasps(target: GraspTarget, gripper: Gripper) -> list[Any]:
    """The grasps of a target as moveit_msgs/Grasp, best first; none where it has none.

    A parallel gripper grasps the same with its fingers exchanged, and joint limits make the two
    differ: after each grasp comes the one turned by 180 degrees about its approach. Of each:

    * grasp_pose: of the link target.parent_link, in the frame of the target's header, m;
    * grasp_quality: the preference, which both turns share;
    * pre_grasp_approach: along the TCP's z axis, expressed in the parent link's frame, by the
      standoff; post_place_retreat is its opposite;
    * post_grasp_retreat: in the frame of the target's header;
    * min_distance: half of the desired_distance;
    * pre_grasp_posture, grasp_posture: the joints at the opening width, and at the object's width
      less 4 mm (see open_posture and closed_posture);
    * max_contact_force: the closing force, N;
    * allowed_touch_objects: the object itself, by its id in the planning scene.

    Args:
        target: as grasp_node publishes it, or as a result of PlanGrasps holds it.
        gripper: profile of the gripper that the target was planned for.

    Raises:
        MissingDependencyError: moveit_msgs is not installed.
        GripperError: the target was planned for another gripper, or the profile does not tell
            the joints (its key actuation).
        MessageError: the target has no track.
        TransformError: a pose of the target is not a rigid transform.
    """
    check_gripper(target, gripper)
    actuation_of(gripper)
    return [
        _grasp(target, gripper, index, flipped)
        for index in range(len(target.grasps))
        for flipped in (False, True)
    ]


def check_gripper(target: GraspTarget, gripper: Gripper) -> None:
    """Refuse a profile that is not of the gripper that a target was planned for.

    Raises:
        GripperError: it is of another one.
    """
    if target.gripper != gripper.name:
        raise GripperError(
            f'the grasps were planned for the gripper {target.gripper!r} and the profile is of '
            f'{gripper.name!r}: give the same profile to both'
        )


def _grasp(target: GraspTarget, gripper: Gripper, index: int, flipped: bool) -> Any:
    candidate: GraspCandidate = target.grasps[index]
    link2frame = link_pose(candidate, flipped)
    # Both turns share the approach in the frame, each has it in the axes of its own link.
    approach = link2frame[:3, :3].T @ point_from_msg(candidate.approach)
    retreat = point_from_msg(candidate.retreat)
    in_link = Header(stamp=target.header.stamp, frame_id=target.parent_link)
    opening, width = candidate.opening_width, candidate.object_width
    touched = object_id(target)
    return moveit_msgs().Grasp(
        id=f'{touched}_grasp_{index}' + ('_flipped' if flipped else ''),
        pre_grasp_posture=open_posture(gripper, opening),
        grasp_posture=closed_posture(gripper, opening, width),
        grasp_pose=PoseStamped(header=target.header, pose=pose_to_msg(link2frame)),
        grasp_quality=float(candidate.preference),
        pre_grasp_approach=_translation(in_link, approach, candidate.standoff),
        post_grasp_retreat=_translation(target.header, retreat, candidate.retreat_distance),
        post_place_retreat=_translation(in_link, -approach, candidate.standoff),
        max_contact_force=actuation_of(gripper).closing_force,
        allowed_touch_objects=[touched],
    )


def _translation(header: Header, direction: FloatArray, distance: float) -> Any:
    """The moveit_msgs/GripperTranslation along a unit vector (3,) by a distance, m."""
    return moveit_msgs().GripperTranslation(
        direction=Vector3Stamped(header=header, vector=vector_to_msg(direction)),
        desired_distance=distance,
        min_distance=_MIN_SHARE * distance,
    )

"""A target and what it stands on in MoveIt's planning scene."""

from __future__ import annotations

from typing import Any

import numpy as np
from geometry_msgs.msg import Pose
from shape_msgs.msg import SolidPrimitive
from std_msgs.msg import Header

from ..arrays import FloatArray
from ..errors import MessageError
from ..grasping.gripper import Gripper
from ..msg import GraspTarget
from ..ros.conversions import values
from ..ros.conversions.pose import point_from_msg, pose_from_msg, pose_to_msg
from ..transforms import make_transform
from .messages import moveit_msgs
from .postures import actuation_of, open_posture
from .scene_ids import object_id, support_id

# The support reaches so far beyond the object on each side, m. Chosen: the widest hand of
# config/grippers reaches 0.1 m to a side; what lies farther away was not looked at.
_SUPPORT_MARGIN_M = 0.25
# Thickness of the support, m. Chosen: planners check a motion in steps of about 10 mm.
_SUPPORT_THICKNESS_M = 0.03
# The support begins so far below the object, m. Chosen: an object that was attached does not
# collide with it where it stands; fingers keep more from a support.
_SUPPORT_GAP_M = 0.002


def target_object(target: GraspTarget) -> Any:
    """The moveit_msgs/CollisionObject that adds the object, or moves it where it is now.

    A box that holds more than 98 % of the object's points, its hidden side included; stamped with
    the image's time, in the frame of the target's header, m. Its id is that of the track.

    Raises:
        MissingDependencyError: moveit_msgs is not installed.
        MessageError: the target has no track, or the size of the object is not known.
        TransformError: the pose of the box is not a rigid transform.
    """
    box2frame, size = _box(target)
    return box_object(target.header, object_id(target), box2frame, size)


def support_object(target: GraspTarget) -> Any:
    """The moveit_msgs/CollisionObject that adds what the object stands on.

    A slab parallel to the object's lower face, 2 mm below it, 30 mm thick and 0.25 m wider than
    the object on each side: how far the support really reaches is not known.

    Raises:
        MissingDependencyError: moveit_msgs is not installed.
        MessageError: the target has no track, the size of the object is not known, or it is not
            known to stand on a support (object_on_support).
        TransformError: the pose of the box is not a rigid transform.
    """
    box2frame, size = _box(target)
    if not target.object_on_support:
        raise MessageError(
            f'{target.label!r} is not known to stand on a support (object_on_support is false)'
        )
    below = -(size[2] + _SUPPORT_THICKNESS_M) / 2 - _SUPPORT_GAP_M
    slab2frame = box2frame @ make_transform(np.eye(3), (0, 0, below))
    extent = size + 2 * _SUPPORT_MARGIN_M
    extent[2] = _SUPPORT_THICKNESS_M
    return box_object(target.header, support_id(target), slab2frame, extent)


def removal(scene_id: str) -> Any:
    """The moveit_msgs/CollisionObject that removes a thing from the scene, by its id.

    Raises:
        MissingDependencyError: moveit_msgs is not installed.
    """
    messages = moveit_msgs()
    return messages.CollisionObject(id=scene_id, operation=messages.CollisionObject.REMOVE)


def attachment(target: GraspTarget, gripper: Gripper) -> Any:
    """The moveit_msgs/AttachedCollisionObject that fixes the object to the gripper.

    For MoveIt's topic attached_collision_object, or robot_state.attached_collision_objects of a
    scene for /apply_planning_scene. The object moves with target.parent_link from then on, and is
    no obstacle any more: the touch links of the profile may touch it.

    Args:
        target: that was grasped; its box says where it is.
        gripper: profile of the gripper that holds it.

    Raises:
        MissingDependencyError: moveit_msgs is not installed.
        MessageError: the target has no track, or the size of the object is not known.
        TransformError: the pose of the box is not a rigid transform.
        GripperError: the profile does not tell the touch links (its key actuation).
    """
    return moveit_msgs().AttachedCollisionObject(
        link_name=target.parent_link,
        object=target_object(target),
        touch_links=list(actuation_of(gripper).touch_links),
        detach_posture=open_posture(gripper, gripper.max_opening),
    )


def detachment(target: GraspTarget) -> Any:
    """The moveit_msgs/AttachedCollisionObject that undoes `attachment`.

    The object is an obstacle again, where the gripper has left it.

    Raises:
        MissingDependencyError: moveit_msgs is not installed.
        MessageError: the target has no track.
    """
    return moveit_msgs().AttachedCollisionObject(
        link_name=target.parent_link, object=removal(object_id(target))
    )


def box_object(header: Header, scene_id: str, box2frame: FloatArray, size: FloatArray) -> Any:
    """The moveit_msgs/CollisionObject that adds a box.

    Args:
        header: with the frame.
        scene_id: id of the box in the scene.
        box2frame: 4x4 pose of the box, m.
        size: (3,) along its axes, m.

    Raises:
        MissingDependencyError: moveit_msgs is not installed.
    """
    messages = moveit_msgs()
    box = SolidPrimitive(type=SolidPrimitive.BOX, dimensions=size.tolist())
    return messages.CollisionObject(
        header=header,
        id=scene_id,
        pose=pose_to_msg(box2frame),
        primitives=[box],
        primitive_poses=[Pose()],
        operation=messages.CollisionObject.ADD,
    )


def _box(target: GraspTarget) -> tuple[FloatArray, FloatArray]:
    """The pose (4x4) and size (3,) of the object's box, m."""
    size = values.vector('object_size', point_from_msg(target.object_size))
    if not np.all(size >= 0):
        raise MessageError(f'object_size is {size.tolist()}; expected none below 0')
    if not size.any():
        raise MessageError(
            f'the size of {target.label!r} is not known (object_size is zero): it has no place in '
            'the planning scene; wait for a target that has one'
        )
    return pose_from_msg(target.object_pose), size

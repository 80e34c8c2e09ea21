"""What the mock robot reads of messages: goals, poses, and changes of its planning scene."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from geometry_msgs.msg import Pose

from ...errors import PickError
from ...ros.conversions.pose import point_from_msg
from ..messages import moveit_messages
from .robot import MockRobot


def check_pose(robot: MockRobot, frame_id: str, pose: Any) -> None:
    """Refuse a geometry_msgs/Pose that no robot could go to.

    Args:
        robot: that goes there.
        frame_id: frame of the pose.
        pose: the message.

    Raises:
        PickError: frame, quaternion or position.
    """
    q = pose.orientation
    quaternion = np.array([q.x, q.y, q.z, q.w])
    robot.check_pose(frame_id, point_from_msg(pose.position), quaternion)


def check_goal(robot: MockRobot, constraints: Any) -> None:
    """Refuse moveit_msgs/Constraints that are no goal for the pose of one link.

    Raises:
        PickError: a part is missing, the link is not the same in both, or see check_pose.
    """
    if not constraints.position_constraints or not constraints.orientation_constraints:
        raise PickError('a goal without a position or without an orientation')
    (position,) = constraints.position_constraints
    (orientation,) = constraints.orientation_constraints
    if not position.link_name or position.link_name != orientation.link_name:
        raise PickError('the link of position and orientation is not the same one')
    (pose,) = position.constraint_region.primitive_poses
    check_pose(robot, position.header.frame_id, pose)
    check_pose(robot, orientation.header.frame_id, goal_of(constraints))


def goal_of(constraints: Any) -> Pose:
    """The pose of the link that moveit_msgs/Constraints ask for."""
    (position,), (orientation,) = (
        constraints.position_constraints, constraints.orientation_constraints
    )  # fmt: skip
    (pose,) = position.constraint_region.primitive_poses
    return Pose(position=pose.position, orientation=orientation.orientation)


def check_diff(scene: Any) -> None:
    """Refuse a moveit_msgs/PlanningScene in a goal that would replace the whole scene.

    Raises:
        PickError: it holds something and is no difference; an empty one stands for none.
    """
    holds = scene.world.collision_objects or scene.allowed_collision_matrix.entry_names
    if holds and not scene.is_diff:
        raise PickError('planning_scene_diff would replace the whole scene: set is_diff')


class MockScene:
    """Applies moveit_msgs/PlanningScene to a robot, as MoveIt would."""

    def __init__(self, robot: MockRobot) -> None:
        """Begin with two links that may touch each other."""
        self._robot = robot
        self._messages = moveit_messages('AllowedCollisionEntry', 'AllowedCollisionMatrix')
        rows = [[False, True], [True, False]]
        entry = self._messages.AllowedCollisionEntry
        self._matrix = self._messages.AllowedCollisionMatrix(
            entry_names=['mock_link_1', 'mock_link_2'],
            entry_values=[entry(enabled=row) for row in rows],
        )

    def read(self, request: Any, response: Any) -> Any:
        """Answer GetPlanningScene with what it asks for: the matrix of allowed collisions."""
        if request.components.components & request.components.ALLOWED_COLLISION_MATRIX:
            response.scene.allowed_collision_matrix = self._matrix
        return response

    def apply(self, scene: Any) -> list[str]:
        """Apply a scene; returns the names of the calls that it stands for.

        Raises:
            PickError: something in it is refused.
        """
        if not (scene.is_diff and scene.robot_state.is_diff):
            raise PickError('the scene would replace the whole one: set is_diff twice')
        return [*self._apply_matrix(scene), *self._apply_world(scene), *self._attach(scene)]

    def _apply_matrix(self, scene: Any) -> Iterator[str]:
        matrix = scene.allowed_collision_matrix
        names = list(matrix.entry_names)
        if not names:
            return
        rows = [list(entry.enabled) for entry in matrix.entry_values]
        table = np.array(rows) if all(len(row) == len(names) for row in rows) else np.zeros(0)
        if table.shape != (len(names), len(names)) or not np.array_equal(table, table.T):
            raise PickError('the matrix of allowed collisions is not square and symmetric')
        if not {'mock_link_1', 'mock_link_2'} <= set(names):
            raise PickError('the matrix of allowed collisions forgets links that were in it')
        self._matrix = matrix
        pairs = {frozenset((names[i], names[j])) for i, j in np.argwhere(table)}
        more = len(pairs) > len(self._robot.touchable)
        self._robot.touchable = pairs
        yield 'allow' if more else 'forbid'

    def _apply_world(self, scene: Any) -> Iterator[str]:
        for thing in scene.world.collision_objects:
            if thing.operation == thing.REMOVE:
                self._robot.remove(thing.id)
                yield 'remove'
                continue
            check_pose(self._robot, thing.header.frame_id, thing.pose)
            if not thing.primitives or min(thing.primitives[0].dimensions) <= 0:
                raise PickError(f'{thing.id} has no shape')
            self._robot.add(thing.id)
            yield 'add'

    def _attach(self, scene: Any) -> Iterator[str]:
        for held in scene.robot_state.attached_collision_objects:
            if held.object.operation == held.object.REMOVE:
                self._robot.detach(held.object.id)
                yield 'detach'
                continue
            if not held.link_name or not held.touch_links:
                raise PickError(f'{held.object.id} is attached without a link or touch links')
            self._robot.attach(held.object.id)
            yield 'attach'

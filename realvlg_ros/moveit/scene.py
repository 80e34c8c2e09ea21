"""The object in MoveIt's planning scene: shown, touched, attached, and withdrawn again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from geometry_msgs.msg import Pose
from rclpy.node import Node
from shape_msgs.msg import SolidPrimitive

from ..errors import PickError, RealvlgError
from ..ros.conversions.pose import pose_to_msg
from .calls import RobotService
from .halt import Halt
from .motion import Plan
from .robot_types import moveit_messages, service_type


class SceneServices:
    """The two services of the planning scene, for all picks of a node."""

    def __init__(self, node: Node, namespace: str) -> None:
        """Make the clients of the move_group in a namespace, which is empty or ends in '/'.

        Raises:
            MissingDependencyError: moveit_msgs is not installed.
        """
        self.get_type = service_type('moveit_msgs', 'GetPlanningScene')
        self.apply_type = service_type('moveit_msgs', 'ApplyPlanningScene')
        self.get = RobotService(node, self.get_type, f'{namespace}get_planning_scene')
        self.apply = RobotService(node, self.apply_type, f'{namespace}apply_planning_scene')
        self.warn = node.get_logger().warning

    def destroy(self) -> None:
        """Destroy the clients."""
        self.get.destroy()
        self.apply.destroy()


class SceneObject:
    """The object of one pick in the planning scene."""

    def __init__(
        self,
        services: SceneServices,
        touch_links: Sequence[str],
        supports: Sequence[str],
        halt: Halt,
    ) -> None:
        """Know the object; nothing is called yet.

        Args:
            services: of the planning scene.
            touch_links: links of the robot that may touch the object.
            supports: links and collision objects that it may touch as it is lifted.
            halt: ends the waits.
        """
        self._services = services
        self._touch_links, self._supports = list(touch_links), list(supports)
        self._halt = halt
        self._messages = moveit_messages(
            'AllowedCollisionEntry', 'AttachedCollisionObject', 'CollisionObject', 'PlanningScene'
        )
        self._id = self._link = ''
        self._shown = self._attached = self._touching = False

    def show(self, plan: Plan) -> None:
        """Add the object, or move it, where its box is known; it may not be touched any more.

        Raises:
            PickError: MoveIt refused it.
            RobotUnavailableError, PickHalted: see RobotService.
        """
        self._withdraw_touch(self._halt)
        self._id, self._link = f'object_{plan.track_id}', plan.motions[0].link
        if plan.box is None:
            return
        scene_object = self._object(self._messages.CollisionObject.ADD)
        scene_object.header.frame_id = plan.motions[0].frame_id
        scene_object.pose = pose_to_msg(plan.box.box2frame)
        sizes = [float(size) for size in plan.box.size]
        scene_object.primitives = [SolidPrimitive(type=SolidPrimitive.BOX, dimensions=sizes)]
        scene_object.primitive_poses = [Pose()]
        scene = self._diff()
        scene.world.collision_objects = [scene_object]
        self._apply(scene, 'add the object', self._halt)
        self._shown = True

    def allow_touch(self) -> None:
        """Let the touch links and the supports touch the object.

        A scene that is applied replaces the whole matrix of allowed collisions: it is read first.

        Raises:
            PickError: MoveIt refused it.
            RobotUnavailableError, PickHalted: see RobotService.
        """
        others = [*self._touch_links, *self._supports, self._id.replace('object', 'support')]
        self._touching = True
        self._change_matrix(lambda matrix: self._allow(matrix, others), self._halt)

    def attach(self) -> bool:
        """Attach the object to the link; returns whether it is shown and so could be.

        Raises:
            PickError: MoveIt refused it.
            RobotUnavailableError, PickHalted: see RobotService.
        """
        if self._shown:
            # Also if the call is halted: what MoveIt does with it is not known then.
            self._attached = True
            try:
                self._move(self._messages.CollisionObject.ADD, 'attach the object', self._halt)
            except PickError:
                self._attached = False
                raise
        return self._shown

    def detach(self) -> None:
        """Make the object part of the world again, if it was attached.

        Raises:
            PickError: MoveIt refused it.
            RobotUnavailableError, PickHalted: see RobotService.
        """
        if self._attached:
            self._move(self._messages.CollisionObject.REMOVE, 'detach the object', self._halt)
            self._attached = False

    def clear(self) -> None:
        """Withdraw the permission to touch, and the object if it is not attached."""
        try:
            self._withdraw_touch(None)
            if self._shown and not self._attached:
                scene = self._diff()
                removal = self._object(self._messages.CollisionObject.REMOVE)
                scene.world.collision_objects = [removal]
                self._apply(scene, 'remove the object', None)
        except RealvlgError as error:
            self._services.warn(f'{self._id} is left in the planning scene: {error}')

    def _withdraw_touch(self, halt: Halt | None) -> None:
        if self._touching:
            self._change_matrix(self._forget, halt)
            self._touching = False

    def _object(self, operation: Any) -> Any:
        return self._messages.CollisionObject(id=self._id, operation=operation)

    def _move(self, operation: Any, what: str, halt: Halt) -> None:
        scene = self._diff()
        scene.robot_state.attached_collision_objects = [
            self._messages.AttachedCollisionObject(
                link_name=self._link,
                object=self._object(operation),
                touch_links=self._touch_links,
            )
        ]
        self._apply(scene, what, halt)

    def _diff(self) -> Any:
        scene = self._messages.PlanningScene(is_diff=True)
        scene.robot_state.is_diff = True
        return scene

    def _change_matrix(self, change: Any, halt: Halt | None) -> None:
        request = self._services.get_type.Request()
        request.components.components = request.components.ALLOWED_COLLISION_MATRIX
        matrix = self._services.get.call(request, halt).scene.allowed_collision_matrix
        change(matrix)
        scene = self._diff()
        scene.allowed_collision_matrix = matrix
        self._apply(scene, 'change who may touch the object', halt)

    def _allow(self, matrix: Any, others: Sequence[str]) -> None:
        for name in (self._id, *others):
            if name not in matrix.entry_names:
                for row in matrix.entry_values:
                    row.enabled = [*row.enabled, False]
                matrix.entry_names = [*matrix.entry_names, name]
                width = len(matrix.entry_names)
                entry = self._messages.AllowedCollisionEntry(enabled=[False] * width)
                matrix.entry_values = [*matrix.entry_values, entry]
        index = {name: i for i, name in enumerate(matrix.entry_names)}
        mine = index[self._id]
        for other in others:
            matrix.entry_values[mine].enabled[index[other]] = True
            matrix.entry_values[index[other]].enabled[mine] = True

    def _forget(self, matrix: Any) -> None:
        if self._id in matrix.entry_names:
            mine = list(matrix.entry_names).index(self._id)
            for rows in (matrix.entry_names, matrix.entry_values):
                del rows[mine]
            for row in matrix.entry_values:
                row.enabled = [e for i, e in enumerate(row.enabled) if i != mine]

    def _apply(self, scene: Any, what: str, halt: Halt | None) -> None:
        request = self._services.apply_type.Request(scene=scene)
        if not self._services.apply.call(request, halt).success:
            raise PickError(f'MoveIt refused to {what} ({self._id})')

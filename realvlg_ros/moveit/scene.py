"""The object in MoveIt's planning scene: shown, touched, attached, and withdrawn again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rclpy.node import Node
from std_msgs.msg import Header

from ..errors import PickError, RealvlgError
from ..ros.node.qos import stream
from .calls import RobotService
from .halt import Halt
from .messages import moveit_messages, service_type
from .motion import Plan
from .planning_scene import box_object, removal
from .scene_ids import object_name, support_name


class SceneServices:
    """The services of the planning scene and the topic of what is attached, for all picks."""

    def __init__(self, node: Node, namespace: str) -> None:
        """Make the clients of the move_group in a namespace, which is empty or ends in '/'.

        Raises:
            MissingDependencyError: moveit_msgs is not installed.
        """
        self.get_type = service_type('moveit_msgs', 'GetPlanningScene')
        self.apply_type = service_type('moveit_msgs', 'ApplyPlanningScene')
        self.get = RobotService(node, self.get_type, f'{namespace}get_planning_scene')
        self.apply = RobotService(node, self.apply_type, f'{namespace}apply_planning_scene')
        attached = moveit_messages('AttachedCollisionObject').AttachedCollisionObject
        self._node = node
        self._attached = node.create_publisher(
            attached, f'{namespace}attached_collision_object', stream('reliable', 10)
        )
        self.announce = self._attached.publish
        self.warn = node.get_logger().warning

    def destroy(self) -> None:
        """Destroy the clients."""
        self.get.destroy()
        self.apply.destroy()
        self._node.destroy_publisher(self._attached)


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
        self._id = self._support = self._link = ''
        # What was added to the scene; None where nothing is.
        self._shown: Any = None
        self._attached = self._touching = False
        # Rows that were added to the matrix of allowed collisions, beside that of the object.
        self._rows: list[str] = []

    def show(self, plan: Plan) -> None:
        """Add the object, or move it, where its box is known; it may not be touched any more.

        An object of another track, or one whose box is not known any more, is removed.

        Raises:
            PickError: MoveIt refused it.
            RobotUnavailableError, PickHalted: see RobotService.
        """
        self._withdraw_touch(self._halt)
        name, first = object_name(plan.track_id), plan.motions[0]
        if plan.box is None or name != self._id:
            self._remove(self._halt)
        self._id, self._support = name, support_name(plan.track_id)
        self._link = first.link
        if plan.box is None:
            return
        header = Header(frame_id=first.frame_id)
        shown = box_object(header, name, plan.box.box2frame, plan.box.size)
        scene = self._diff()
        scene.world.collision_objects = [shown]
        self._apply(scene, 'add the object', self._halt)
        self._shown = shown

    def allow_touch(self) -> None:
        """Let the touch links and the supports touch the object.

        A scene that is applied replaces the whole matrix of allowed collisions: it is read first.

        Raises:
            PickError: MoveIt refused it.
            RobotUnavailableError, PickHalted: see RobotService.
        """
        others = [*self._touch_links, *self._supports, self._support]
        self._touching = True
        self._change_matrix(lambda matrix: self._allow(matrix, others), self._halt)

    def attach(self) -> bool:
        """Attach the object to the link; returns whether it is shown and so could be.

        Raises:
            PickError: MoveIt refused it.
            RobotUnavailableError, PickHalted: see RobotService.
        """
        if self._shown is None:
            return False
        # Also if the call is halted: what MoveIt does with it is not known then.
        self._attached = True
        # Whoever adds the object from its target is told first, and stops. Where MoveIt hears
        # that, too, the object has left the world: the call brings the box itself.
        self._announce(self._messages.CollisionObject.ADD)
        try:
            self._move(self._shown, 'attach the object')
        except PickError:
            self._attached = False
            self._announce(self._messages.CollisionObject.REMOVE)
            raise
        return True

    def detach(self) -> None:
        """Make the object part of the world again, if it was attached.

        Raises:
            PickError: MoveIt refused it.
            RobotUnavailableError, PickHalted: see RobotService.
        """
        if self._attached:
            self._move(removal(self._id), 'detach the object')
            self._attached = False
            self._announce(self._messages.CollisionObject.REMOVE)

    def clear(self) -> None:
        """Withdraw the permission to touch, and the object if it is not attached."""
        try:
            self._withdraw_touch(None)
            self._remove(None)
        except RealvlgError as error:
            self._services.warn(f'{self._id} is left in the planning scene: {error}')

    def _withdraw_touch(self, halt: Halt | None) -> None:
        if self._touching:
            self._change_matrix(self._forget, halt)
            self._rows.clear()
            self._touching = False

    def _remove(self, halt: Halt | None) -> None:
        if self._shown is not None and not self._attached:
            scene = self._diff()
            scene.world.collision_objects = [removal(self._id)]
            self._apply(scene, 'remove the object', halt)
            self._shown = None

    def _move(self, thing: Any, what: str) -> None:
        scene = self._diff()
        scene.robot_state.attached_collision_objects = [self._held(thing)]
        self._apply(scene, what, self._halt)

    def _announce(self, operation: Any) -> None:
        thing = self._messages.CollisionObject(id=self._id, operation=operation)
        self._services.announce(self._held(thing))

    def _held(self, thing: Any) -> Any:
        return self._messages.AttachedCollisionObject(
            link_name=self._link, object=thing, touch_links=self._touch_links
        )

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
                self._rows.append(name)
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
        gone = {self._id, *self._rows}
        kept = [i for i, name in enumerate(matrix.entry_names) if name not in gone]
        matrix.entry_names = [matrix.entry_names[i] for i in kept]
        matrix.entry_values = [matrix.entry_values[i] for i in kept]
        for row in matrix.entry_values:
            row.enabled = [row.enabled[i] for i in kept]

    def _apply(self, scene: Any, what: str, halt: Halt | None) -> None:
        request = self._services.apply_type.Request(scene=scene)
        if not self._services.apply.call(request, halt).success:
            raise PickError(f'MoveIt refused to {what} ({self._id})')

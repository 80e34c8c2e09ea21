"""One pick through all nodes, as processes of a ROS domain of their own."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import rclpy
from rclpy.node import Node

from ..action import Pick as PickAction
from ..action import PlanGrasps
from ..errors import PickError
from ..grounding.grounding import Grounding, GroundingStatus
from ..msg import GraspTarget as TargetMsg
from ..msg import Grounding as GroundingMsg
from ..ros.conversions.grasp import target_from_msg
from ..ros.conversions.grounding import grounding_from_msg
from ..ros.conversions.optional_messages import optional_messages
from ..ros.node.action_client import ThreadedActionClient
from ..ros.node.processes import NodeProcesses, isolated_environment
from ..ros.node.qos import action_queues, latched, stream
from ..ros.requests.status_names import STATUS_NAMES
from ..simulation.depth_camera_model import DepthCameraModel
from ..simulation.world import WORLD_FRAME
from ..tracking.target.target import GraspTarget
from .messages import action_type
from .outcome import Status

# How long nodes may take to start, and longest pick, s. Chosen: several times what they take on
# two cores that have other work.
_START_TIMEOUT_S, _PICK_TIMEOUT_S = 90.0, 150.0
# Longest wait of one spin, and pause before a rejected goal is sent again, s. Chosen: soon enough.
_SPIN_S, _RETRY_S = 0.05, 0.5
# Frames of the camera each second, Hz. Chosen: what two cores render and track beside physics.
_RATE = 10.0
# Waits of pick_executor that are longer than by default, s. Chosen: a simulated robot shares two
# cores with all nodes, and a target comes later than on a robot.
_PATIENCE = {
    'verify_timeout': 6.0, 'target_timeout': 6.0, 'max_plan_age': 3.0, 'plan_timeout': 40.0,
}  # fmt: skip
_CAMERA = {
    'color': '/camera/color/image_raw',
    'depth': '/camera/depth/image_raw',
    'camera_info': '/camera/color/camera_info',
}
# What has a publisher when all nodes have come up.
_SIGNS = (
    '/camera/depth/image_raw', '/ground/_action/status', '/plan_grasps/_action/status', '/target',
    '/pick/_action/status', '/move_action/_action/status', '/object_poses',
    '/gripper_controller/gripper_cmd/_action/status',
)  # fmt: skip


@dataclass
class Picked:
    """How a pick through the nodes ended.

    Attributes:
        status: of the action Pick, such as HELD.
        message: the reason.
        plan_status: the last status of PlanGrasps, such as NO_GRASP.
        tries: grasps that were tried.
        grounding: the last that was OK.
        targets: those with grasps, in their order.
        seconds: wall time of the start of the nodes, and of the pick.
    """

    status: str
    message: str
    plan_status: str
    tries: int
    grounding: Grounding | None = None
    targets: list[GraspTarget] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)


class PickGraph:
    """Starts camera, perception, executor and robot for one scene at a time."""

    def __init__(self, gripper: str) -> None:
        """Check that the robot's messages are there.

        Args:
            gripper: name or path of its profile.

        Raises:
            MissingDependencyError: moveit_msgs, control_msgs or tf2_msgs is not installed.
        """
        action_type('moveit_msgs', 'MoveGroup')
        action_type('control_msgs', 'GripperCommand')
        optional_messages('tf2_msgs', ('TFMessage',), 'picks through the nodes are off')
        self._gripper = gripper

    def pick(self, scene: Path, depth: DepthCameraModel, seed: int, sentence: str) -> Picked:
        """Start the nodes, pick once, and stop them.

        Args:
            scene: folder of it, which gets the logs of the nodes and the attempts of the robot.
            depth: of the camera.
            seed: of its noise.
            sentence: the instruction.

        Raises:
            PickError: a node ended, or the pick did not end in time.
        """
        environment = isolated_environment()
        os.environ.update(environment)
        begin = time.perf_counter()
        with NodeProcesses(scene / 'logs', environment) as processes:
            for name, parameters in self._nodes(scene, depth, seed).items():
                processes.start(name, parameters, _CAMERA)
            rclpy.init()
            node = rclpy.create_node('realvlg_evaluate')
            try:
                return _Client(node, processes).pick(sentence, begin)
            finally:
                node.destroy_node()
                rclpy.shutdown()

    def _nodes(
        self, scene: Path, depth: DepthCameraModel, seed: int
    ) -> dict[str, Mapping[str, Any]]:
        """Nodes to start, with their parameters."""
        started = {'autostart': True, 'threads': 1}
        gripper = {**started, 'gripper': self._gripper}
        return {
            'simulated_camera': {
                'world': str((scene / 'world.yaml').absolute()),
                'seed': seed,
                'rate': _RATE,
                'tf': True,
                'threads': 1,
                'depth_noise': asdict(depth),
            },
            'grounding_node': started,
            'grasp_node': {**gripper, 'fixed_frame': WORLD_FRAME},
            'grasp_server': started,
            'pick_executor': {**gripper, **_PATIENCE},
            'simulated_robot': {
                **gripper,
                'scene': str(scene.absolute()),
                'frames': WORLD_FRAME,
                'motion_time': 0.0,
            },
        }


class _Client:
    """Sends the goal, and hears what is grounded and planned."""

    def __init__(self, node: Node, processes: NodeProcesses) -> None:
        self._node, self._processes = node, processes
        self._groundings: list[GroundingMsg] = []
        self._targets: list[TargetMsg] = []
        node.create_subscription(GroundingMsg, 'grounding', self._groundings.append, latched(10))
        node.create_subscription(TargetMsg, 'target', self._targets.append, stream('reliable', 10))
        self._action = ThreadedActionClient(node, PickAction, 'pick', **action_queues())

    def pick(self, sentence: str, begin: float) -> Picked:
        """Pick once.

        Args:
            sentence: the instruction.
            begin: when the nodes were started, s of the performance counter.
        """
        self._spin(
            lambda: all(self._node.count_publishers(name) for name in _SIGNS), _START_TIMEOUT_S,
            'the start of the nodes',
        )  # fmt: skip
        goal = PickAction.Goal(instruction=sentence, timeout=_PICK_TIMEOUT_S)
        deadline = time.monotonic() + _START_TIMEOUT_S
        while True:
            handle = self._accepted(goal)
            started = time.perf_counter()
            ended = handle.get_result_async()
            self._spin(ended.done, 2 * _PICK_TIMEOUT_S, 'the end of the pick')
            result = ended.result().result
            # Nodes that start have not found each other at once.
            if not _lacks_planner(result) or time.monotonic() > deadline:
                break
        seconds = {'start': started - begin, 'nodes': time.perf_counter() - started}
        return self._picked(result, seconds)

    def _accepted(self, goal: PickAction.Goal) -> Any:
        """Send the goal until pick_executor takes it: a node that starts is not active at once."""
        deadline = time.monotonic() + _START_TIMEOUT_S
        while time.monotonic() < deadline:
            sent = self._action.send_goal_async(goal)
            self._spin(sent.done, _START_TIMEOUT_S, 'the answer of pick_executor')
            if sent.result().accepted:
                return sent.result()
            time.sleep(_RETRY_S)
        raise PickError('pick_executor did not take the goal: it is not active; see its log')

    def _picked(self, result: PickAction.Result, seconds: dict[str, float]) -> Picked:
        groundings = [grounding_from_msg(message) for message in self._groundings]
        found = [g for g in groundings if g.status is GroundingStatus.OK]
        return Picked(
            Status(result.status).name,
            result.message,
            STATUS_NAMES.get(result.plan_status, ''),
            result.tries,
            found[0] if found else None,
            [target_from_msg(message) for message in self._targets if message.grasps],
            seconds,
        )

    def _spin(self, condition: Any, timeout: float, what: str) -> None:
        deadline = time.monotonic() + timeout
        while not condition():
            self._processes.check()
            if time.monotonic() > deadline:
                raise PickError(f'{what} did not come within {timeout:.0f} s; see their logs')
            rclpy.spin_once(self._node, timeout_sec=_SPIN_S)


def _lacks_planner(result: PickAction.Result) -> bool:
    """Whether no grasps were planned because PlanGrasps was not served."""
    failed: bool = result.plan_status == PlanGrasps.Result.FAILED
    return failed and result.status == result.NO_TARGET and not result.tries

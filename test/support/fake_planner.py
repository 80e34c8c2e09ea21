"""Answers PlanGrasps with a box on a table, and publishes it as a target."""

from __future__ import annotations

import threading

import numpy as np
from rclpy.action import ActionServer
from rclpy.callback_groups import ReentrantCallbackGroup
from realvlg_ros.action import PlanGrasps
from realvlg_ros.msg import GraspCandidate, GraspTarget

from realvlg_ros.ros.conversions.pose import (
    point_to_msg,
    pose_to_msg,
    pose_with_covariance_to_msg,
    vector_to_msg,
)
from realvlg_ros.ros.node.qos import stream
from realvlg_ros.transforms import invert, make_transform

HEIGHT, WIDTH = 0.05, 0.045
TCP2LINK = make_transform(np.eye(3), [0.0, 0.0, 0.1034])
DOWN = np.diag([1.0, -1.0, -1.0])


def good_target(request_id: str = 'r', grasps: int = 2, position=(0.5, 0.0, HEIGHT / 2)):
    """A stable target of franka_hand, as grasp_node would publish it; without a stamp."""
    position = np.array(position)
    target = GraspTarget(
        track_id=7, request_id=request_id, label='box', state=GraspTarget.CONFIRMED, stable=True,
        gripper='franka_hand', parent_link='panda_hand', camera_frame_id='camera',
        object_pose=pose_to_msg(make_transform(np.eye(3), position)),
        object_size=vector_to_msg([WIDTH, WIDTH, HEIGHT]), object_on_support=True,
    )  # fmt: skip
    target.header.frame_id = 'base_link'
    target.box.x_max_px = target.box.y_max_px = 10.0
    target.grasps = [_grasp(position + [0.0, 0.02 * i, 0.0]) for i in range(grasps)]
    return target


class FakePlanner:
    """Publishes a target at 20 Hz from the first goal on."""

    def __init__(self, node, action: str = 'plan_grasps') -> None:
        self.goals: list[str] = []
        self.status, self.state = PlanGrasps.Result.OK, GraspTarget.CONFIRMED
        self.camera_frame = 'camera'
        self.silent_after_close = None
        self._height = 0.0
        self.grasps = 2
        self._go = threading.Event()
        self._go.set()
        self._node = node
        group = ReentrantCallbackGroup()
        self._publisher = node.create_publisher(GraspTarget, 'target', stream('reliable', 10))
        self._server = ActionServer(node, PlanGrasps, action, self._execute, callback_group=group)
        node.create_timer(0.05, self._publish, callback_group=group)

    def destroy(self):
        """End the server, which outlives its node."""
        self._server.destroy()

    def hold(self):
        self._go.clear()

    def release(self):
        self._go.set()

    def lift(self, height):
        """The object is so much higher from now on, m."""
        self._height = height

    def target(self) -> GraspTarget:
        """The target now."""
        place = (0.5, 0.0, HEIGHT / 2 + self._height)
        target = good_target(self.goals[-1], self.grasps, place)
        target.state, target.camera_frame_id = self.state, self.camera_frame
        target.header.stamp = self._node.get_clock().now().to_msg()
        target.checked_stamp = target.header.stamp
        return target

    def _execute(self, handle):
        self.goals.append(handle.request.request_id)
        self._go.wait(10.0)
        result = PlanGrasps.Result(status=self.status)
        if self.status == result.OK:
            result.target = self.target()
            handle.succeed()
        else:
            result.message = 'two objects fit'
            result.grounding.question = 'the red one or the blue one?'
            handle.abort()
        return result

    def _publish(self):
        mock = self.silent_after_close
        if self.goals and not (mock and 'close' in mock.calls):
            self._publisher.publish(self.target())


def _grasp(position):
    tcp2frame = make_transform(DOWN, position)
    grasp = GraspCandidate(
        pose=pose_with_covariance_to_msg(tcp2frame, np.eye(6) * 1e-6),
        parent_link_pose=pose_to_msg(tcp2frame @ invert(TCP2LINK)),
        object_width=WIDTH, opening_width=0.065, approach=vector_to_msg([0, 0, -1]),
        standoff=0.1, retreat=vector_to_msg([0, 0, 1]), retreat_distance=0.1, quality=0.8,
        preference=0.7, source='geometry', clearance=0.05,
    )  # fmt: skip
    grasp.rectangle.opening_width_px, grasp.rectangle.jaw_height_px = 40.0, 20.0
    grasp.contacts.x2_px = 40.0
    half = np.array([0.0, WIDTH / 2, 0.0])
    grasp.contact_points = [point_to_msg(position - half), point_to_msg(position + half)]
    return grasp

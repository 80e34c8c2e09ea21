"""A grounder and a tracker in one process that answer at once, or never, as the words say.

`python -m benchmarks.stub_nodes.answers`: "... wait" is never grounded, "... plan" is planned for
for ever, "... track" never becomes stable; the last word may also be a status, such as
"... not_found" or "... no_grasp"; anything else has a target with ten grasps at once.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from contextlib import suppress
from typing import Any

import numpy as np
import rclpy
from rclpy.action import ActionServer, CancelResponse
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from realvlg_ros.action import Ground
from realvlg_ros.msg import GraspTarget, Grounding
from std_msgs.msg import String

from realvlg_ros.grasping.completion.object_box import ObjectBox
from realvlg_ros.grasping.grasp import Grasp, GraspSource
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.image_region import Box, RegionMask
from realvlg_ros.rectangle import GraspRectangle
from realvlg_ros.resources import gripper_file
from realvlg_ros.ros.conversions.grasp import target_to_msg
from realvlg_ros.ros.conversions.region import box_to_msg
from realvlg_ros.ros.conversions.stamps import stamp_to_ns
from realvlg_ros.ros.node.executor import NodeExecutor
from realvlg_ros.ros.node.qos import action_queues, stream
from realvlg_ros.ros.node.run_node import spin
from realvlg_ros.tracking.target.target import GraspTarget as Target
from realvlg_ros.tracking.target.target import TargetState
from realvlg_ros.transforms import make_transform

# Feedback and notices come so often, s; targets at camera rate. As from the real nodes.
_FEEDBACK_S = 0.5
_PERIOD_S = 1 / 30
_GRASPS = 10
# How long results are kept, s, as by the real nodes: each status message lists all of their goals.
_RESULT_TIMEOUT_S = 30
# Groundings and targets by the last word.
_GROUNDINGS = {
    'not_found': Grounding.NOT_FOUND, 'ambiguous': Grounding.AMBIGUOUS,
    'failed': Grounding.FAILED, 'tf_unavailable': Grounding.TF_UNAVAILABLE,
}  # fmt: skip
_TARGETS = {'lost': TargetState.LOST, 'no_grasp': TargetState.NO_GRASP}


def make_target(request_id: str, stamp_ns: int, words: str) -> Any:
    """The message of a target with ten grasps and a mask, as large as a real one.

    Args:
        request_id: that it answers.
        stamp_ns: of its image and of its grounding, ns.
        words: of the request.
    """
    last = words.split()[-1]
    state = _TARGETS.get(last, TargetState.CONFIRMED)
    gripper = Gripper.from_yaml(gripper_file('franka_hand'))
    rectangle = GraspRectangle(320.0, 240.0, 0.0, 40.0, 15.0)
    pose = make_transform(np.eye(3), (0.0, 0.0, 0.5))
    grasp = Grasp(
        pose, np.eye(6) * 1e-6, 0.04, 0.05, 0.1, np.array([0.0, 0, -1]), 0.1, 0.8,
        GraspSource.GEOMETRY, rectangle, rectangle.to_contacts(), np.zeros((2, 3)), (20, 20), 0.01,
    )  # fmt: skip
    target = Target(
        state, stamp_ns, 'camera', camera_frame_id='camera', track_id=1,
        request_id=request_id, label='mug', stable=last not in ('track', *_TARGETS),
        message=f'the stub says {last}', grasps=() if last in _TARGETS else (grasp,) * _GRASPS,
        box=Box(280, 200, 380, 300),
        mask=RegionMask(280, 200, np.ones((100, 100), bool)), grounded_stamp_ns=stamp_ns,
        checked_stamp_ns=stamp_ns, object_box=ObjectBox(pose, np.full(3, 0.05)),
    )  # fmt: skip
    return target_to_msg(target, gripper)


class Stub:
    """The action `ground` and the topics `target` and `planning`."""

    def __init__(self, node: Node) -> None:
        """Offer them on a node."""
        self._node = node
        self._targets = node.create_publisher(GraspTarget, 'target', stream('reliable', 10))
        self._planning = node.create_publisher(String, 'planning', stream('reliable', 10))
        self._newest = ''
        ActionServer(
            node, Ground, 'ground', self._execute, callback_group=ReentrantCallbackGroup(),
            cancel_callback=lambda _: CancelResponse.ACCEPT, result_timeout=_RESULT_TIMEOUT_S,
            **action_queues(),
        )  # fmt: skip

    def _execute(self, handle: Any) -> Ground.Result:
        words, request_id = handle.request.instruction, handle.request.request_id
        self._newest = request_id
        if words.endswith('wait') and not self._wait_for_cancel(handle):
            handle.abort()
            return Ground.Result(grounding=Grounding(status=Grounding.CANCELED))
        if handle.is_cancel_requested:
            handle.canceled()
            return Ground.Result(grounding=Grounding(status=Grounding.CANCELED))
        status = _GROUNDINGS.get(words.split()[-1], Grounding.OK)
        grounding = Grounding(
            status=status, request_id=request_id, instruction=words, message='the stub says so',
            token='t' if status == Grounding.AMBIGUOUS else '',
        )  # fmt: skip
        grounding.header.stamp = self._node.get_clock().now().to_msg()
        grounding.box = box_to_msg(Box(280, 200, 380, 300))
        handle.succeed()
        if status != Grounding.OK:
            return Ground.Result(grounding=grounding)
        stamp_ns = stamp_to_ns(grounding.header.stamp)
        threading.Thread(
            target=self._follow, args=[words, request_id, stamp_ns], daemon=True
        ).start()
        return Ground.Result(grounding=grounding)

    def _wait_for_cancel(self, handle: Any) -> bool:
        """Whether it was canceled, and not replaced by a newer request."""
        while not handle.is_cancel_requested:
            if self._newest != handle.request.request_id:
                return False
            handle.publish_feedback(Ground.Feedback(stage=Ground.Feedback.INFERENCE))
            time.sleep(_FEEDBACK_S / 10)
        return True

    def _follow(self, words: str, request_id: str, stamp_ns: int) -> None:
        # The node may be destroyed meanwhile.
        with suppress(rclpy_implementation.InvalidHandle):
            self._publish(words, request_id, stamp_ns)

    def _publish(self, words: str, request_id: str, stamp_ns: int) -> None:
        target = make_target(request_id, stamp_ns, words)
        while self._newest == request_id:
            if words.endswith('plan'):
                self._planning.publish(String(data=request_id))
                time.sleep(_FEEDBACK_S)
                continue
            self._targets.publish(target)
            if target.stable:
                return
            time.sleep(_PERIOD_S)


def main() -> int:
    stop = threading.Event()
    rclpy.init(args=sys.argv, signal_handler_options=SignalHandlerOptions.NO)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    node = rclpy.create_node('stub_answers')
    Stub(node)
    executor = NodeExecutor(16)
    executor.add_node(node)
    spinner = threading.Thread(target=spin, args=[executor])
    spinner.start()
    stop.wait()
    executor.shutdown(timeout_sec=1.0)
    spinner.join()
    rclpy.try_shutdown()
    return 0


if __name__ == '__main__':
    sys.exit(main())

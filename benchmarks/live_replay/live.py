"""A bag played over DDS to the three nodes as processes, and what they published."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter
from realvlg_ros.action import PlanGrasps
from realvlg_ros.msg import GraspTarget, Grounding
from sensor_msgs.msg import CameraInfo
from std_srvs.srv import Trigger

from benchmarks.live_replay.followed import Offers, offers_of
from realvlg_ros.errors import RealvlgError
from realvlg_ros.ros.conversions.stamps import NS_PER_S, stamp_to_ns
from realvlg_ros.ros.node.action_client import ThreadedActionClient
from realvlg_ros.ros.node.processes import NodeProcesses
from realvlg_ros.ros.node.qos import latched, stream
from realvlg_ros.ros.node.run_node import spin

TOPICS = {
    'color': '/camera/color/image_raw',
    'depth': '/camera/depth/image_raw',
    'camera_info': '/camera/color/camera_info',
}
# grounding_node and grasp_node read the images.
_READERS = 2
_START_S = 60.0
# Longer than a bag may be played beyond its length, s.
_LATE_S = 60.0
# The nodes have published what they will when nothing came for so long, s.
_QUIET_S = 2.0


@dataclass
class LiveResult:
    """What came of a bag that was played.

    Attributes:
        offers: grasps that were followed.
        grounded_ns: stamp of the image that was grounded, ns.
        answered_ns: time of the bag when the grounding came, ns.
        status: of the goal.
        tracked: in how many images grasp_node looked for the target.
        played: how many images were played.
    """

    offers: Offers = field(default_factory=dict)
    grounded_ns: int = 0
    answered_ns: int = 0
    status: int = -1
    tracked: int = 0
    played: int = 0


class LiveRun:
    """The client of the graph: asks once, and notes what is published."""

    def __init__(self, processes: NodeProcesses, instruction: str, speed: float) -> None:
        """Join the graph."""
        self._speed = speed
        self.result = LiveResult()
        self._processes = processes
        self._instruction = instruction
        self._newest_ns = self._first_ns = 0
        self._tracked: set[int] = set()
        self._heard_s = time.monotonic()
        simulated = [Parameter('use_sim_time', value=True)]
        self._node = rclpy.create_node('live_replay', parameter_overrides=simulated)
        make = self._node.create_subscription
        make(CameraInfo, TOPICS['camera_info'], self._on_camera_info, stream('reliable', 1000))
        make(GraspTarget, 'target', self._on_target, stream('reliable', 1000))
        make(Grounding, 'grounding', self._on_grounding, latched(50))
        self._resume = self._node.create_client(Trigger, '/bag_player/resume')
        self._action = ThreadedActionClient(self._node, PlanGrasps, 'plan_grasps')
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self._node)
        self._spinner = threading.Thread(target=spin, args=[self._executor])
        self._spinner.start()

    def close(self) -> None:
        """Leave the graph."""
        self._executor.shutdown(timeout_sec=1.0)
        self._spinner.join()
        self._node.destroy_node()

    def play(self, at_s: float, end_ns: int) -> LiveResult:
        """Let the bag be played, and ask at a time of it.

        Args:
            at_s: since the first image, s.
            end_ns: stamp of the last image, ns.

        Raises:
            RealvlgError: a node has ended, or something did not happen in time.
        """
        self._wait(self._ready, _START_S, 'start of the graph')
        self._resume.call_async(Trigger.Request())
        at_ns = round(at_s * NS_PER_S)
        self._wait(
            lambda: self._first_ns and self._newest_ns - self._first_ns >= at_ns,
            _START_S, 'the time of the goal',
        )  # fmt: skip
        goal = PlanGrasps.Goal(
            instruction=self._instruction, timeout=_START_S, wait_for_stable=True
        )
        sent = self._action.send_goal_async(goal)
        self._wait(sent.done, _START_S, 'acceptance of the goal')
        answer = sent.result().get_result_async()
        self._wait(lambda: self._newest_ns >= end_ns, self._left_s(end_ns), 'the end of the bag')
        self._wait(lambda: time.monotonic() - self._heard_s > _QUIET_S, _LATE_S, 'the last target')
        if answer.done():
            self.result.status = answer.result().result.status
        return self.result

    def _left_s(self, end_ns: int) -> float:
        return (end_ns - self._newest_ns) / NS_PER_S / self._speed + _LATE_S

    def _ready(self) -> bool:
        readers = self._node.count_subscribers(TOPICS['color'])
        return bool(
            readers >= _READERS
            and self._action.server_is_ready()
            and self._resume.service_is_ready()
        )

    def _wait(self, condition: Callable[[], Any], timeout: float, what: str) -> None:
        deadline = time.monotonic() + timeout
        while not condition():
            if self._newest_ns == 0:
                # Later the player ends by itself.
                self._processes.check()
            if time.monotonic() > deadline:
                raise RealvlgError(f'{what} did not happen within {timeout:.0f} s')
            time.sleep(0.01)

    def _on_camera_info(self, message: CameraInfo) -> None:
        self._newest_ns = stamp_to_ns(message.header.stamp)
        self._first_ns = self._first_ns or self._newest_ns
        self.result.played += 1

    def _on_target(self, message: GraspTarget) -> None:
        self._heard_s = time.monotonic()
        self._tracked.add(stamp_to_ns(message.header.stamp))
        self.result.tracked = len(self._tracked)
        offers = offers_of(message)
        if offers:
            self.result.offers[stamp_to_ns(message.header.stamp)] = offers

    def _on_grounding(self, message: Grounding) -> None:
        if message.status == Grounding.OK and not self.result.grounded_ns:
            self.result.grounded_ns = stamp_to_ns(message.header.stamp)
            self.result.answered_ns = self._node.get_clock().now().nanoseconds


def run_live(
    bag: Path,
    logs: Path,
    instruction: str,
    at_s: float,
    end_ns: int,
    fixed_frame: str,
    speed: float = 1.0,
) -> LiveResult:
    """Play a bag to the nodes, in the environment of this process.

    Args:
        bag: its path.
        logs: folder of what the nodes print.
        instruction: what is asked.
        at_s: when, s since the first image.
        end_ns: stamp of the last image, ns.
        fixed_frame: of the nodes.
        speed: seconds of the bag that are played in a second.

    Raises:
        RealvlgError: a node has ended, or something did not happen in time.
    """
    camera = {
        'use_sim_time': True,
        'fixed_frame': fixed_frame,
        'image_reliability': 'reliable',
        'autostart': True,
    }
    rclpy.init()
    try:
        with NodeProcesses(logs, os.environ) as processes:
            processes.start('grounding_node', camera, TOPICS)
            processes.start('grasp_node', camera, TOPICS)
            processes.start('grasp_server', {'use_sim_time': True, 'autostart': True}, TOPICS)
            player = {'bag': str(bag), 'start_paused': True, 'rate': speed}
            processes.start('bag_player', player, {})
            run = LiveRun(processes, instruction, speed)
            try:
                return run.play(at_s, end_ns)
            finally:
                run.close()
    finally:
        rclpy.try_shutdown()

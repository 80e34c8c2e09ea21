"""Goals one after the other, and what became of each."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from typing import Any

import numpy as np
from rclpy.node import Node
from realvlg_ros.action import PlanGrasps

from benchmarks.endurance.world import Scene
from realvlg_ros.ros.node.action_client import ThreadedActionClient
from realvlg_ros.ros.node.qos import action_queues
from realvlg_ros.ros.requests.status_names import STATUS_NAMES

# Deadline of a goal, and how much later its answer may come, s. Chosen: the second for a machine
# that is busy; a server that was killed never answers.
TIMEOUT_S, LATE_S = 8.0, 6.0
# Pause between goals, s. Chosen: a rejected one is asked again then.
_PAUSE_S = 0.2
# How long a server that was killed is listed, s. From Fast DDS: the lease of a participant.
LISTED_S = 20.0
# A grasp is right where it is so near to the middle of what is seen of the object, m. Chosen: half
# of a hand-sized thing, and of its hidden side.
RIGHT_M = 0.08


class Asking:
    """Asks for one object again and again, in a thread of its own."""

    def __init__(self, node: Node, scene: Scene) -> None:
        """Begin to ask.

        Args:
            node: owns the client.
            scene: in which the object is.
        """
        self._client = ThreadedActionClient(node, PlanGrasps, 'plan_grasps', **action_queues())
        self._scene = scene
        self._ended = threading.Event()
        # How goals ended, by name; `lost` are those of a server that was killed.
        self.outcomes: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.cancel = threading.Event()
        # When the server was killed last, s of the steady clock: its goals have no answer.
        self._killed_s = -math.inf
        self._thread = threading.Thread(target=self._run, name='asking', daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ask no more; may be called again."""
        if self._ended.is_set():
            return
        self._ended.set()
        self._thread.join(TIMEOUT_S + LATE_S + 2)
        self._client.destroy()

    def _run(self) -> None:
        while not self._ended.is_set():
            self.outcomes[self.ask()] += 1
            self._ended.wait(_PAUSE_S)

    def ask(self) -> str:
        """Ask once; returns how it ended, by name."""
        begun = time.monotonic()
        goal = PlanGrasps.Goal(instruction=f'pick up the {self._scene.label}', timeout=TIMEOUT_S)
        if not self._client.wait_for_server(timeout_sec=LATE_S):
            return 'no server'
        until = time.monotonic() + TIMEOUT_S + LATE_S
        handle = self._wait(self._client.send_goal_async(goal), begun, until)
        if handle is None:
            return self._silence(begun)
        if not handle.accepted:
            return 'rejected'
        if self.cancel.is_set():
            self.cancel.clear()
            handle.cancel_goal_async()
        answer = self._wait(handle.get_result_async(), begun, until)
        if answer is None:
            return self._silence(begun)
        return self._judge(answer.result)

    def server_killed(self) -> None:
        """The server was killed now."""
        self._killed_s = time.monotonic()

    def _silence(self, begun: float) -> str:
        """The name of an end without an answer: a killed server is listed for a while."""
        return 'lost' if self._killed_s > begun - LISTED_S else 'unanswered'

    def _wait(self, future: Any, begun: float, until: float) -> Any:
        """What a future gives in time; None if nothing.

        Args:
            future: of an answer.
            begun: when the goal was sent, s of the steady clock.
            until: when the wait ends.
        """
        while not future.done() and time.monotonic() < until and self._killed_s < begun:
            time.sleep(0.01)
        return future.result() if future.done() else None

    def _judge(self, result: Any) -> str:
        if result.status != PlanGrasps.Result.OK:
            if not result.message:
                self.wrong.append(f'{STATUS_NAMES[result.status]} without a word')
            return STATUS_NAMES[result.status]
        at = result.target.grasps[0].pose.pose.position
        off = float(np.linalg.norm(np.array([at.x, at.y, at.z]) - self._scene.place))
        if off <= RIGHT_M:
            return 'OK'
        self.wrong.append(f'a grasp {off:.3f} m from the {self._scene.label}')
        return 'wrong'

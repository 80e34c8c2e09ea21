"""Calls of actions and services that end at once when the pick is halted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from action_msgs.msg import GoalStatus
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.node import Node

from ..errors import PickError, PickHalted, RobotUnavailableError
from ..ros.node.action_client import ThreadedActionClient
from ..ros.node.deadline import Deadline
from ..ros.node.qos import action_queues, service_queue
from .halt import Halt

# Longest wait until a server is discovered, s. Chosen: a node that has just started is found in
# less than a second.
_DISCOVERY_S = 3.0
# Longest wait for the answer to a goal request and for that of a service, s. Chosen: planners
# answer a Cartesian path of 20 cm in tenths of a second.
_ANSWER_S = 10.0
# The same for a service that undoes something after the end of a pick, whose result waits for it,
# s. Chosen: many times what a scene takes.
_UNDO_S = 2.0
# Longest wait until a canceled action says that it has ended, s. Chosen: controllers stop an arm
# at full speed in a few tenths of a second.
_STOP_S = 3.0
_POLL_S = 0.01
_MOVED_STATES = (
    GoalStatus.STATUS_SUCCEEDED,
    GoalStatus.STATUS_CANCELED,
    GoalStatus.STATUS_ABORTED,
)


class RobotAction:
    """A client of an action that moves the robot; no goal of it is left alone."""

    def __init__(self, node: Node, action: Any, name: str) -> None:
        """Make the client.

        Args:
            node: that spins it.
            action: type of action.
            name: full, or relative to the node's namespace.
        """
        self._name = name
        self._client = ThreadedActionClient(
            node, action, name, callback_group=ReentrantCallbackGroup(), **action_queues()
        )

    def run(self, goal: Any, timeout: float, halt: Halt) -> Any:
        """Send a goal and wait for its result; it is canceled if that does not come.

        Args:
            goal: of the action.
            timeout: longest wait for the result, s.
            halt: ends the wait.

        Raises:
            RobotUnavailableError: no server is there, or it does not answer.
            PickError: the goal was rejected, or there was no result in time.
            PickHalted: halt; the message says whether the action has stopped.
        """
        if not halt.wait(self._client.server_is_ready, _DISCOVERY_S):
            raise RobotUnavailableError(f'no action server {self._name}: start it')
        halt.check()
        sent = self._client.send_goal_async(goal)
        try:
            return self._result(sent, timeout, halt)
        except (PickError, RobotUnavailableError):
            raise
        except PickHalted as error:
            raise PickHalted(f'{error}; {self._stop(sent)}', error.timed_out) from error
        except BaseException:
            self._stop(sent)
            raise

    def destroy(self) -> None:
        """Destroy the client."""
        self._client.destroy()

    def _result(self, sent: Any, timeout: float, halt: Halt) -> Any:
        """The result of a goal; where there is none in time, it is stopped."""
        if not halt.wait(sent.done, _ANSWER_S):
            words = self._stop(sent)
            raise RobotUnavailableError(f'{self._name} does not answer; {words}')
        handle = sent.result()
        if not handle.accepted:
            raise PickError(f'{self._name} rejected the goal')
        result = handle.get_result_async()
        if not halt.wait(result.done, timeout):
            words = self._stop(sent, result)
            raise PickError(f'{self._name} took over {timeout:g} s; {words}', moved=True)
        return result.result().result

    def _stop(self, sent: Any, result: Any = None) -> str:
        """Cancel a goal, also one that is accepted later; says whether it has ended."""
        unknown = (
            f'{self._name} has not confirmed within {_STOP_S:g} s that it stopped: the robot may '
            'still move'
        )
        deadline = Deadline(_STOP_S)
        if not _wait(sent.done, deadline):
            sent.add_done_callback(_cancel_late)
            return unknown
        handle = sent.result()
        if not handle.accepted:
            return f'{self._name} had not begun'
        handle.cancel_goal_async()
        result = result or handle.get_result_async()
        if _wait(result.done, deadline) and result.result().status in _MOVED_STATES:
            return f'{self._name} stopped'
        return unknown


class RobotService:
    """A client of a service that plans for the robot, or tells it of the world."""

    def __init__(self, node: Node, service: Any, name: str) -> None:
        """Make the client.

        Args:
            node: that spins it.
            service: type of service.
            name: full, or relative to the node's namespace.
        """
        self._node = node
        self._name = name
        self._client = node.create_client(
            service, name, qos_profile=service_queue(), callback_group=ReentrantCallbackGroup()
        )

    def call(self, request: Any, halt: Halt | None) -> Any:
        """Call and wait for the response.

        Args:
            request: of the service.
            halt: ends the wait; None: nothing does, as for what undoes a call.

        Raises:
            RobotUnavailableError: no server is there, or it does not answer.
            PickHalted: halt.
        """
        if not self._wait(self._client.service_is_ready, _DISCOVERY_S if halt else 0.0, halt):
            raise RobotUnavailableError(f'no service {self._name}: start its server')
        future = self._client.call_async(request)
        try:
            if not self._wait(future.done, _ANSWER_S if halt else _UNDO_S, halt):
                raise RobotUnavailableError(f'{self._name} does not answer')
        finally:
            if not future.done():
                self._client.remove_pending_request(future)
        return future.result()

    def destroy(self) -> None:
        """Destroy the client."""
        self._node.destroy_client(self._client)

    def _wait(self, ready: Callable[[], object], limit: float, halt: Halt | None) -> bool:
        return halt.wait(ready, limit) if halt else _wait(ready, Deadline(limit))


def _wait(ready: Callable[[], object], deadline: Deadline) -> bool:
    pause = threading.Event()
    while not ready():
        if deadline.passed:
            return False
        pause.wait(_POLL_S)
    return True


def _cancel_late(sent: Any) -> None:
    handle = sent.result()
    if handle.accepted:
        handle.cancel_goal_async()

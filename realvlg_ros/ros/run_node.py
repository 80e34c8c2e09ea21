"""Run one node as a process until it is told to stop."""

from __future__ import annotations

import os
import signal
import threading
import time
import traceback
from collections import deque
from collections.abc import Sequence

import rclpy
from rclpy.executors import Executor, ExternalShutdownException
from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from .executor import NodeExecutor
from .lifecycle import ManagedNode

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
# A goal keeps one thread while it lives, and callbacks only hand things over.
_THREADS = 8
# So many errors in so short a time, s, do not come from a deactivation.
_MAX_ERRORS = 50
_ERROR_PERIOD_S = 1.0
# Time for the results of aborted goals to leave before their servers are destroyed, s.
_LINGER_S = 0.2


def spin(executor: Executor) -> None:
    """Spin until shutdown, also past a deactivation.

    rclpy raises when a subscription with QoS events, an action server or an action client is
    destroyed by one thread while another one gathers what to wait for; nothing is lost by
    gathering again. What goes on is another error and is raised.
    """
    errors: deque[float] = deque(maxlen=_MAX_ERRORS)
    while True:
        try:
            executor.spin()
        except (rclpy_implementation.InvalidHandle, rclpy_implementation.RCLError):
            errors.append(time.monotonic())
            if len(errors) == _MAX_ERRORS and errors[-1] - errors[0] < _ERROR_PERIOD_S:
                raise
            continue
        except ExternalShutdownException:
            pass
        return


def run_node(node_class: type[Node], args: Sequence[str] | None = None) -> int:
    """Spin a node until SIGINT or SIGTERM; goals that are live then end with a result.

    A second signal ends the process at once.

    Returns:
        The exit status: 0, or 1 when a callback raised.
    """
    stop = threading.Event()
    failed = threading.Event()

    def on_signal(*_: object) -> None:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        stop.set()

    rclpy.init(args=args, signal_handler_options=SignalHandlerOptions.NO)
    for number in _SIGNALS:
        signal.signal(number, on_signal)
    node = node_class()
    executor = NodeExecutor(_THREADS)
    executor.add_node(node)

    def spin_and_stop() -> None:
        try:
            spin(executor)
        except Exception:
            node.get_logger().fatal(traceback.format_exc())
            failed.set()
        stop.set()

    spinner = threading.Thread(target=spin_and_stop, name='spin')
    spinner.start()
    stop.wait()
    if isinstance(node, ManagedNode) and not node.stop(_LINGER_S):
        node.get_logger().warning('told to stop while loading: ending at once')
        os._exit(1)
    executor.shutdown(timeout_sec=1.0)
    spinner.join()
    node.destroy_node()
    rclpy.try_shutdown()
    return int(failed.is_set())

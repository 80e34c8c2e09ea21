"""Run one node as a process until it is told to stop."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Sequence
from types import FrameType
from typing import TypeVar

import rclpy
from rclpy.exceptions import NameValidationException, ParameterException
from rclpy.executors import Executor, ExternalShutdownException
from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

from ...errors import RealvlgError
from .executor import NodeExecutor
from .lifecycle import ManagedNode
from .malloc_arenas import use_one_arena

N = TypeVar('N', bound=Node)

# Exit status of a node that was misused. From the shell (bash, argparse).
BAD_INPUT = 2
# What ROS raises for arguments, parameter files and names that it cannot use.
_ROS_REFUSALS = (
    rclpy_implementation.RCLError,
    rclpy_implementation.UnknownROSArgsError,
    NameValidationException,
    ParameterException,
)
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
# Service managers signal every process of a group, and launch signals its nodes as well: signals
# so soon after the first one, s, are the same request. Chosen: nobody asks twice so soon.
_SAME_REQUEST_S = 1.0
# A signal is seen at the latest after this, s. Chosen: idle nodes wake seldom.
_SIGNAL_PERIOD_S = 0.5
# A goal keeps one thread while it lives, and callbacks only hand things over. Chosen: more than
# the goals at one time.
_THREADS = 8
# So many errors in so short a time, s, do not come from a deactivation. Chosen: each entity gives
# one at most.
_MAX_ERRORS = 50
_ERROR_PERIOD_S = 1.0
# Time for the results of aborted goals to leave before their servers are destroyed, s. Chosen:
# many times what DDS takes.
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


def handle_signals(stop: Callable[[], object]) -> None:
    """Call stop at the first SIGINT or SIGTERM; a later one has its usual effect."""
    first: list[float] = []

    def on_signal(number: int, _: FrameType | None) -> None:
        now = time.monotonic()
        if not first:
            first.append(now)
            stop()
        elif now - first[0] > _SAME_REQUEST_S:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    for number in _SIGNALS:
        signal.signal(number, on_signal)


def start_node(make: Callable[[], N], args: Sequence[str] | None) -> N | None:
    """Start ROS and make a node; None after saying on stderr why that cannot be."""
    try:
        rclpy.init(args=args, signal_handler_options=SignalHandlerOptions.NO)
        return make()
    except RealvlgError as error:
        reason = str(error)
    except _ROS_REFUSALS as error:
        # What follows is a place in the code of ROS.
        words = ' '.join(str(error).partition(', at /')[0].split())
        reason = f'{words}; check the parameter files and the arguments after --ros-args'
    print(f'cannot start: {reason}', file=sys.stderr)
    rclpy.try_shutdown()
    return None


def run_node(node_class: type[Node], args: Sequence[str] | None = None) -> int:
    """Spin a node until SIGINT or SIGTERM; goals that are live then end with a result.

    A second signal, a moment later, ends the process at once.

    Returns:
        The exit status: 0, 1 when a callback raised, or 2 when ROS cannot use the arguments.
    """
    stop = threading.Event()
    failed = threading.Event()
    use_one_arena()
    handle_signals(stop.set)
    node = start_node(node_class, args)
    if node is None:
        return BAD_INPUT
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
    # A signal that comes while this thread goes to sleep does not wake it.
    while not stop.wait(_SIGNAL_PERIOD_S):
        pass
    if isinstance(node, ManagedNode) and not node.stop(_LINGER_S):
        node.get_logger().warning('told to stop while loading: ending at once')
        os._exit(1)
    executor.shutdown(timeout_sec=1.0)
    spinner.join()
    node.destroy_node()
    rclpy.try_shutdown()
    return int(failed.is_set())

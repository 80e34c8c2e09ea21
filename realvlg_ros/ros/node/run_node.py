"""Run one node as a process until SIGINT or SIGTERM."""

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
from .private_files import keep_private, keep_segments_private

N = TypeVar('N', bound=Node)

# Exit status for arguments or parameters that cannot be used. From the shell (bash, argparse).
BAD_INPUT = 2
# Exceptions of ROS about arguments, parameter files and names that it cannot use.
_ROS_REFUSALS = (
    rclpy_implementation.RCLError,
    rclpy_implementation.UnknownROSArgsError,
    NameValidationException,
    ParameterException,
)
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
# Service managers signal every process of a group, and launch signals its nodes as well: signals
# within this time after the first one, s, are the same request. Chosen: less than a user needs to
# repeat one.
_SAME_REQUEST_S = 1.0
# Longest delay until a signal is handled, s. Chosen: idle nodes wake seldom.
_SIGNAL_PERIOD_S = 0.5
# Threads of the executor: each live goal occupies one, callbacks are quick. Chosen: more than the
# goals at one time.
_THREADS = 8
# So many errors within this time, s, have another cause than a deactivation. Chosen: each entity
# gives one at most.
_MAX_ERRORS = 50
_ERROR_PERIOD_S = 1.0
# Pause after such an error, s. Chosen: the thread that destroys the entity gets on, and 50 pauses
# are less than a second.
_ERROR_PAUSE_S = 0.005
# Time in which results of aborted goals are sent before their servers are destroyed, s. Chosen:
# many times what DDS takes.
_LINGER_S = 0.2


def spin(executor: Executor) -> None:
    """Spin until shutdown, and ignore errors that come from a deactivation.

    rclpy raises when a subscription with QoS events, an action server or an action client is
    destroyed by one thread while another one builds the wait set; nothing is lost by building it
    again. Errors that persist have another cause and are raised.
    """
    errors: deque[float] = deque(maxlen=_MAX_ERRORS)
    while True:
        try:
            executor.spin()
        except (rclpy_implementation.InvalidHandle, rclpy_implementation.RCLError):
            errors.append(time.monotonic())
            if len(errors) == _MAX_ERRORS and errors[-1] - errors[0] < _ERROR_PERIOD_S:
                raise
            time.sleep(_ERROR_PAUSE_S)
            continue
        except ExternalShutdownException:
            pass
        return


def handle_signals(stop: Callable[[], object]) -> None:
    """Call stop at the first SIGINT or SIGTERM; a later one has its default effect."""
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
    """Initialise ROS and make a node; on failure print the reason to stderr and return None."""
    keep_private()
    try:
        rclpy.init(args=args, signal_handler_options=SignalHandlerOptions.NO)
        node = make()
        keep_segments_private()
        return node
    except RealvlgError as error:
        reason = str(error)
    except _ROS_REFUSALS as error:
        # The rest is a line in the source of ROS.
        words = ' '.join(str(error).partition(', at /')[0].split())
        reason = f'{words}; check the parameter files and the arguments after --ros-args'
    print(f'cannot start: {reason}', file=sys.stderr)
    rclpy.try_shutdown()
    return None


def run_node(node_class: type[Node], args: Sequence[str] | None = None) -> int:
    """Spin a node until SIGINT or SIGTERM; live goals then end with a result.

    Another signal more than a second later ends the process at once.

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
    # A signal that arrives just before this thread sleeps does not wake it.
    while not stop.wait(_SIGNAL_PERIOD_S):
        pass
    if isinstance(node, ManagedNode) and not node.stop(_LINGER_S):
        node.get_logger().warning('stopped while a transition was running: ending at once')
        os._exit(1)
    executor.shutdown(timeout_sec=1.0)
    spinner.join()
    node.destroy_node()
    rclpy.try_shutdown()
    return int(failed.is_set())

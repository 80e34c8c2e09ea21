"""`realvlg goal`: ask a running grasp_server, and print the grasps as a table."""

from __future__ import annotations

import argparse
import math
import signal
from types import FrameType
from typing import Any

from ..errors import RealvlgError
from .ask import NO_TARGET
from .demo import FAILED, Progress
from .source_arguments import import_ros

# How long a server may take to be discovered unless it is said, s. Chosen: several times what DDS
# takes.
_DISCOVERY_S = 5.0
# What the field of the goal holds. From PlanGrasps.action.
_MOST_GRASPS = 2**32 - 1
_HEAD = ' #  quality  preference  width  opening  clearance        TCP x       y       z'


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'goal',
        help='ask running nodes for grasps, and print them as a table',
        description='Send one goal to grasp_server and print the grasps of its result; lengths '
        'are in mm, positions in the frame that is named. Ctrl-C cancels the goal.',
        epilog='Exits with 0 when there is a grasp, 3 when there is none, and 1 when something '
        'failed on the way.',
    )
    parser.add_argument('instruction', help='such as "pick up the red mug on the left"')
    parser.add_argument(
        '--namespace',
        default='/realvlg',
        help='of the nodes (default: /realvlg, as in the launch files); / for none',
    )
    parser.add_argument(
        '--timeout', type=float, default=30.0, help='deadline of the goal, s (default: 30)'
    )
    parser.add_argument(
        '--wait',
        type=float,
        default=_DISCOVERY_S,
        help=f'how long to wait for grasp_server, s (default: {_DISCOVERY_S:g})',
    )
    parser.add_argument(
        '--when-played',
        action='store_true',
        help='ask once a bag is played: when the time on /clock goes on',
    )
    parser.add_argument(
        '--max-grasps', type=int, default=10, help='rows at most; 0: all (default: 10)'
    )
    parser.add_argument(
        '--min-quality', type=float, default=0.0, help='leave out grasps below (default: 0)'
    )
    parser.add_argument(
        '--frame', default='', help='frame of tf for the poses (default: that of the target)'
    )
    parser.add_argument(
        '--token', default='', help='of an ambiguous result: the instruction answers its question'
    )
    parser.add_argument(
        '--first', action='store_true', help='take the first grasps, without waiting for stable'
    )
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Send the goal; returns 0 when there is a grasp, 3 when there is none, 1 after a failure.

    Raises:
        RealvlgError: an option is out of range.
    """
    if not 0 < arguments.timeout < float('inf'):
        raise RealvlgError(f'--timeout is {arguments.timeout:g}; it must be above 0 s')
    if not 0 < arguments.wait < float('inf'):
        raise RealvlgError(f'--wait is {arguments.wait:g}; it must be above 0 s')
    if not 0 <= arguments.max_grasps <= _MOST_GRASPS:
        raise RealvlgError(f'--max-grasps is {arguments.max_grasps}; expected 0 to {_MOST_GRASPS}')
    if not 0 <= arguments.min_quality <= 1:
        raise RealvlgError(f'--min-quality is {arguments.min_quality:g}; expected 0 to 1')
    rclpy = import_ros('rclpy')
    from ..action import PlanGrasps

    goal = PlanGrasps.Goal(
        instruction=arguments.instruction,
        timeout=arguments.timeout,
        max_grasps=arguments.max_grasps,
        min_quality=arguments.min_quality,
        target_frame=arguments.frame,
        token=arguments.token,
        wait_for_stable=not arguments.first,
    )
    # Ctrl-C must leave the context alive, so that the goal can be canceled.
    rclpy.init(signal_handler_options=import_ros('rclpy.signals').SignalHandlerOptions.NO)
    try:
        result = _send(goal, arguments.namespace, arguments.wait, arguments.when_played)
    except RealvlgError as error:
        print(f'goal failed: {error}')
        return FAILED
    finally:
        rclpy.try_shutdown()
    print(table(result))
    if result.status == PlanGrasps.Result.OK:
        return 0
    failed = result.status in (
        PlanGrasps.Result.FAILED,
        PlanGrasps.Result.CANCELED,
        PlanGrasps.Result.TF_UNAVAILABLE,
    )
    return FAILED if failed else NO_TARGET


def _send(goal: Any, namespace: str, wait: float, when_played: bool) -> Any:
    """Send a goal and return its result.

    Args:
        goal: of PlanGrasps.
        namespace: of the nodes.
        wait: how long grasp_server may take to be there, s.
        when_played: wait, without a limit, until a bag is played.

    Raises:
        RealvlgError: the namespace is none, or no server took the goal.
    """
    import rclpy
    from rclpy.exceptions import InvalidNamespaceException

    from ..ros.requests.goal_client import GoalClient

    try:
        node = rclpy.create_node('realvlg_goal', namespace=namespace)
    except InvalidNamespaceException as error:
        raise RealvlgError(f'--namespace is {namespace!r}: {error}') from error
    try:
        client = GoalClient(node)
        if not client.spin_until(client.ready, wait):
            raise RealvlgError(client.absence())
        with _Interrupt() as interrupt:
            if when_played:
                _wait_until_played(node, client, interrupt)
            return client.send(goal, Progress(), interrupt.check)
    finally:
        node.destroy_node()


def _wait_until_played(node: Any, client: Any, interrupt: _Interrupt) -> None:
    from ..ros.requests.played_clock import PlayedClock

    clock = PlayedClock(node)
    print('waits until a bag is played: the time on /clock does not go on yet', flush=True)

    def played() -> bool:
        interrupt.check()
        return clock.goes_on()

    client.spin_until(played, math.inf)


class _Interrupt:
    """Ctrl-C as a flag that is looked at between callbacks.

    An exception that is raised inside a callback of rclpy, or while Python collects garbage, may
    not come out of it.
    """

    def __enter__(self) -> _Interrupt:
        self._came = False
        self._before = signal.getsignal(signal.SIGINT)
        # A command in the background of a shell ignores Ctrl-C, and goes on to do so.
        if self._before is signal.default_int_handler:
            signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def check(self) -> None:
        """Raise the interrupt that came."""
        if self._came:
            self._came = False
            raise KeyboardInterrupt

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._came = True
        # A second one does not wait for the answer to the cancel.
        signal.signal(signal.SIGINT, signal.default_int_handler)


def table(result: Any) -> str:
    """The result of a goal in lines of at most 100 columns.

    Args:
        result: PlanGrasps.Result.
    """
    from ..ros.requests.status_names import STATUS_NAMES

    lines = [f'{STATUS_NAMES[result.status]}: {result.message}']
    if result.grounding.question:
        lines.append(result.grounding.question)
    for number, candidate in enumerate(result.grounding.candidates, 1):
        lines.append(f'{number:2}  {candidate.label}: {candidate.description}')
    if result.token:
        lines.append(f'answer with: realvlg goal "the left one" --token {result.token}')
    target = result.target
    if target.grasps:
        lines.append(
            f'{target.label}, track {target.track_id}, {len(target.grasps)} grasps of '
            f'{target.gripper} in {target.header.frame_id}'
        )
        size = target.object_size
        if size.x:
            x, y, z = (f'{1000 * side:.0f}' for side in (size.x, size.y, size.z))
            lines.append(f'its box measures {x} x {y} x {z} mm')
        lines.append(_HEAD)
        lines += [_row(number, grasp) for number, grasp in enumerate(target.grasps, 1)]
    return '\n'.join(lines)


def _row(number: int, grasp: Any) -> str:
    at = grasp.pose.pose.position
    lengths = (grasp.object_width, grasp.opening_width, grasp.clearance, at.x, at.y, at.z)
    width, opening, clearance, x, y, z = (1000 * length for length in lengths)
    return (
        f'{number:2}  {grasp.quality:7.2f}  {grasp.preference:10.2f}  {width:5.1f}  {opening:7.1f}'
        f'  {clearance:9.1f}  {x:11.1f} {y:7.1f} {z:7.1f}'
    )

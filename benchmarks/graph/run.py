"""One run of the whole graph as processes, with everything that is measured about it.

`python -m benchmarks.graph.run FILE` runs in the environment that the graph is to have: the DDS
profile is read once in a process, so each profile needs a run of its own.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rclpy
from diagnostic_msgs.msg import DiagnosticArray
from rclpy.executors import SingleThreadedExecutor
from realvlg_ros.action import PlanGrasps
from realvlg_ros.msg import GraspTarget
from sensor_msgs.msg import CameraInfo

from benchmarks.graph.process_usage import cpu_seconds, resident_mb
from realvlg_ros.errors import RealvlgError
from realvlg_ros.json_text import to_json_text
from realvlg_ros.ros.conversions.stamps import stamp_to_ns
from realvlg_ros.ros.node.action_client import ThreadedActionClient
from realvlg_ros.ros.node.processes import NodeProcesses
from realvlg_ros.ros.node.qos import stream
from realvlg_ros.ros.node.run_node import spin

INSTRUCTION = 'pick up the red mug'
TOPICS = {
    'color': '/camera/color/image_raw',
    'depth': '/camera/depth/image_raw',
    'camera_info': '/camera/color/camera_info',
}
# grounding_node, grasp_node and the null subscriber read the images.
_READERS = 3
_START_S = 40.0
_ANSWER_S = 20.0
_GOAL_TIMEOUT_S = 6.0
_SETTLE_S = 20.0
# Tracking is steady after this many targets in a row without a plan.
_STEADY_TARGETS = 45
# A target is reported with each image; without one for this long it is lost.
_SILENCE_NS = 5_000_000_000
# The effects of a re-grounding are over after this.
_AFTERMATH_S = 2.0


class GraphRun:
    """The client of a running graph: sends requests and records what is published."""

    def __init__(self, processes: NodeProcesses) -> None:
        """Join the graph."""
        self.published: list[int] = []
        self.targets: list[tuple[int, int]] = []
        self.planned: list[bool] = []
        self.states: set[int] = set()
        self.diagnostics: dict[str, str] = {}
        self.diagnosed_ns = 0
        self._processes = processes
        self._node = rclpy.create_node('graph_rate')
        make = self._node.create_subscription
        make(CameraInfo, TOPICS['camera_info'], self._on_camera_info, stream('reliable', 1000))
        make(GraspTarget, 'target', self._on_target, stream('reliable', 1000))
        make(DiagnosticArray, '/diagnostics', self._on_diagnostics, 10)
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

    def wait(self, condition: Callable[[], Any], timeout: float, what: str) -> None:
        """Wait for a condition.

        Raises:
            RealvlgError: it does not hold within timeout s, or a process has ended.
        """
        deadline = time.monotonic() + timeout
        while not condition():
            self._processes.check()
            if time.monotonic() > deadline:
                raise RealvlgError(f'{what} did not happen within {timeout:.0f} s')
            time.sleep(0.02)

    def ready(self) -> bool:
        """Whether the server is there and grasp_node gets frames."""
        matched = int(self.diagnostics.get('matched', 0))
        return bool(self.published) and matched > 0 and self._action.server_is_ready()

    def readers(self) -> int:
        """How many nodes read the color images."""
        return int(self._node.count_subscribers(TOPICS['color']))

    def ask(self) -> float:
        """Send the instruction and wait for the grasps.

        Returns:
            The time that took, s; NaN when the answer was another one.

        Raises:
            RealvlgError: there was no answer.
        """
        started = time.monotonic()
        goal = PlanGrasps.Goal(
            instruction=INSTRUCTION, timeout=_GOAL_TIMEOUT_S, wait_for_stable=True
        )
        sent = self._action.send_goal_async(goal)
        self.wait(sent.done, _ANSWER_S, 'acceptance of the goal')
        if not sent.result().accepted:
            raise RealvlgError('grasp_server rejected the goal')
        answer = sent.result().get_result_async()
        self.wait(answer.done, _ANSWER_S, 'the answer of grasp_server')
        result = answer.result().result
        if result.status != PlanGrasps.Result.OK:
            print(f'no grasps: status {result.status}: {result.message}', file=sys.stderr)
            return math.nan
        return time.monotonic() - started

    def settle(self, timeout: float) -> bool:
        """Wait until the first plans are over; False when they are not within timeout s."""
        deadline = time.monotonic() + timeout

        def steady() -> bool:
            late = self.planned[-_STEADY_TARGETS:]
            return len(late) == _STEADY_TARGETS and not any(late)

        self.wait(lambda: steady() or time.monotonic() > deadline, timeout + 10, 'settling')
        return steady()

    def next_diagnostics(self) -> dict[str, int]:
        """Counts of grasp_node as they are now, and the time of them, ns."""
        before = self.diagnosed_ns
        self.wait(lambda: self.diagnosed_ns > before, 5.0, 'a diagnostic message of grasp_node')
        names = ('matched', 'color_received', 'depth_received', 'frames_skipped')
        counts = {name: int(self.diagnostics.get(name, 0)) for name in names}
        return {**counts, 'time_ns': self.diagnosed_ns}

    def _on_camera_info(self, message: CameraInfo) -> None:
        self.published.append(stamp_to_ns(message.header.stamp))

    def _on_target(self, message: GraspTarget) -> None:
        self.targets.append((stamp_to_ns(message.header.stamp), time.time_ns()))
        self.planned.append(any(timing.stage == 'plan' for timing in message.timings))
        self.states.add(message.state)

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        for status in message.status:
            if status.name in ('grasp_node: camera', 'grasp_node: tracker'):
                self.diagnostics.update({pair.key: pair.value for pair in status.values})
                self.diagnosed_ns = stamp_to_ns(message.header.stamp)


def measure(run: GraphRun, pids: dict[str, int], steady_s: float) -> dict[str, Any]:
    """Ask, track for steady_s, and ask again while tracking."""
    first_answer_s = run.ask()
    steady = run.settle(_SETTLE_S)
    run.states.clear()
    before, cpu_before = run.next_diagnostics(), _cpu(pids)
    start_ns, clock_ns = time.time_ns(), time.time_ns() - time.monotonic_ns()
    _sleep(run, steady_s)
    end_ns, cpu_after = time.time_ns(), _cpu(pids)
    after = run.next_diagnostics()
    states = sorted(run.states)
    ask_ns = time.time_ns()
    again_s = run.ask()
    answered_ns = time.time_ns()
    _sleep(run, _AFTERMATH_S)
    return {
        'window_ns': (start_ns, end_ns),
        'clock_slip_ms': abs(time.time_ns() - time.monotonic_ns() - clock_ns) / 1e6,
        'cpu_s': {node: cpu_after[node] - cpu_before[node] for node in cpu_after},
        'counts': {name: after[name] - before[name] for name in after},
        'counted_ns': (before['time_ns'], after['time_ns']),
        'steady': steady,
        'states': states,
        'first_answer_s': first_answer_s,
        'reground_ns': (ask_ns, answered_ns + int(_AFTERMATH_S * 1e9)),
        'reground_answer_s': again_s,
    }


def follow_memory(run: GraphRun, processes: NodeProcesses, minutes: float) -> dict[str, Any]:
    """Note the memory of each node once a second while a target is tracked."""
    run.wait(run.ready, _START_S, 'start of the graph')
    series: list[dict[str, float]] = []
    questions = 0
    end = time.monotonic() + minutes * 60
    while time.monotonic() < end:
        if not run.targets or time.time_ns() - run.targets[-1][1] > _SILENCE_NS:
            # At the start, and where a pause of the camera has ended tracking.
            run.ask()
            questions += 1
        megabytes = {node: resident_mb(pid) for node, pid in processes.pids().items()}
        series.append({'time_s': time.monotonic(), **megabytes})
        _sleep(run, 1.0)
    return {'memory': series, 'questions': questions}


def _sleep(run: GraphRun, seconds: float) -> None:
    end = time.monotonic() + seconds
    run.wait(lambda: time.monotonic() > end, seconds + 10, 'the end of the window')


def _cpu(pids: dict[str, int]) -> dict[str, float]:
    return {node: cpu_seconds(pid) for node, pid in pids.items()}


@contextmanager
def null_subscriber(file: Path) -> Iterator[int]:
    """Run the null subscriber; yields its process id, and its file is there afterwards."""
    command = [sys.executable, '-m', 'benchmarks.graph.null_subscriber', str(file), '--ros-args']
    command += [part for old, new in TOPICS.items() for part in ('-r', f'{old}:={new}')]
    process = subprocess.Popen(command)
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(10)


def main() -> int:
    parser = argparse.ArgumentParser('python -m benchmarks.graph.run', description=__doc__)
    parser.add_argument('file', type=Path, help='JSON file to be written')
    parser.add_argument('--frames', type=Path, help='frame folders to play; else simulate VGA')
    parser.add_argument('--steady-s', type=float, default=20.0)
    parser.add_argument('--memory-minutes', type=float, default=0.0)
    arguments = parser.parse_args()
    rclpy.init()
    try:
        with NodeProcesses(arguments.file.parent / 'logs', os.environ) as processes:
            start(processes, arguments.frames)
            run = GraphRun(processes)
            try:
                if arguments.memory_minutes:
                    result = follow_memory(run, processes, arguments.memory_minutes)
                else:
                    result = measure_beside_null(run, processes, arguments)
            finally:
                run.close()
    except RealvlgError as error:
        print(f'graph_run failed: {error}', file=sys.stderr)
        return 1
    finally:
        rclpy.try_shutdown()
    recorded = {'published': run.published, 'targets': run.targets}
    arguments.file.write_text(to_json_text({**result, **recorded}))
    return 0


def start(processes: NodeProcesses, frames: Path | None) -> None:
    """Start the camera and the three nodes."""
    if frames is None:
        processes.start('simulated_camera', {'rate': 30.0, 'seed': 1}, TOPICS)
        tracker = {}
    else:
        # Played, images cost less than simulated.
        processes.start('frame_player', {'rate': 30.0, 'folder': str(frames)}, TOPICS)
        # A check for drift is asked for by hand, and measured apart.
        tracker = {'tracker.check_period': 0.0}
    processes.start('grounding_node', {'autostart': True}, TOPICS)
    processes.start('grasp_node', {'autostart': True, **tracker}, TOPICS)
    processes.start('grasp_server', {'autostart': True}, TOPICS)


def measure_beside_null(
    run: GraphRun, processes: NodeProcesses, arguments: argparse.Namespace
) -> dict[str, Any]:
    """Measure while the null subscriber runs, and add what it received."""
    file = arguments.file.parent / 'null_arrivals.json'
    with null_subscriber(file) as pid:
        run.wait(run.ready, _START_S, 'start of the graph')
        run.wait(lambda: run.readers() >= _READERS, _START_S, 'start of the null subscriber')
        pids = {**processes.pids(), 'null_subscriber': pid}
        result = measure(run, pids, arguments.steady_s)
    result['null'] = json.loads(file.read_text())
    return result


if __name__ == '__main__':
    sys.exit(main())

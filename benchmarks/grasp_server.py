"""What grasp_server adds to a question, over DDS: `python -m benchmarks.grasp_server`.

The real server runs as a process of its own, between a client (this process) and a process that
grounds and tracks at once (benchmarks.stub_nodes.answers). Measured are the time from a goal to
its result, the time from a cancel to the result in each stage, what 1000 goals in a row leave
behind in memory and handles, and a flood of 200 goals at once under each policy of new goals.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import rclpy
from rcl_interfaces.srv import SetParameters
from rclpy.executors import SingleThreadedExecutor
from rclpy.parameter import Parameter
from realvlg_ros.action import PlanGrasps

from benchmarks.graph.process_usage import resident_mb
from benchmarks.report import Goal, Report, argument_parser
from realvlg_ros.errors import RealvlgError
from realvlg_ros.ros.node.action_client import ThreadedActionClient
from realvlg_ros.ros.node.processes import NodeProcesses, isolated_environment
from realvlg_ros.ros.node.qos import action_queues
from realvlg_ros.ros.node.run_node import spin
from realvlg_ros.ros.requests.goal_order import POLICIES
from realvlg_ros.ros.requests.status_names import STATUS_NAMES

_WAIT_S = 60.0
_FLOOD = 200
# Pause before a goal that comes alone, s: the server spreads those of a burst.
_PAUSE_S = 0.05
# Words by which the stub stops in a stage, and the stage.
_STAGES = {
    'grounding': ('the mug wait', PlanGrasps.Feedback.GROUNDING),
    'planning': ('the mug plan', PlanGrasps.Feedback.PLANNING),
    'tracking': ('the mug track', PlanGrasps.Feedback.TRACKING),
}
_CANCEL_GOAL = Goal('<=', 100.0)


class Client:
    """Sends goals and measures."""

    def __init__(self, processes: NodeProcesses) -> None:
        """Join the graph."""
        self._processes = processes
        self._node = rclpy.create_node('benchmark_client')
        self._action = ThreadedActionClient(
            self._node, PlanGrasps, 'plan_grasps', **action_queues()
        )
        self._set = self._node.create_client(SetParameters, 'grasp_server/set_parameters')
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self._node)
        self._thread = threading.Thread(target=spin, args=[self._executor], daemon=True)
        self._thread.start()
        self.wait(self._action.server_is_ready, 'start of grasp_server')
        # The stub has to be discovered by the server, too.
        self.ask('the mug')

    def close(self) -> None:
        """Leave the graph."""
        self._executor.shutdown(timeout_sec=1.0)
        self._thread.join(5.0)
        self._node.destroy_node()

    def wait(self, condition: Callable[[], Any], what: str) -> None:
        """Wait for a condition.

        Raises:
            RealvlgError: it does not hold in time.
        """
        deadline = time.monotonic() + _WAIT_S
        while not condition():
            self._processes.check()
            if time.monotonic() > deadline:
                raise RealvlgError(f'{what} did not happen within {_WAIT_S:.0f} s')
            time.sleep(0.0005)

    def send(self, words: str, feedback: Callable[[Any], None] | None = None) -> Any:
        """Send a goal; returns the future of its handle."""
        goal = PlanGrasps.Goal(instruction=words, timeout=_WAIT_S, wait_for_stable=True)
        return self._action.send_goal_async(goal, feedback)

    def ask(self, words: str) -> float:
        """Time from a goal to its result, ms.

        Raises:
            RealvlgError: the result has no grasp.
        """
        started = time.monotonic()
        sent = self.send(words)
        self.wait(sent.done, 'acceptance of a goal')
        answer = sent.result().get_result_async()
        arrived: list[float] = []
        answer.add_done_callback(lambda _: arrived.append(time.monotonic()))
        self.wait(lambda: arrived, 'a result')
        result = answer.result().result
        if result.status != PlanGrasps.Result.OK:
            raise RealvlgError(f'{STATUS_NAMES[result.status]}: {result.message}')
        return (arrived[0] - started) * 1e3

    def ask_alone(self, words: str) -> float:
        """Time from a goal to its result, ms, of one that comes alone."""
        time.sleep(_PAUSE_S)
        return self.ask(words)

    def cancel_in(self, stage: str) -> float:
        """Time from a cancel in a stage to the result, ms."""
        words, wanted = _STAGES[stage]
        reached = threading.Event()

        def on_feedback(message: Any) -> None:
            if message.feedback.stage == wanted:
                reached.set()

        sent = self.send(words, on_feedback)
        self.wait(reached.is_set, f'the stage {stage}')
        handle = sent.result()
        answer = handle.get_result_async()
        arrived: list[float] = []
        answer.add_done_callback(lambda _: arrived.append(time.monotonic()))
        started = time.monotonic()
        handle.cancel_goal_async()
        self.wait(lambda: arrived, 'the result of a canceled goal')
        if answer.result().result.status != PlanGrasps.Result.CANCELED:
            raise RealvlgError(f'a canceled goal ended {answer.result().result.status}')
        return (arrived[0] - started) * 1e3

    def use_policy(self, policy: str) -> None:
        """Set what a new goal does to those before it."""
        request = SetParameters.Request()
        request.parameters = [Parameter('new_goal', value=policy).to_parameter_msg()]
        done = self._set.call_async(request)
        self.wait(done.done, 'the parameter new_goal')

    def flood(self, count: int) -> tuple[Counter[str], float]:
        """Send goals at once; how they ended, by name, and the time until all had, s."""
        started = time.monotonic()
        sent = [self.send('the mug') for _ in range(count)]
        self.wait(lambda: all(future.done() for future in sent), 'an answer to every goal')
        handles = [future.result() for future in sent]
        answers = [handle.get_result_async() for handle in handles if handle.accepted]
        self.wait(lambda: all(future.done() for future in answers), 'a result of every goal')
        ended = Counter(STATUS_NAMES[future.result().result.status] for future in answers)
        ended['rejected'] = count - len(answers)
        return ended, time.monotonic() - started


def main() -> None:
    parser = argument_parser('grasp_server', 'latency, cancel and floods of the action server')
    parser.add_argument('--goals', type=int, default=1000, help='goals in a row')
    arguments = parser.parse_args()
    goals = 50 if arguments.quick else arguments.goals
    report = Report('grasp_server')
    environment = isolated_environment()
    os.environ.update(environment)
    with tempfile.TemporaryDirectory() as folder:
        stub = subprocess.Popen(
            [sys.executable, '-m', 'benchmarks.stub_nodes.answers'], env=environment
        )
        try:
            with NodeProcesses(Path(folder), environment) as processes:
                processes.start('grasp_server', {}, {})
                rclpy.init()
                client = Client(processes)
                _measure(report, client, processes.pids()['grasp_server'], goals)
                client.close()
                rclpy.try_shutdown()
        finally:
            stub.send_signal(signal.SIGINT)
            stub.wait(10.0)
    report.finish(arguments.json)


def _measure(report: Report, client: Client, pid: int, goals: int) -> None:
    # Pools, caches and the results that are kept for half a minute fill in the first half.
    times = [client.ask_alone('the mug') for _ in range(goals // 2)]
    before = resident_mb(pid), _handles(pid)
    times += [client.ask_alone('the mug') for _ in range(goals // 2)]
    after = resident_mb(pid), _handles(pid)
    report.add('goals', len(times))
    report.add('goal_to_result_p50_ms', float(np.percentile(times, 50)))
    report.add('goal_to_result_p99_ms', float(np.percentile(times, 99)))
    report.add('memory_growth_kb_per_goal', (after[0] - before[0]) * 2e3 / goals)
    report.add('handles_growth', after[1] - before[1], Goal('==', 0.0))
    for stage in _STAGES:
        delays = [client.cancel_in(stage) for _ in range(20)]
        report.add(f'cancel_{stage}_median_ms', float(np.median(delays)))
        report.add(f'cancel_{stage}_worst_ms', float(np.max(delays)), _CANCEL_GOAL)
    for policy in POLICIES:
        client.use_policy(policy)
        ended, seconds = client.flood(_FLOOD)
        for name, count in sorted(ended.items()):
            report.add(f'flood_{policy}_{name.lower()}', count)
        report.add(f'flood_{policy}_answered', sum(ended.values()), Goal('==', _FLOOD))
        report.add(f'flood_{policy}_s', seconds)


def _handles(pid: int) -> int:
    """Open file descriptors and threads of a process."""
    return sum(1 for name in ('fd', 'task') for _ in Path(f'/proc/{pid}/{name}').iterdir())


if __name__ == '__main__':
    main()

"""A day in an hour: `python -m benchmarks.endurance --minutes 60`.

The three nodes run as processes and see ten times the frames of a camera. Every few seconds one
thing goes wrong: a node is killed, the camera is gone, its clock jumps, the server of the model is
down, a goal is canceled. Goals are asked all the time. At the end, without faults, every goal must
be answered with a grasp at the object. Memory, handles and threads are looked at in each process's
life, without its first seconds; a run of a few minutes says little about their growth.
"""

from __future__ import annotations

import itertools
import os
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import rclpy

from benchmarks.endurance.asking import Asking
from benchmarks.endurance.usage import WARM_S, Usage
from benchmarks.endurance.world import JUMP_S, Camera, ModelServer, Scene
from benchmarks.report import Goal, Report, argument_parser
from realvlg_ros.ros.node.executor import NodeExecutor
from realvlg_ros.ros.node.processes import NodeProcesses, isolated_environment
from realvlg_ros.ros.node.run_node import spin

NODES = ('grounding_node', 'grasp_node', 'grasp_server')
# Frames a second: ten times those of a camera at 30 Hz.
RATE_HZ = 300.0
# Time between faults, and how long one lasts, s. Chosen: a goal takes one second.
FAULT_PERIOD_S, FAULT_S = 6.0, 2.5
# Between two looks at the processes, s.
_SAMPLE_S = 2.0
# Goals that are asked at the end, and how long the nodes may take to be well again, s.
_LAST_GOALS, _HEAL_S = 10, 60.0
# A node has so many lives at most, and in a run of so many minutes what it takes in so long after
# its start is not growth, s: a slow leak must show.
_LIVES, _LONG_WARM_S, _LONG_MINUTES = 6, 120.0, 30.0
SEED = 5


class Stage:
    """The nodes, what they depend on, and what goes wrong."""

    def __init__(self, folder: Path, rate: float) -> None:
        """Start everything.

        Args:
            folder: for logs and options.
            rate: frames a second.
        """
        self.environment = isolated_environment()
        for name in ('ROS_DOMAIN_ID', 'ROS_AUTOMATIC_DISCOVERY_RANGE'):
            os.environ[name] = self.environment[name]
        # Images are small: each process's usual segment holds them, and one that is killed leaves
        # little behind.
        for name in ('FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE'):
            self.environment.pop(name, None)
            os.environ.pop(name, None)
        rclpy.init()
        self.node = rclpy.create_node('endurance')
        self._executor = NodeExecutor(4)
        self._executor.add_node(self.node)
        self._spinner = threading.Thread(target=spin, args=[self._executor], daemon=True)
        self._spinner.start()
        self.scene, self.server = Scene(SEED), ModelServer()
        self._options = folder / 'served.yaml'
        self._options.write_text(f'url: {self.server.url}\n')
        self.processes = NodeProcesses(folder, self.environment)
        for node in NODES:
            self.start(node)
        self.camera = Camera(self.node, self.scene, rate)
        self.asking = Asking(self.node, self.scene)
        self.faults: Counter[str] = Counter()

    def start(self, node: str) -> None:
        """Start the process of a node."""
        parameters: dict[str, object] = {}
        if node == 'grounding_node':
            parameters = {
                'backend': 'benchmarks.endurance.served:make_grounder',
                'backend_options': str(self._options),
            }
        self.processes.start(node, parameters, {})

    def kill(self, node: str) -> None:
        """Kill a node; it is started again at once, as launch does."""
        pid = self.processes.pids()[node]
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        if node == 'grasp_server':
            self.asking.server_killed()
        self.start(node)

    def lasting(self, begin: Callable[[], object], end: Callable[[], object]) -> None:
        """A fault that begins and ends."""
        begin()
        time.sleep(FAULT_S)
        end()

    def _shift(self, seconds: float) -> None:
        self.camera.shift_s = seconds

    def fault(self, name: str) -> None:
        """Let one thing go wrong; returns when it is over.

        Args:
            name: of the fault.
        """
        self.faults[name] += 1
        if name.startswith('kill '):
            self.kill(name.removeprefix('kill '))
        elif name == 'camera gone':
            self.lasting(self.camera.gone.set, self.camera.gone.clear)
        elif name == 'clock ahead':
            self.lasting(lambda: self._shift(JUMP_S), lambda: self._shift(0.0))
        elif name == 'clock behind':
            self.lasting(lambda: self._shift(-JUMP_S), lambda: self._shift(0.0))
        elif name == 'server down':
            self.lasting(self.server.stop, self.server.start)
        else:
            self.asking.cancel.set()

    def close(self) -> None:
        """End everything."""
        self.asking.close()
        self.camera.close()
        self.processes.stop()
        self.server.stop()
        self._executor.shutdown(timeout_sec=2.0)
        self.node.destroy_node()
        rclpy.try_shutdown()


FAULTS = (
    'goal canceled', 'camera gone', 'clock ahead', 'kill grounding_node', 'server down',
    'goal canceled', 'kill grasp_node', 'clock behind', 'camera gone', 'goal canceled',
    'server down', 'kill grasp_server',
)  # fmt: skip


def run(stage: Stage, minutes: float, usage: Usage) -> None:
    """Ask and break things for a time.

    Args:
        stage: everything that runs.
        minutes: how long.
        usage: takes samples of the processes.
    """
    begun = time.monotonic()
    faults = itertools.cycle(FAULTS)
    # Each node is killed so seldom, s.
    life_s, killed = 60 * minutes / _LIVES, dict.fromkeys(NODES, begun)
    due, shown = begun + 3 * FAULT_PERIOD_S, begun
    while (now := time.monotonic()) - begun < 60 * minutes:
        usage.take(stage.processes.pids())
        if now >= due:
            name = next(faults)
            node = name.removeprefix('kill ')
            if node in killed and now - killed[node] < life_s:
                name = 'goal canceled'
            elif node in killed:
                killed[node] = now
            stage.fault(name)
            due = max(due + FAULT_PERIOD_S, time.monotonic() + 1.0)
        if now - shown > 60:
            shown = now
            print(f'{(now - begun) / 60:.0f} min: {dict(stage.asking.outcomes)}', flush=True)
        time.sleep(min(_SAMPLE_S, max(due - time.monotonic(), 0.05)))


def answers_at_the_end(stage: Stage, usage: Usage) -> float:
    """Share of right answers without faults, once one was right or the time to heal is over.

    Args:
        stage: everything that runs.
        usage: takes samples of the processes.
    """
    until = time.monotonic() + _HEAL_S
    before = stage.asking.outcomes['OK']
    while stage.asking.outcomes['OK'] == before and time.monotonic() < until:
        time.sleep(0.2)
    stage.asking.close()
    outcomes = Counter[str]()
    last = Asking(stage.node, stage.scene)
    try:
        while last.outcomes.total() < _LAST_GOALS:
            usage.take(stage.processes.pids())
            time.sleep(0.5)
    finally:
        last.close()
        outcomes.update(last.outcomes)
        stage.asking.wrong += last.wrong
    print(f'at the end: {dict(outcomes)}')
    return outcomes['OK'] / outcomes.total()


def report_of(stage: Stage, usage: Usage, right: float, minutes: float) -> Report:
    """The figures and goals.

    Args:
        stage: everything that ran.
        usage: samples of the processes.
        right: share of right answers at the end.
        minutes: how long it ran.
    """
    report, outcomes = Report('endurance'), stage.asking.outcomes
    report.add('minutes', minutes)
    report.add('frames_published', stage.camera.published)
    report.add('faults', stage.faults.total())
    for name in sorted(stage.faults):
        report.add('faults_' + name.replace(' ', '_'), stage.faults[name])
    report.add('goals', outcomes.total())
    for name in sorted(outcomes):
        report.add('ended_' + name.replace(' ', '_').lower(), outcomes[name])
    report.add('unanswered', outcomes['unanswered'], Goal('==', 0))
    report.add('wrong', len(stage.asking.wrong), Goal('==', 0))
    report.add('right_at_the_end', right, Goal('==', 1.0))
    # What a run of minutes shows of growth is noise: a bound is for an hour.
    long = minutes >= _LONG_MINUTES
    bounds = (Goal('<=', 20.0), Goal('<=', 1.0)) if long else (None, None)
    for node in NODES:
        report.add(f'{node}_memory_mb', usage.most(node, 'memory_mb'))
        report.add(f'{node}_memory_mb_an_hour', usage.slope(node, 'memory_mb'), bounds[0])
        report.add(f'{node}_handles', usage.most(node, 'handles'))
        report.add(f'{node}_handles_an_hour', usage.slope(node, 'handles'), bounds[1])
        report.add(f'{node}_threads', usage.most(node, 'threads'))
        report.add(f'{node}_threads_an_hour', usage.slope(node, 'threads'), bounds[1])
    return report


def main() -> None:
    """Run, and print the figures."""
    parser = argument_parser('endurance', __doc__)
    parser.add_argument('--minutes', type=float, default=60.0, help='how long (default: 60)')
    parser.add_argument('--rate', type=float, default=RATE_HZ, help='frames a second')
    arguments = parser.parse_args()
    minutes = 1.0 if arguments.quick else arguments.minutes
    usage = Usage(_LONG_WARM_S if minutes >= _LONG_MINUTES else WARM_S)
    with tempfile.TemporaryDirectory(prefix='endurance') as folder:
        stage = Stage(Path(folder), arguments.rate)
        try:
            run(stage, minutes, usage)
            right = answers_at_the_end(stage, usage)
        finally:
            stage.close()
    for words in stage.asking.wrong[:10]:
        print(f'wrong: {words}')
    report_of(stage, usage, right, minutes).finish(arguments.json)


if __name__ == '__main__':
    main()

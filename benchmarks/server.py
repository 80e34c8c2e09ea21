"""Measures how robots share one server of a model, directly and through the gateway.

`python -m benchmarks.server` starts a server on loopback with the toy's model, which answers one
question at a time (benchmarks/model_server.py), and lets 1, 4 and 16 robots ask it in closed
loops; then one robot with eight questions at once beside three with one each.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

import numpy as np

from benchmarks.report import Goal, Report, argument_parser
from benchmarks.toy.scenes import MAX_PIXELS
from benchmarks.toy_grounding import HERE, Asked, frame_of, pictures
from realvlg_ros.errors import RealvlgError
from realvlg_ros.grounding.grounding import never_aborted
from realvlg_ros.grounding.server import make_grounder
from realvlg_ros.grounding.serving.guarded import GuardedGrounder

ROBOTS = (1, 4, 16)
_TIMEOUT_S = 120.0


@dataclass
class Robot:
    """One robot that asks in a closed loop.

    Attributes:
        asked: its picture and what it asks for.
        grounder: loaded.
        expected: the box that the server gives when it is asked alone.
        times_ms: of each answer within the window.
        wrong, lost: answers with another box; questions without an answer.
    """

    asked: Asked
    grounder: GuardedGrounder
    expected: tuple[float, ...] = ()
    times_ms: list[float] = field(default_factory=list)
    wrong: int = 0
    lost: int = 0

    def ask(self) -> tuple[float, ...]:
        """The box of one answer; empty where there is none."""
        words = self.asked.scene.words(self.asked.shape)
        box = self.grounder.ground(frame_of(self.asked.scene), words, never_aborted).box
        return () if box is None else box.as_tuple()

    def run(self, until_s: float) -> None:
        """Ask until the window ends; what ends later does not count."""
        while (begun := time.monotonic()) < until_s:
            try:
                box = self.ask()
            except RealvlgError as error:
                print(error)
                self.lost += 1
                continue
            ended = time.monotonic()
            self.wrong += box != self.expected
            if ended < until_s:
                self.times_ms.append((ended - begun) * 1e3)


@contextmanager
def model_server() -> Iterator[str]:
    """The address of a server in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, '-m', 'benchmarks.model_server'], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


@contextmanager
def gateway(upstream: str) -> Iterator[str]:
    """The address of a gateway in a process of its own; one question more than the server runs."""
    command = [sys.executable, '-m', 'realvlg_ros.cli', 'gateway', upstream, '--port', '0']
    bounds = ['--at-once', '2', '--waiting', '16', '--timeout', f'{_TIMEOUT_S:g}']
    process = subprocess.Popen([*command, *bounds], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[2].rstrip(';')
    finally:
        process.kill()
        process.wait()


def robots(url: str, names: Sequence[str]) -> list[Robot]:
    """Robots of these names, each with a picture of its own, in turn asked alone once."""
    made = []
    for name, asked in zip(names, pictures(31, len(names)), strict=True):
        grounder = make_grounder(
            url=url, robot=name, prompts=str(HERE / 'prompts_original.yaml'), guide='none',
            max_pixels=MAX_PIXELS, jpeg_quality=95, timeout=_TIMEOUT_S, segmenter='depth',
            not_found_threshold=0.0, longest_wait=_TIMEOUT_S,
        )  # fmt: skip
        grounder.load()
        robot = Robot(asked, grounder)
        robot.expected = robot.ask()
        made.append(robot)
    return made


def run_together(made: Sequence[Robot], window_s: float) -> None:
    """Let all robots ask at once for so long."""
    until_s = time.monotonic() + window_s
    threads = [threading.Thread(target=robot.run, args=(until_s,)) for robot in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def measure(report: Report, way: str, url: str, window_s: float) -> None:
    """Answers, fairness and waits of each number of robots by one way to the server."""
    for count in ROBOTS:
        made = robots(url, [f'robot_{k}' for k in range(count)])
        run_together(made, window_s)
        answers = [len(robot.times_ms) for robot in made]
        times = [t for robot in made for t in robot.times_ms]
        key = f'{way}_{count}'
        report.add(f'{key}_answers_per_s', sum(answers) / window_s)
        fair = max(answers) / max(min(answers), 1)
        report.add(f'{key}_fairness', fair, Goal('<=', 1.5) if way == 'gateway' else None)
        report.add(f'{key}_p50_ms', float(np.percentile(times, 50)))
        report.add(f'{key}_p99_ms', float(np.percentile(times, 99)))
        report.add(f'{key}_lost', sum(robot.lost for robot in made), Goal('==', 0.0))
        report.add(f'{key}_wrong', sum(robot.wrong for robot in made), Goal('==', 0.0))
    per_s = [report.figures[f'{way}_{count}_answers_per_s'] for count in ROBOTS]
    report.add(f'{way}_throughput_of_16_to_1', per_s[-1] / per_s[0], Goal('>=', 0.8))


def measure_greedy(report: Report, way: str, url: str, window_s: float) -> None:
    """The share of a robot that asks eight questions at once beside three that ask one."""
    made = robots(url, ['greedy'] * 8 + [f'robot_{k}' for k in range(3)])
    run_together(made, window_s)
    answers = [len(robot.times_ms) for robot in made]
    share = sum(answers[:8]) / max(sum(answers), 1)
    report.add(f'{way}_greedy_share', share, Goal('<=', 0.35) if way == 'gateway' else None)
    waits = [t for robot in made[8:] for t in robot.times_ms]
    report.add(f'{way}_p50_beside_greedy_ms', float(np.median(waits)) if waits else np.nan)


def measure_cost(report: Report, server: str, through: str, count: int) -> None:
    """What the gateway adds to an answer: the same question by both ways in turns."""
    ways = [robots(url, ['robot'])[0] for url in (server, through)]
    times = np.empty((count, 2))
    for turn in range(count):
        for k, robot in enumerate(ways):
            begun = time.monotonic()
            robot.ask()
            times[turn, k] = (time.monotonic() - begun) * 1e3
    added = times[:, 1] - times[:, 0]
    report.add('gateway_added_median_ms', float(np.median(added)))
    report.add('gateway_added_share', float(np.median(added) / np.median(times[:, 0])))


def main() -> None:
    parser = argument_parser('server', 'one server of a model shared by several robots')
    arguments = parser.parse_args()
    window_s = 3.0 if arguments.quick else 20.0
    report = Report('server')
    with model_server() as url:
        for way in ('direct', 'gateway'):
            with nullcontext(url) if way == 'direct' else gateway(url) as address:
                measure(report, way, address, window_s)
                measure_greedy(report, way, address, window_s)
                if way == 'gateway':
                    measure_cost(report, url, address, 10 if arguments.quick else 60)
    report.finish(arguments.json)


if __name__ == '__main__':
    main()

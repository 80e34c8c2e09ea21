"""How fast bags are replayed, and how time and memory grow: `python -m benchmarks.replay`.

A simulated camera stands still before a table; its images, each with noise of its own, are written
to bags and replayed in lock step with all outputs, out.mcap included. Speed is the length of the
bag by the wall time of its replay, at 640x480 and 30 images a second with one target, with one
thread and with two; what is loaded before the first image is not in it. Equal answers are checked
on the same runs. Memory is the largest in the first and in the last tenth of a long bag of small
compressed images; compared is also the processor time of an image in both. With 1, 2, 4 and 8
targets the time of an image is that of all stages.
"""

from __future__ import annotations

import json
import resource
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.growth import fit_exponent
from benchmarks.replay.made_bags import RATE_HZ, make_bag
from benchmarks.replay.truth import TableTruth
from benchmarks.report import Goal, Report, argument_parser
from realvlg_ros.grasping.settings import PlannerSettings
from realvlg_ros.replay.run import ReplayOptions, replay
from realvlg_ros.replay.session.goals import ReplayGoal, numbered
from realvlg_ros.replay.session.latency import GroundingLatency
from realvlg_ros.replay.session.session import SessionSettings
from realvlg_ros.replay.session.step import Step
from realvlg_ros.ros.camera.camera_parameters import CameraParameters
from realvlg_ros.ros.requests.plan_limits import PlanLimits
from realvlg_ros.tracking.settings import TrackerSettings

TARGETS = (1, 2, 4, 8)
# Objects on the table: more than are asked for.
OBJECTS = 12
SIZE, SMALL = (640, 480), (320, 240)
FAST = Goal('>=', 2.0)
FLAT = Goal('<=', 1.1)
LINEAR = Goal('<=', 1.1)
SAME = Goal('==', 1.0)
_LIMITS = PlanLimits(
    timeout=30.0, grounder_silence=3.0, target_silence=3.0, retry_period=0.5, ground_attempts=2
)


class Bench:
    """Replays bags into folders of their own, and reads how long their images took."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._first_s = self._first_cpu_s = 0.0
        self.cpu_s = 0.0
        # Of each image: memory of the process, MB, and its processor time so far, s.
        self.memory_mb: list[float] = []
        self.spent_s: list[float] = []

    def options(self, bag: Path, size: tuple[int, int], targets: int) -> ReplayOptions:
        """A run that asks for so many objects by their names, one after the other."""
        backend = self._folder / f'truth_{size[0]}.yaml'
        backend.write_text(f'objects: {OBJECTS}\nwidth: {size[0]}\nheight: {size[1]}\n')
        names = TableTruth(OBJECTS, *size).names[:targets]
        goals = [
            ReplayGoal(name, index / RATE_HZ, wait_for_stable=False)
            for index, name in enumerate(names)
        ]
        planner = PlannerSettings()
        return ReplayOptions(
            bag=bag,
            out=self._folder / 'run',
            goals=numbered(goals),
            session=SessionSettings(_LIMITS, GroundingLatency(0.0), planner.max_grasps),
            camera=CameraParameters(),
            planner=planner,
            tracker=TrackerSettings(max_targets=max(TARGETS)),
            gripper='franka_hand',
            backend='benchmarks.replay.truth:make_grounder',
            backend_options=str(backend),
            force=True,
        )

    def run(self, options: ReplayOptions) -> float:
        """Replay a bag; returns the wall time from the first image on, s."""
        self.memory_mb.clear()
        self.spent_s.clear()
        replay(options, self._look)
        self.cpu_s = time.process_time() - self._first_cpu_s
        return time.perf_counter() - self._first_s

    def answers(self) -> bytes:
        """The answers of the last run."""
        return (self._folder / 'run' / 'answers.jsonl').read_bytes()

    def image_ms(self) -> list[dict[str, float]]:
        """Wall time of each image of the last run by stage, ms."""
        text = (self._folder / 'run' / 'timings.jsonl').read_text()
        return [json.loads(line)['ms'] for line in text.splitlines()]

    def _look(self, step: Step) -> None:
        """Note what an image took."""
        if not self.memory_mb:
            self._first_s, self._first_cpu_s = time.perf_counter(), time.process_time()
        if step.frame is not None:
            pages = int(Path('/proc/self/statm').read_text().split()[1])
            self.memory_mb.append(pages * resource.getpagesize() / 1e6)
            self.spent_s.append(time.process_time())


def main() -> None:
    parser = argument_parser('replay', 'speed, memory and growth of replays in lock step')
    parser.add_argument('--minutes', type=float, default=10.0, help='of the long bag')
    arguments = parser.parse_args()
    minutes = 0.3 if arguments.quick else arguments.minutes
    seconds = 3.0 if arguments.quick else 20.0
    report = Report('replay')
    with tempfile.TemporaryDirectory(prefix='realvlg_replay_') as name:
        bench = Bench(Path(name))
        measure_length(report, bench, Path(name), minutes)
        measure_speed(report, bench, Path(name), seconds)
        measure_targets(report, bench, Path(name), min(seconds, 6.0))
    report.finish(arguments.json)


def measure_length(report: Report, bench: Bench, folder: Path, minutes: float) -> None:
    """Memory and time over a long bag."""
    bag = make_bag(folder / 'long.mcap', 60 * minutes, OBJECTS, SMALL, compressed=True)
    wall_s = bench.run(replace(bench.options(bag, SMALL, 1), threads=2))
    tenth = len(bench.memory_mb) // 10
    first_mb, last_mb = max(bench.memory_mb[:tenth]), max(bench.memory_mb[-tenth:])
    report.add('long_bag_s', 60 * minutes)
    report.add('long_bag_real_time', 60 * minutes / wall_s)
    report.add('memory_first_tenth_mb', first_mb)
    report.add('memory_last_tenth_mb', last_mb)
    report.add('memory_growth', last_mb / first_mb, FLAT)
    # The first images find and plan; what is compared is the state after them.
    spent = np.diff(bench.spent_s)[RATE_HZ * 2 :]
    tenth = len(spent) // 10
    report.add('last_tenth_by_first', float(spent[-tenth:].mean() / spent[:tenth].mean()), FLAT)
    bag.unlink()


def measure_speed(report: Report, bench: Bench, folder: Path, seconds: float) -> None:
    """Speed against real time at 640x480, and whether the answers are equal."""
    answers = []
    for storage, threads in (('mcap', 1), ('mcap', 2), ('db3', 2)):
        bag = folder / f'table.{storage}'
        if not bag.exists():
            make_bag(bag, seconds, OBJECTS, SIZE)
        wall_s = bench.run(replace(bench.options(bag, SIZE, 1), threads=threads))
        answers.append(bench.answers())
        if storage == 'db3':
            continue
        report.add(f'real_time_{threads}_threads', seconds / wall_s, FAST)
        report.add(f'images_per_s_{threads}_threads', seconds * RATE_HZ / wall_s)
        # What else the machine does is not in it.
        report.add(f'real_time_by_processor_{threads}_threads', seconds / bench.cpu_s)
        _report_stages(report, bench.image_ms(), f'{threads}_threads_')
    report.add('equal_answers', len(set(answers)) == 1, SAME)


def measure_targets(report: Report, bench: Bench, folder: Path, seconds: float) -> None:
    """Time of an image by the number of targets that are followed."""
    bag = make_bag(folder / 'targets.mcap', seconds, OBJECTS, SIZE)
    medians = []
    for targets in TARGETS:
        bench.run(bench.options(bag, SIZE, targets))
        totals = [sum(stages.values()) for stages in bench.image_ms()]
        medians.append(float(np.median(totals[len(totals) // 2 :])))
        report.add(f'image_{targets}_targets_ms', medians[-1])
    report.add('targets_exponent', fit_exponent(TARGETS, medians), LINEAR)


def _report_stages(report: Report, images: Sequence[dict[str, float]], prefix: str) -> None:
    for stage in ('decode', 'track', 'plan', 'write'):
        report.add_timing(f'{prefix}{stage}', [stages.get(stage, 0.0) for stages in images])


if __name__ == '__main__':
    main()

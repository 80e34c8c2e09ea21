"""How far a bag that is played live and one in lock step are apart.

`python -m benchmarks.live_replay`: a simulated camera of 640x480 moves around a table for 20 s,
with tf; the bag is played over DDS to grounding_node, grasp_node and grasp_server as processes,
and replayed in lock step. The grasps are compared on the stamps of the images in which both follow
the target: distance and angle of the best ones (best_), and of the best one in lock step and the
nearest that the live run offered (nearest_). Shares of images in which each followed count since
both did first; an image that the live run skipped, being busy, counts as not followed there.

The replay in lock step is done twice: as it is by default, asked at the same time of the bag
(default_), and with the image and the latency of the grounding that the live run had (matched_).
What is left with these comes from the images that the live run skipped, and from the time at which
its plans were ready. As a measure of that the bag is played a second time, and both live runs are
compared (again_); two replays in lock step are equal.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.live_replay.followed import Apart, Difference, poses_of_run
from benchmarks.live_replay.live import run_live
from benchmarks.report import Goal, Report, argument_parser
from realvlg_ros.cli import main as realvlg
from realvlg_ros.errors import RealvlgError
from realvlg_ros.replay.bags.making import CameraStream, write_frames
from realvlg_ros.replay.bags.writer import BagWriter
from realvlg_ros.resources import world_file
from realvlg_ros.ros.conversions.stamps import CLOCK_START_NS, NS_PER_S
from realvlg_ros.ros.node.processes import isolated_environment
from realvlg_ros.simulation.depth_camera_model import DepthCameraModel
from realvlg_ros.simulation.simulated_view import SimulatedView
from realvlg_ros.simulation.trajectory import Orbit, d435_camera
from realvlg_ros.simulation.world import WORLD_FRAME
from realvlg_ros.simulation.world_file import read_world

# What is asked. A box has few grasps that are best; those around the rim of a mug are as good as
# one another, and noise chooses among them.
INSTRUCTIONS = {'box': 'take the orange box', 'mug': 'pick up the red mug'}
# A slow turn of the wrist: it goes back after a half of a right angle.
ORBIT = Orbit(rate=0.15, sweep=0.8)
# When it is asked, s of the bag.
AT_S = 1.0
# What the backend tabletop takes on one core, s: the default of `realvlg replay`.
LATENCY_S = 0.1
FOLLOWED = Goal('>=', 0.95)


def main() -> int:
    parser = argument_parser('live_replay', 'a bag played live against lock step')
    parser.add_argument('--seconds', type=float, default=20.0, help='length of the bag')
    parser.add_argument('--rate', type=float, default=30.0, help='images a second')
    parser.add_argument('--speed', type=float, default=1.0, help='s of the bag played in a second')
    parser.add_argument('--keep', type=Path, metavar='FOLDER', help='keep bag, logs and runs here')
    arguments = parser.parse_args()
    seconds = 6.0 if arguments.quick else arguments.seconds
    report = Report('live_replay')
    os.environ.update(isolated_environment())
    with tempfile.TemporaryDirectory(prefix='realvlg_live_replay_') as scratch:
        folder = arguments.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        stamps = make_stamps(seconds, arguments.rate)
        bag = folder / 'orbit.mcap'
        if not bag.exists():
            make_bag(bag, len(stamps), arguments.rate)
        report.add('images', len(stamps))
        report.add('speed', arguments.speed)
        report.add('load_average', os.getloadavg()[0])
        for name in ('box',) if arguments.quick else INSTRUCTIONS:
            try:
                measure(report, name, bag, folder, stamps, arguments.speed)
            except RealvlgError as error:
                print(f'live_replay failed: {error}', file=sys.stderr)
                return 1
    report.finish(arguments.json)
    return 0


def make_stamps(seconds: float, rate: float) -> list[int]:
    """Stamps of the images of the bag, ns."""
    count = round(seconds * rate)
    return [CLOCK_START_NS + round(index / rate * NS_PER_S) for index in range(count)]


def make_bag(path: Path, count: int, rate: float) -> None:
    """Write what a camera sees that moves around a table."""
    world = replace(read_world(world_file('worlds/tabletop.yaml')), trajectory=ORBIT)
    view = SimulatedView(world, d435_camera(640, 480), noise=DepthCameraModel(), seed=1)
    frames = (view.render(index, index / rate).frame for index in range(count))
    with BagWriter(path) as writer:
        write_frames(writer, frames, CameraStream(rate, is_still=False))


def measure(
    report: Report, name: str, bag: Path, folder: Path, stamps: list[int], speed: float
) -> None:
    """Play the bag, replay it in lock step in both ways, and report how far they are apart.

    Args:
        report: gets the figures.
        name: of the instruction, before those of its figures.
        bag: its path.
        folder: of logs and runs.
        stamps: of the images of the bag, ns.
        speed: seconds of the bag that are played in a second.

    Raises:
        RealvlgError: the bag could not be played or replayed.
    """
    words = INSTRUCTIONS[name]
    logs = folder / f'{name}_logs'
    live = run_live(bag, logs, words, AT_S, stamps[-1], WORLD_FRAME, speed)
    grounded_s = max((live.grounded_ns - stamps[0]) / NS_PER_S, 0.0)
    latency_s = max((live.answered_ns - live.grounded_ns) / NS_PER_S, 0.0)
    report.add(f'{name}_images_received', live.played)
    report.add(f'{name}_images_tracked', live.tracked)
    report.add(f'{name}_answered', live.status == 0)
    report.add(f'{name}_grounded_at_s', grounded_s)
    report.add(f'{name}_grounding_latency_s', latency_s)
    ways = {'default': (AT_S, LATENCY_S), 'matched': (grounded_s, latency_s)}
    for way, (at_s, delay_s) in ways.items():
        run = folder / f'{name}_{way}'
        replay_in_lock_step(bag, run, words, at_s, delay_s)
        found = Difference.of(stamps, live.offers, poses_of_run(run))
        add_difference(report, f'{name}_{way}', found)
    again = run_live(bag, logs, words, AT_S, stamps[-1], WORLD_FRAME, speed)
    best = {stamp: offered[0] for stamp, offered in again.offers.items()}
    add_difference(report, f'{name}_again', Difference.of(stamps, live.offers, best))


def replay_in_lock_step(bag: Path, run: Path, words: str, at_s: float, latency_s: float) -> None:
    """Make a run folder.

    Args:
        bag: its path.
        run: folder.
        words: what is asked.
        at_s: when, s since the first image.
        latency_s: of its grounding, s.

    Raises:
        RealvlgError: the replay failed.
    """
    command = ['replay', str(bag), '--out', str(run), '--instruction', words, '--force']
    # A goal is asked at the first image that is not before it.
    command += ['--at', f'{max(at_s - 1e-6, 0.0):.6f}', '--fixed-frame', WORLD_FRAME]
    command += ['--grounding-latency', f'fixed:{latency_s:.6f}', '--no-mcap', '--no-report']
    with contextlib.redirect_stdout(io.StringIO()) as said:
        status = realvlg(command)
    if status not in (0, 3):
        raise RealvlgError(f'realvlg replay ended with {status}: {said.getvalue()}')


def add_difference(report: Report, name: str, found: Difference) -> None:
    """Record how far two runs are apart."""
    images = max(found.images, 1)
    report.add(f'{name}_images_compared', len(found.best.position_mm))
    report.add(f'{name}_live_followed', found.live / images, FOLLOWED)
    report.add(f'{name}_other_followed', found.other / images, FOLLOWED)
    report.add(f'{name}_both_followed', len(found.best.position_mm) / images)
    add_apart(report, f'{name}_best', found.best)
    add_apart(report, f'{name}_nearest', found.nearest)


def add_apart(report: Report, name: str, found: Apart) -> None:
    """Record distances and angles."""
    report.add(f'{name}_same_grasp', found.same)
    for what, values in (
        ('position_mm', found.position_mm), ('rotation_deg', found.rotation_deg),
    ):  # fmt: skip
        if not len(values):
            values = np.array([np.nan])
        median, p95 = np.percentile(values, (50, 95))
        report.add(f'{name}_{what}_median', float(median))
        report.add(f'{name}_{what}_p95', float(p95))
        report.add(f'{name}_{what}_worst', float(values.max()))


if __name__ == '__main__':
    sys.exit(main())

"""The whole graph over DDS at camera rate: `python -m benchmarks.graph_rate`.

A camera of 1280x720 at 30 Hz (frame_player with rendered frames of fresh noise), grounding_node,
grasp_node and grasp_server run as processes on two cores, beside a null subscriber that only
receives the same images. After one question tracking becomes steady; then each image is followed
by its stamp, from the camera to the target in this benchmark's subscriber. The same is run with
the shared-memory profile of config/ and with what Fast DDS does by default (default_).

Latencies count from the image's stamp, on the system's clock. The null subscriber's arrival is
that of the last of color, depth and camera_info. Asking again while tracking is reported apart
(reground_). `--memory-minutes N` also follows the memory of the nodes for N minutes, with a
simulated camera of 640x480 at 30 Hz and the checks for drift of the default.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.graph.score import Score, longest_gap_ms, score, slope_per_minute
from benchmarks.report import Goal, Report, argument_parser
from realvlg_ros.frame_folder import write_frame
from realvlg_ros.resources import config_file
from realvlg_ros.ros.node.processes import isolated_environment
from realvlg_ros.simulation.depth_camera_model import DepthCameraModel
from realvlg_ros.simulation.renderer import Renderer
from realvlg_ros.simulation.trajectory import d435_camera
from realvlg_ros.simulation.world_file import read_world

CORES = 2
RATE_HZ = 30.0
FRAMES = 12
MEMORY_NODES = ('grasp_node', 'grounding_node', 'grasp_server')
# At startup models, caches and buffers grow.
WARM_UP_S = 60.0
PROFILE_VARIABLES = ('FASTRTPS_DEFAULT_PROFILES_FILE', 'FASTDDS_DEFAULT_PROFILES_FILE')


def main() -> int:
    parser = argument_parser('graph_rate', 'rate, losses and latency of the whole graph')
    parser.add_argument('--seconds', type=float, default=20.0, help='length of a steady part')
    parser.add_argument(
        '--memory-minutes', type=float, default=0.0, help='also follow the memory for so long'
    )
    parser.add_argument('--keep', type=Path, metavar='FOLDER', help='keep logs and series here')
    arguments = parser.parse_args()
    seconds = 5.0 if arguments.quick else arguments.seconds
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    report = Report('graph_rate')
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.keep or Path(scratch)
        frames = folder / 'frames'
        render_frames(frames)
        options = ['--frames', str(frames), '--steady-s', str(seconds)]
        add_run(report, '', run_graph(folder / 'shared_memory', options, profile=True))
        add_run(report, 'default_', run_graph(folder / 'default', options, profile=False))
        if arguments.memory_minutes:
            options = ['--memory-minutes', str(arguments.memory_minutes)]
            add_memory(report, run_graph(folder / 'memory', options, profile=True))
    report.add('load_average', os.getloadavg()[0])
    report.finish(arguments.json)
    return 0


def render_frames(folder: Path) -> None:
    """Write frames of a still world, each with noise of its own."""
    world = read_world(config_file('worlds/tabletop.yaml'))
    renderer = Renderer(world)
    camera = d435_camera(1280, 720)
    camera2world = world.trajectory.camera2world(0.0)
    for index in range(FRAMES):
        rendered = renderer.render(camera, camera2world, DepthCameraModel(), index)
        write_frame(folder / f'{index:02}', rendered.frame)


def run_graph(folder: Path, options: list[str], profile: bool) -> dict[str, Any]:
    """Run the graph in a process with its own DDS environment; returns what it measured."""
    environment = isolated_environment()
    if not profile:
        environment = {k: v for k, v in environment.items() if k not in PROFILE_VARIABLES}
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / 'run.json'
    command = [sys.executable, '-m', 'benchmarks.graph.run', str(file), *options]
    subprocess.run(command, env=environment, check=True)
    result: dict[str, Any] = json.loads(file.read_text())
    return result


def add_run(report: Report, prefix: str, result: dict[str, Any]) -> None:
    """Record one run; goals are for the shared-memory profile."""
    window = result['window_ns']
    tracked = score(result['published'], result['targets'], *window)
    received = score(result['published'], result['null'], *window)
    ours = not prefix
    report.add(f'{prefix}steady', result['steady'])
    report.add(f'{prefix}published', tracked.published)
    add_received(report, prefix, result)
    report.add(f'{prefix}tracked', tracked.arrived)
    report.add(f'{prefix}lost', tracked.lost, Goal('<=', 0) if ours else None)
    report.add(f'{prefix}null_lost', received.lost)
    report.add(f'{prefix}rate_hz', tracked.rate_hz, Goal('>=', 0.995 * RATE_HZ) if ours else None)
    add_latencies(report, prefix, tracked, received)
    for node, seconds in result['cpu_s'].items():
        report.add(f'{prefix}{node}_cpu_ms_per_frame', seconds * 1e3 / tracked.published)
    again = score(result['published'], result['targets'], *result['reground_ns'])
    report.add(f'{prefix}first_answer_s', result['first_answer_s'])
    report.add(f'{prefix}reground_answer_s', result['reground_answer_s'])
    report.add(f'{prefix}reground_lost', again.lost)
    report.add(f'{prefix}reground_latency_p99_ms', again.latency_ms(99))
    gap = longest_gap_ms(result['targets'], *result['reground_ns'])
    report.add(f'{prefix}reground_longest_gap_ms', gap)
    report.add(f'{prefix}clock_slip_ms', result['clock_slip_ms'])


def add_received(report: Report, prefix: str, result: dict[str, Any]) -> None:
    """Record the counts of grasp_node between two of its diagnostics, as shares of the images.

    Diagnostics fall between two images, so that a share may be off by one image.
    """
    start, end = result['counted_ns']
    published = sum(start <= stamp < end for stamp in result['published'])
    for name, count in result['counts'].items():
        if name != 'time_ns':
            report.add(f'{prefix}{name}_share', count / published)


def add_latencies(report: Report, prefix: str, tracked: Score, received: Score) -> None:
    """Record the latencies of target and null subscriber, their ratio and their difference."""
    for name, percentile, bound in (('median', 50, 1.75), ('p99', 99, 2.0)):
        ours, null = tracked.latency_ms(percentile), received.latency_ms(percentile)
        report.add(f'{prefix}latency_{name}_ms', ours)
        report.add(f'{prefix}null_latency_{name}_ms', null)
        report.add(f'{prefix}latency_{name}_beyond_null_ms', ours - null)
        goal = None if prefix else Goal('<=', bound)
        report.add(f'{prefix}latency_{name}_over_null', ours / null, goal)


def add_memory(report: Report, result: dict[str, Any]) -> None:
    """Record how the memory of the nodes grew; the goal is for grasp_node."""
    series = result['memory']
    times = np.array([entry['time_s'] for entry in series])
    minutes = (times[-1] - times[0]) / 60
    report.add('memory_minutes', minutes)
    report.add('memory_questions', result['questions'])
    report.add('memory_targets_per_s', len(result['targets']) / minutes / 60)
    warm_up = min(WARM_UP_S, minutes * 20)
    for node in MEMORY_NODES:
        megabytes = np.array([entry[node] for entry in series])
        slope = slope_per_minute(times, megabytes, warm_up)
        late = slope_per_minute(times, megabytes, minutes * 30)
        goal = Goal('<=', 1.0) if node == 'grasp_node' else None
        report.add(f'{node}_memory_mb', megabytes[-1])
        report.add(f'{node}_memory_mb_per_minute', slope, goal)
        # Of the second half alone: a heap that settles has come to rest, a leak goes on.
        report.add(f'{node}_memory_late_mb_per_minute', late)


if __name__ == '__main__':
    sys.exit(main())

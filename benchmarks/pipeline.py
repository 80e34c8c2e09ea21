"""How long the stages of the pipeline take on one core: `python -m benchmarks.pipeline`.

Frames are rendered from worlds of several seeds at 640x480 with depth noise. Each is asked for one
of its objects after another, on a fresh frame each time; the stage times are those of the answers
that came to a grasp.
"""

from __future__ import annotations

import os
from collections import defaultdict

import numpy as np

from benchmarks.report import Goal, Report, argument_parser
from realvlg_ros.answer import AnswerStatus
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grasping.planner import GraspPlanner
from realvlg_ros.grounding.registry import make_grounder
from realvlg_ros.pipeline import Pipeline
from realvlg_ros.resources import gripper_file
from realvlg_ros.simulation.depth_camera_model import DepthCameraModel
from realvlg_ros.simulation.renderer import Renderer
from realvlg_ros.simulation.trajectory import d435_camera
from realvlg_ros.simulation.world import World

PERIOD_NS = 33_333_333
GOAL_MS = 150.0


def main() -> None:
    parser = argument_parser('pipeline', 'times of the stages at 640x480 on one core')
    parser.add_argument('--repeats', type=int, default=12, help='questions for each scene')
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    scenes, repeats = (3, 6) if arguments.quick else (12, arguments.repeats)
    times: dict[str, list[float]] = defaultdict(list)
    endings: dict[str, int] = defaultdict(int)
    for seed in range(scenes):
        measure(seed, repeats, times, endings)
    report = Report('pipeline')
    for status in AnswerStatus:
        report.add(f'answers_{status.value.lower()}', endings[status.value])
    for stage in sorted(times, key=lambda name: -float(np.median(times[name]))):
        goal = Goal('<=', GOAL_MS) if stage == 'total' else None
        report.add_timing(stage, times[stage])
        if goal is not None:
            report.goals[f'{stage}_median_ms'] = goal
            report.goals[f'{stage}_p95_ms'] = goal
    report.finish(arguments.json)


def measure(
    seed: int, repeats: int, times: dict[str, list[float]], endings: dict[str, int]
) -> None:
    """Add the times of one scene to `times` and how its questions ended to `endings`."""
    world = World.random(seed, count=6)
    renderer = Renderer(world)
    grounder = make_grounder('tabletop')
    grounder.load()
    gripper = Gripper.from_yaml(gripper_file('franka_hand'))
    pipeline = Pipeline(grounder, GraspPlanner(gripper))
    # The first question warms caches up.
    pipeline.ask(render(renderer, world, seed, 0), 'pick up the object')
    for repeat in range(repeats):
        frame = render(renderer, world, seed * 1000 + repeat, repeat * PERIOD_NS)
        target = world.objects[repeat % len(world.objects)]
        answer = pipeline.ask(frame, f'pick up the {target.label}')
        endings[answer.status.value] += 1
        if answer.status is AnswerStatus.OK:
            for stage, milliseconds in answer.timings_ms.items():
                times[stage].append(milliseconds)


def render(renderer: Renderer, world: World, seed: int, stamp_ns: int) -> RgbdFrame:
    """One noisy frame of the world's default view."""
    camera2world = world.trajectory.camera2world(0.0)
    noise = DepthCameraModel()
    rendered = renderer.render(d435_camera(), camera2world, noise, seed, stamp_ns=stamp_ns)
    return rendered.frame


if __name__ == '__main__':
    main()

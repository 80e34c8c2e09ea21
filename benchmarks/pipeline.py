"""How long a question takes on one core: `python -m benchmarks.pipeline`.

Frames are rendered from worlds of several seeds at 640x480 with depth noise. Each is asked for one
of its objects after another, on a fresh frame each time; the stage times are those of the answers
that came to a grasp. In turns with each question, on the same frame and by processor time, run
OpenCV's bilateral filter of the depth and, where it is installed, what a user would assemble from
Open3D to find the objects: voxels, the plane of the table, clusters and their boxes (which answers
no question and plans no grasp). With real frames (REALVLG_FRAMES) the same is done on them: one
question a frame, whatever its answer is, and the sums over all frames are compared.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.grounding.frames import FRAMES, read_questions
from benchmarks.open3d_scene import find_boxes, import_open3d
from benchmarks.references import Turns, cpu_ms, smooth_depth
from benchmarks.report import Goal, Report, argument_parser
from realvlg_ros.answer import AnswerStatus
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.frame_folder import read_frame
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
OPEN3D_GOAL = Goal('<=', 0.25)
FILTER_GOAL = Goal('<=', 14.0)


@dataclass
class Side:
    """Questions about one kind of frames, ours and the references on each of them.

    Attributes:
        pipeline: that is asked.
        open3d: the module, or None.
        counted: the endings of questions whose times count.
        times: of the stages, ms, by name.
        endings: how many questions ended so, by status.
        filter, boxes: ours against either reference.
    """

    pipeline: Pipeline
    open3d: Any
    counted: frozenset[AnswerStatus]
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    endings: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    filter: Turns = field(default_factory=Turns)
    boxes: Turns = field(default_factory=Turns)

    def ask(self, frame: RgbdFrame, words: str) -> None:
        """Ask once; only an answer with a grasp took every stage and counts in their times."""
        answer, spent = cpu_ms(lambda: self.pipeline.ask(frame, words))
        self.endings[answer.status.value] += 1
        if answer.status is AnswerStatus.OK:
            for stage, milliseconds in answer.timings_ms.items():
                self.times[stage].append(milliseconds)
        if answer.status not in self.counted:
            return
        self.filter.add(spent, lambda: smooth_depth(frame.depth))
        if self.open3d is not None:
            self.boxes.add(spent, lambda: find_boxes(self.open3d, frame))

    def report(self, report: Report, prefix: str) -> None:
        """Record endings, ratios with their goals, and the times of the stages."""
        for status in AnswerStatus:
            report.add(f'{prefix}answers_{status.value.lower()}', self.endings[status.value])
        self.filter.report(report, f'{prefix}question', 'bilateral_filter', FILTER_GOAL, np.sum)
        if self.open3d is not None:
            self.boxes.report(report, f'{prefix}question', 'open3d', OPEN3D_GOAL, np.sum)
        for stage in sorted(self.times, key=lambda name: -float(np.median(self.times[name]))):
            report.add_timing(prefix + stage, self.times[stage])


def main() -> None:
    parser = argument_parser('pipeline', 'a question at 640x480 on one core, against references')
    parser.add_argument('--repeats', type=int, default=12, help='questions for each scene')
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    open3d = import_open3d()
    report = Report('pipeline')
    scenes, repeats = (3, 6) if arguments.quick else (12, arguments.repeats)
    simulated = Side(make_pipeline(), open3d, frozenset({AnswerStatus.OK}))
    real = Side(make_pipeline(), open3d, frozenset(AnswerStatus))
    for seed in range(scenes):
        for frame, words in simulated_questions(seed, repeats):
            simulated.ask(frame, words)
    simulated.report(report, '')
    for frame, words in real_questions(3 if arguments.quick else 1):
        real.ask(frame, words)
    if real.endings:
        real.report(report, 'real_')
    report.finish(arguments.json)


def make_pipeline() -> Pipeline:
    """The embedded grounder and a planner for the Franka hand."""
    grounder = make_grounder('tabletop')
    grounder.load()
    return Pipeline(grounder, GraspPlanner(Gripper.from_yaml(gripper_file('franka_hand'))))


def simulated_questions(seed: int, repeats: int) -> Iterator[tuple[RgbdFrame, str]]:
    """The objects of one scene in turn, each on a frame of its own."""
    world = World.random(seed, count=6)
    renderer = Renderer(world)
    for repeat in range(repeats):
        frame = render(renderer, world, seed * 1000 + repeat, repeat * PERIOD_NS)
        yield frame, f'pick up the {world.objects[repeat % len(world.objects)].label}'


def real_questions(every: int) -> Iterator[tuple[RgbdFrame, str]]:
    """The first phrase about each real frame, if there are any."""
    folder = Path(os.environ.get('REALVLG_FRAMES', FRAMES))
    questions = read_questions(folder)
    if not questions:
        print(f'no frames in {folder}: real frames are left out (set REALVLG_FRAMES)')
    firsts = {question.frame: question for question in reversed(questions)}
    for question in list(firsts.values())[::every]:
        yield read_frame(question.frame), question.phrase


def render(renderer: Renderer, world: World, seed: int, stamp_ns: int) -> RgbdFrame:
    """One noisy frame of the world's default view."""
    camera2world = world.trajectory.camera2world(0.0)
    noise = DepthCameraModel()
    rendered = renderer.render(d435_camera(), camera2world, noise, seed, stamp_ns=stamp_ns)
    return rendered.frame


if __name__ == '__main__':
    main()

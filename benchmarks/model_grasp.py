"""From the rectangle of a model to a grasp of a drawn bar, in this process and over topics.

`python -m benchmarks.model_grasp` asks the toy model (benchmarks/toy) for bars on a table seen
from straight above, plans with `grasp_source: model`, and compares with the bars' true poses; the
same with the true rectangles tells the model's errors from the planner's. Then real nodes do it
over topics, and the longest gap in the 30 Hz of targets is measured while the model is kept busy.
"""

from __future__ import annotations

import math
import os
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import rclpy

from benchmarks.report import Goal, Report, argument_parser
from benchmarks.toy.bars import BarOnTable, bars_on_tables
from benchmarks.toy.graph import TopicClient, keep_busy, start_nodes
from benchmarks.toy_grounding import angle_between, toy_grounder
from realvlg_ros.arrays import FloatArray
from realvlg_ros.errors import RealvlgError
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grasping.planner import GraspPlanner
from realvlg_ros.grasping.settings import PlannerSettings
from realvlg_ros.grounding.grounding import never_aborted
from realvlg_ros.grounding.realvlg.coordinates import Convention
from realvlg_ros.resources import gripper_file
from realvlg_ros.ros.conversions.pose import pose_from_msg
from realvlg_ros.ros.node.processes import NodeProcesses, isolated_environment

_SEED = 30_000
_MS = 1e3


@dataclass(frozen=True)
class GraspError:
    """How far a grasp is from the bar's true one.

    Attributes:
        across, along: of the TCP from the middle of the bar, m.
        height: of the TCP above the bar's upper face, m; negative between its sides.
        angle: between the opening axes, rad.
        width: of the object, grasp minus truth, m.
    """

    across: float
    along: float
    height: float
    angle: float
    width: float

    @classmethod
    def of(cls, tcp2camera: FloatArray, object_width: float, truth: BarOnTable) -> GraspError:
        """Compare a grasp in the camera frame with the truth."""
        offset = tcp2camera[:3, 3] - truth.center
        axis = truth.opening_axis
        return cls(
            abs(float(offset @ axis)), abs(float(offset @ np.cross(axis, (0, 0, 1)))),
            -float(offset[2]), math.acos(min(1.0, abs(float(tcp2camera[:3, 1] @ axis)))),
            object_width - truth.width,
        )  # fmt: skip


def measure_scenes(report: Report, count: int) -> list[BarOnTable]:
    """Errors over many scenes, with the model's rectangles and the true ones.

    Returns:
        The scenes in which the model's rectangle led to a grasp of the right bar.
    """
    grounder = toy_grounder(Convention.ORIGINAL, threshold=0.0)
    planner = GraspPlanner(
        Gripper.from_yaml(gripper_file('franka_hand')), PlannerSettings(grasp_source='model')
    )
    errors: dict[str, list[GraspError]] = {'model': [], 'true_rectangle': []}
    angles: list[float] = []
    good: list[BarOnTable] = []
    for scene in bars_on_tables(_SEED, count):
        grounding = grounder.ground(scene.frame, scene.words, never_aborted)
        true = replace(scene.bar.rectangle, height=grounding.rectangles[0].height)
        angles.append(math.degrees(angle_between(grounding.rectangles[0], true)))
        for name, asked in (
            ('model', grounding),
            (
                'true_rectangle',
                replace(grounding, rectangles=(true,), box=scene.bar.box, mask=scene.mask),
            ),
        ):
            grasps = planner.plan(scene.frame, asked).grasps
            if not grasps:
                continue
            errors[name].append(GraspError.of(grasps[0].tcp2frame, grasps[0].object_width, scene))
            if name == 'model' and errors[name][-1].across < scene.width / 2:
                good.append(scene)
    report.add('scenes', count)
    report.add('model_rectangle_angle_median_deg', float(np.median(angles)))
    report.add('model_rectangle_angle_p90_deg', float(np.percentile(angles, 90)))
    for name, found in errors.items():
        report.add(f'{name}_planned', len(found) / count)
        if found:
            _add_errors(report, name, found)
    return good


def _add_errors(report: Report, name: str, errors: list[GraspError]) -> None:
    """Median and 90th percentile of each error."""
    for key, unit, values in (
        ('across', 'mm', [_MS * e.across for e in errors]),
        ('along', 'mm', [_MS * e.along for e in errors]),
        ('axis', 'deg', [math.degrees(e.angle) for e in errors]),
        ('width', 'mm', [_MS * abs(e.width) for e in errors]),
    ):
        report.add(f'{name}_{key}_median_{unit}', float(np.median(values)))
        report.add(f'{name}_{key}_p90_{unit}', float(np.percentile(values, 90)))


def measure_topics(report: Report, truth: BarOnTable, seconds: float) -> None:
    """The same over topics, and the gaps of the output while the model is idle and busy."""
    os.environ.update(isolated_environment())
    rclpy.init()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with NodeProcesses(folder / 'logs', os.environ) as processes:
            start_nodes(processes, folder, truth)
            client = TopicClient(processes)
            try:
                _measure_gaps(report, client, truth, seconds)
            finally:
                client.close()
                rclpy.try_shutdown()


def _measure_gaps(report: Report, client: TopicClient, truth: BarOnTable, seconds: float) -> None:
    start = time.monotonic()
    client.ask(truth.words)
    report.add('topics_answer_s', time.monotonic() - start)
    best = client.grasped().grasps[0]
    report.add('topics_axis_deg', math.degrees(error_of(best, truth).angle))
    report.add('topics_across_mm', _MS * error_of(best, truth).across)
    # The plans that refine a new target are over after this.
    time.sleep(seconds)
    start = time.monotonic()
    time.sleep(seconds)
    idle = client.longest_gap(start)
    report.add('gap_idle_ms', _MS * idle)
    start = time.monotonic()
    _, times = keep_busy(client, truth, seconds)
    report.add('questions_while_tracking', len(times))
    report.add('question_median_ms', _MS * float(np.median(times)))
    thinking = client.longest_gap(start)
    report.add('gap_while_thinking_ms', _MS * thinking)
    report.add('gap_thinking_over_idle', thinking / idle, Goal('<=', 2.0))


def error_of(candidate: Any, truth: BarOnTable) -> GraspError:
    """How far a GraspCandidate in the camera frame is from the truth."""
    return GraspError.of(pose_from_msg(candidate.pose.pose), candidate.object_width, truth)


def main() -> None:
    """Read the command line and measure."""
    arguments = argument_parser('model_grasp', __doc__ or '').parse_args()
    report = Report('model_grasp')
    good = measure_scenes(report, 24 if arguments.quick else 90)
    if not good:
        raise RealvlgError("no rectangle of the model led to a grasp; see 'model_planned'")
    measure_topics(report, good[0], 4.0 if arguments.quick else 10.0)
    report.finish(arguments.json)


if __name__ == '__main__':
    main()

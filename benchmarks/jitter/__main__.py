"""Jitter, tracking error and error after a slow answer, of the tracker and other methods.

Four methods ("sides") see the same simulated frames, with fresh noise in each and the truth known:
raw planning in every frame, the mean of the last ten plans with an outlier gate, a SORT box
filter, and the TargetTracker. The others are given a perfect mask in every frame; the tracker is
given one for a single frame. With 2 s of latency every plan of the others is 2 s old, and the
tracker's grounding arrives 2 s late. The error of a still target is measured by closing the
fingers from the published pose on the true mesh: the offset of the object from their middle, and
the angle between the opening axis and the direction in which its surfaces oppose each other
(truth.py gives the reasons); grasps planned on the true depth are measured beside it (`clean`).
While things move, errors are distances to the nearest of many grasps planned on the true depth.
`--plots DIR` draws these over time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.jitter.plots import line_plot
from benchmarks.jitter.real import add_real_sequence
from benchmarks.jitter.report import Run, report_clean, report_goals, report_runs
from benchmarks.jitter.scenes import (
    EVENT_S,
    RATE_HZ,
    Scenario,
    Shot,
    scenarios,
    shots,
    target_mesh,
)
from benchmarks.jitter.score import Trace
from benchmarks.jitter.sides import GROUNDED, BoxKalman, MeanOfTen, Ours, Raw, RawPlans, Side, late
from benchmarks.jitter.truth import TrueGrasps, true_grasps
from benchmarks.references import Turns, follow_corners
from benchmarks.report import Goal, Report, argument_parser
from realvlg_ros.arrays import FloatArray
from realvlg_ros.evaluation.mesh_judge import TriangleMesh
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grasping.planner import GraspPlanner
from realvlg_ros.simulation.trajectory import d435_camera
from realvlg_ros.tracking.settings import TrackerSettings

_GRIPPER = Path(__file__).parents[2] / 'config/grippers/franka_hand.yaml'
_TARGETS = ('red_mug', 'orange_box')
_PROMPT, _LATE = 3, 2 * RATE_HZ
_WARM_UP = RATE_HZ
_QUICK = ('still', 'step_3cm')
_STILL_DRAWS = 4
# From this frame on a still target is no longer refined by further plans.
_STEADY_FROM, _STEADY_FRAMES = 12, 60
# Ours over following 200 corners by OpenCV, by the width of the images.
STEADY_GOALS = {640: Goal('<=', 1.5), 1280: Goal('<=', 0.75)}


def run_sequence(
    name: str,
    scenario: Scenario,
    sequence: Sequence[Shot],
    plans: list[FloatArray | None],
    truth: TrueGrasps,
    delay: int,
) -> Run:
    """Run every side on a sequence; plans (one a shot) are those of raw planning."""
    twins = scenario.name == 'still' and delay == _PROMPT
    planner = GraspPlanner(Gripper.from_yaml(_GRIPPER))
    answer_at = GROUNDED + delay
    ours = Ours(planner, answer_at, TrackerSettings())
    sides: list[Side] = [Raw(), MeanOfTen(), BoxKalman(), ours]
    poses: dict[str, list[FloatArray | None]] = {side.name: [] for side in sides}
    age = 0 if delay <= _PROMPT else delay
    for index, shot in enumerate(sequence):
        plan = late(plans[: index + 1], age)
        for side in sides:
            poses[side.name].append(side.step(shot, plan))
    warm_from = answer_at + _WARM_UP
    traces = {
        side: Trace.of(published, sequence, scenario, truth, warm_from, twins)
        for side, published in poses.items()
    }
    return Run(name, traces, ours, answer_at)


def run_target(report: Report, target: str, names: Sequence[str], still_draws: range) -> list[Run]:
    """Scenarios of a target by name, with prompt and late answers, with and without tf."""
    gripper = Gripper.from_yaml(_GRIPPER)
    raw = RawPlans(GraspPlanner(gripper))
    runs = []
    truths: dict[tuple[bytes, bytes], TrueGrasps] = {}
    mesh = target_mesh(target)
    chosen = [scenario for scenario in scenarios() if scenario.name in names]
    for scenario, name, sequence in variants(chosen, target, still_draws):
        shot = sequence[GROUNDED]
        # Grasps planned on the view at the start are true, and those on the view at the end.
        truth = TrueGrasps.joined(
            _truth(shot, mesh, gripper, truths), _truth(sequence[-1], mesh, gripper, truths)
        )
        if not len(truth.poses):
            continue
        if name == 'still':
            report_clean(report, target, shot, gripper, truth)
        plans = [raw.plan(shot) for shot in sequence]
        for suffix, delay in (('', _PROMPT), ('_2s', _LATE)):
            label = f'{target}.{name}{suffix}'
            runs.append(run_sequence(label, scenario, sequence, plans, truth, delay))
            print(f'{label}: done', flush=True)
    return runs


def variants(
    chosen: Sequence[Scenario], target: str, still_draws: range
) -> Iterator[tuple[Scenario, str, list[Shot]]]:
    """Every scenario with the name and the shots of each of its variants."""
    for scenario in chosen:
        # A run of a still target samples its error once: several runs are needed.
        for index, seed in enumerate(still_draws if scenario.name == 'still' else (0,)):
            name = f'{scenario.name}_{index}' if index else scenario.name
            rendered = list(shots(scenario, target, d435_camera(), seed))
            if scenario.name.startswith('arm'):
                yield scenario, f'{name}_tf', rendered
                yield scenario, f'{name}_no_tf', [shot.without_tf() for shot in rendered]
            else:
                yield scenario, name, rendered


def _truth(
    shot: Shot,
    mesh: TriangleMesh,
    gripper: Gripper,
    known: dict[tuple[bytes, bytes], TrueGrasps],
) -> TrueGrasps:
    """The true grasps of a shot; equal shots have the same."""
    place = (shot.published2object.round(6).tobytes(), shot.camera2world.round(6).tobytes())
    if place not in known:
        known[place] = true_grasps(shot, mesh, gripper)
    return known[place]


def time_steady(report: Report, target: str) -> None:
    """Processor time of steady tracking in a still scene, at two sizes.

    In turns with following corners by OpenCV from the same image to the next.
    """
    planner = GraspPlanner(Gripper.from_yaml(_GRIPPER))
    for width, height in ((640, 480), (1280, 720)):
        ours = Ours(planner, GROUNDED + _PROMPT, TrackerSettings(fused_plans=1))
        turns = Turns()
        before = None
        for index, shot in enumerate(shots(scenarios()[0], target, d435_camera(width, height))):
            ours.step(shot, None)
            color = shot.frame.color
            if index >= _STEADY_FROM and before is not None:
                turns.add(ours.steady_ms[-1], partial(follow_corners, before, color))
            before = color
            if index >= _STEADY_FROM + _STEADY_FRAMES:
                break
        turns.report(report, f'steady_{width}x{height}', 'corners', STEADY_GOALS[width])


def draw(runs: Sequence[Run], folder: Path) -> None:
    """Error over time of all sides, one picture a run."""
    for run in runs:
        count = len(run.traces['ours'].position)
        line_plot(
            folder / f'{run.name}.png',
            f'{run.name}: position error against truth, mm',
            np.arange(count) / RATE_HZ,
            {side: trace.position * 1000 for side, trace in run.traces.items()},
            limit=30.0,
            marks=[(run.answer_at / RATE_HZ, 'answer'), (EVENT_S, 'event')],
        )


def main() -> None:
    """Run the benchmark."""
    parser = argument_parser('jitter', __doc__ or '')
    parser.add_argument('--plots', type=Path, metavar='DIR', help='draw errors over time here')
    parser.add_argument('--targets', nargs='+', default=None, help='objects of the world')
    everything = [scenario.name for scenario in scenarios()]
    parser.add_argument('--scenarios', nargs='+', default=None, choices=everything)
    parser.add_argument('--draws', type=int, default=_STILL_DRAWS, help='of a still target')
    parser.add_argument('--first-draw', type=int, default=0, help='seed of the first of them')
    arguments = parser.parse_args()
    targets = arguments.targets or (_TARGETS[1:] if arguments.quick else _TARGETS)
    report = Report('jitter')
    names = arguments.scenarios or (_QUICK if arguments.quick else everything)
    count = 1 if arguments.quick else arguments.draws
    draws = range(arguments.first_draw, arguments.first_draw + count)
    runs = [run for target in targets for run in run_target(report, target, names, draws)]
    report_runs(report, runs)
    add_real_sequence(report)
    report_goals(report, runs)
    time_steady(report, targets[-1])
    if arguments.plots is not None:
        draw(runs, arguments.plots)
    report.finish(arguments.json)


if __name__ == '__main__':
    main()

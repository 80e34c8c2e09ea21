"""The figures of `jitter`, and those that have goals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.jitter.scenes import EVENT_S, RATE_HZ, Shot
from benchmarks.jitter.score import Trace
from benchmarks.jitter.sides import Ours
from benchmarks.jitter.truth import TrueGrasps, clean_grasps, rms_pairs
from benchmarks.report import Goal, Report
from realvlg_ros.grasping.gripper import Gripper


@dataclass(frozen=True)
class Run:
    """All sides over one sequence."""

    name: str
    traces: dict[str, Trace]
    ours: Ours
    answer_at: int


def report_clean(
    report: Report, target: str, shot: Shot, gripper: Gripper, truth: TrueGrasps
) -> None:
    """Errors of grasps planned on the true depth: a tracker's lower bound."""
    errors = [truth.closing_error(pose) for pose in clean_grasps(shot, gripper)]
    distance, angle = rms_pairs(errors)
    report.add(f'{target}.still.clean.closing_mm', distance * 1000)
    report.add(f'{target}.still.clean.closing_deg', np.degrees(angle))


def report_runs(report: Report, runs: Sequence[Run]) -> None:
    """Figures of every run."""
    for run in runs:
        for side, trace in run.traces.items():
            jitter, error = trace.jitter(), trace.nearest_error()
            key = f'{run.name}.{side}'
            report.add(f'{key}.jitter_mm', jitter[0] * 1000)
            report.add(f'{key}.jitter_deg', np.degrees(jitter[1]))
            report.add(f'{key}.error_mm', error[0] * 1000)
            report.add(f'{key}.error_deg', np.degrees(error[1]))
            if '.still' in run.name:
                closing = trace.closing_error()
                report.add(f'{key}.closing_mm', closing[0] * 1000)
                report.add(f'{key}.closing_deg', np.degrees(closing[1]))
                report.add(f'{key}.held', trace.held())
                if not run.name.endswith('_2s'):
                    twin = trace.twin_error()
                    report.add(f'{key}.twin_mm', twin[0] * 1000)
                    report.add(f'{key}.twin_deg', np.degrees(twin[1]))
            if 'step' in run.name and not run.name.endswith('_2s'):
                event = int(np.ceil(EVENT_S * RATE_HZ)) + 1
                report.add(f'{key}.step_frames', trace.frames_to_follow(event))
        first = run.traces['ours'].position[run.answer_at]
        report.add(f'{run.name}.ours.first_error_mm', first * 1000)
        switches = int(np.count_nonzero(np.diff(run.ours.ids))) + run.ours.lost
        report.add(f'{run.name}.ours.id_switches', switches)
        if run.ours.first is not None:
            report.add(
                f'{run.name}.catch_up_ms', run.ours.first.timings_ms.get('catch_up', np.nan)
            )


def report_still(report: Report, still: Sequence[Run]) -> None:
    """Jitter and errors of still targets over those of raw planning.

    The errors that have goals are those of closing on the true mesh; the others, which see another
    share of the truth each, are printed beside them.
    """
    add_ratios(report, 'jitter', 'jitter', still, Goal('<=', 0.10))
    add_ratios(report, 'error', 'closing_error', still, Goal('<=', 0.50))
    for target in sorted({run.name.split('.')[0] for run in still}):
        own = [run for run in still if run.name.startswith(f'{target}.')]
        add_ratios(report, f'error_{target}', 'closing_error', own)
    add_ratios(report, 'nearest', 'nearest_error', still)
    # A grasp that the planner refuses on the true depth has no twin.
    pairs = [
        run for run in still
        if all(np.isfinite(run.traces[side].twin_error()).all() for side in ('raw', 'ours'))
    ]  # fmt: skip
    add_ratios(report, 'twin', 'twin_error', pairs)


def add_ratios(
    report: Report, word: str, figure: str, runs: Sequence[Run], goal: Goal | None = None
) -> None:
    """A figure of traces, position and angle, summed over runs: ours over raw's."""
    for index, unit in enumerate(('position', 'angle')):
        sums = {
            side: sum(getattr(run.traces[side], figure)()[index] for run in runs)
            for side in ('raw', 'ours')
        }
        ratio = sums['ours'] / sums['raw'] if sums['raw'] else float('nan')
        report.add(f'still_{word}_{unit}_ratio', ratio, goal)


def report_goals(report: Report, runs: Sequence[Run]) -> None:
    """The figures that have goals: the worst or the mean over targets and scenarios."""
    still = [run for run in runs if '.still' in run.name and not run.name.endswith('_2s')]
    report_still(report, still)
    held = min((run.traces['ours'].held() for run in still), default=float('nan'))
    report.add('still_held', held, Goal('==', 1))
    steps = [v for k, v in report.figures.items() if k.endswith('ours.step_frames')]
    report.add('step_frames', max(steps, default=float('nan')), Goal('<=', 3))
    late_errors = [
        report.figures[f'{run.name}.ours.first_error_mm']
        for run in runs
        if run.name.endswith('_2s')
    ]
    # A first error that is not finite means that nothing was published: it must not be skipped.
    report.add('first_error_after_2s_worst_mm', float(np.max(late_errors)), Goal('<=', 5.0))
    switches = sum(v for k, v in report.figures.items() if k.endswith('id_switches'))
    report.add('id_switches', switches, Goal('==', 0))
    answers = [
        run.ours.first.timings_ms['set_grounding']
        for run in runs
        if run.ours.first is not None and 'set_grounding' in run.ours.first.timings_ms
    ]
    report.add_timing('first_target', answers)
    report.add('memory_mb', max(run.ours.memory_mb for run in runs), Goal('<=', 64.0))

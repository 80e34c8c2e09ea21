"""Rectangles lifted to 3-D, against the truth of analytic scenes and two published ways."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from benchmarks.lift.analytic_scenes import LiftCase, lift_cases
from benchmarks.lift.calibration import add_calibration, scene_of
from benchmarks.lift.published_lifts import SimpleGrasp, one_pixel_lift, top_down_lift
from benchmarks.references import Turns, cpu_ms, fit_plane
from benchmarks.report import Goal, Report, argument_parser, format_table
from realvlg_ros.errors import LiftError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grasping.lift.lift import lift_rectangle
from realvlg_ros.grasping.settings import PlannerSettings

_REPEATS = 5
# Ours over ten rounds of a reweighted plane fit on the masked points.
LIFT_GOAL = Goal('<=', 0.9)
_METHODS = ('ours', 'one_pixel', 'top_down')
# Openings from and up to, m, and the median error of the axis that they should keep, degrees.
_AXIS_GOALS = (('40mm_up', 0.04, 1.0, 1.0), ('10_to_40mm', 0.01, 0.04, 3.0))


@dataclass(frozen=True)
class Result:
    """What one method made of one rectangle; errors are NaN where it refused.

    Attributes:
        case: the rectangle.
        noisy: whether the depth had noise.
        method: one of the methods.
        center: error, m.
        width: error, m.
        axis: angle to the axis that the drawn direction implies on the true surface, rad.
        grasp_axis: angle to the object's own axis, the error of the drawing included, rad.
        milliseconds: processor time of the lift, the median of a few.
        reference_ms: that of fitting a plane to the same surface, in turns with the lift.
        first_milliseconds: of the first one, right after everything else that a frame needs.
        reason: of a refusal.
    """

    case: LiftCase
    noisy: bool
    method: str
    center: float = math.nan
    width: float = math.nan
    axis: float = math.nan
    grasp_axis: float = math.nan
    milliseconds: float = math.nan
    reference_ms: float = math.nan
    first_milliseconds: float = math.nan
    reason: str = ''

    @property
    def refused(self) -> bool:
        """Whether there was no answer."""
        return math.isnan(self.center)


def run_case(case: LiftCase, frame: RgbdFrame, noisy: bool) -> list[Result]:
    """All methods on one rectangle in one frame.

    The published ways take the label's centre and width as they are: they get the rectangle drawn
    tight to the contacts, ours the wider one, off the middle, that a gripper opens to.
    """
    scene, settings = scene_of(case, frame), PlannerSettings()
    surface = frame.points[case.mask & frame.valid].astype(np.float64)

    def ours() -> SimpleGrasp:
        lifted = lift_rectangle(case.rectangle, scene, settings)
        return SimpleGrasp(lifted.center, lifted.axis, lifted.width)

    methods: dict[str, Callable[[], SimpleGrasp | None]] = {
        'ours': ours,
        'one_pixel': lambda: one_pixel_lift(case.tight, frame),
        'top_down': lambda: top_down_lift(case.tight, frame, case.camera2world),
    }
    results = []
    for name, method in methods.items():
        times, references = [], []
        found, reason = None, 'no depth at the centre'
        for _ in range(_REPEATS):
            start = time.process_time()
            try:
                found = method()
            except LiftError as error:
                reason = str(error)
            times.append((time.process_time() - start) * 1e3)
            if name == 'ours':
                references.append(cpu_ms(lambda: fit_plane(surface))[1])
        result = _compare(case, noisy, name, found, reason)
        results.append(
            replace(
                result,
                milliseconds=float(np.median(times)),
                reference_ms=_median(references),
                first_milliseconds=times[0],
            )
        )
    return results


def _compare(
    case: LiftCase,
    noisy: bool,
    name: str,
    found: SimpleGrasp | None,
    reason: str,
) -> Result:
    if found is None:
        return Result(case, noisy, name, reason=reason)
    truth = case.drawn
    return Result(
        case,
        noisy,
        name,
        truth.center_error(found.center),
        abs(found.width - truth.width),
        truth.axis_error(found.axis),
        case.truth.axis_error(found.axis),
    )


def add_errors(report: Report, results: Sequence[Result], noisy: bool) -> None:
    """Figures and goals of one kind of depth."""
    key = 'noisy' if noisy else 'clean'
    for method in _METHODS:
        here = [r for r in results if r.method == method and r.noisy is noisy]
        fine = [r for r in here if not r.refused]
        ours = method == 'ours'
        name = f'{key}_{method}'
        center = np.array([r.center for r in fine]) * 1e3
        width = np.array([r.width for r in fine]) * 1e3
        center_goal, tail_goal = (2.0, Goal('<=', 5.0)) if noisy else (0.5, None)
        report.add(
            f'{name}_center_median_mm', _median(center), Goal('<=', center_goal) if ours else None
        )
        report.add(f'{name}_center_p95_mm', _p95(center), tail_goal if ours else None)
        report.add(f'{name}_width_median_mm', _median(width), Goal('<=', 2.0) if ours else None)
        for label, low, high, bound in _AXIS_GOALS:
            here_too = [r for r in fine if low <= r.case.truth.width < high]
            report.add(
                f'{name}_axis_{label}_median_deg',
                _median([math.degrees(r.axis) for r in here_too]),
                Goal('<=', bound) if ours else None,
            )
            report.add(
                f'{name}_grasp_axis_{label}_median_deg',
                _median([math.degrees(r.grasp_axis) for r in here_too]),
            )
        refused = sum(r.refused for r in here) / len(here)
        report.add(f'{name}_refused', refused, Goal('<=', 0.05) if ours else None)
    for quantity in ('center', 'width', 'axis', 'grasp_axis'):
        for method in _METHODS[1:]:
            report.add(
                f'{key}_{quantity}_{method}_over_ours',
                _ratio(results, noisy, method, quantity),
            )


def _ratio(results: Sequence[Result], noisy: bool, method: str, quantity: str) -> float:
    """Median error of a method over ours, where both answered."""
    pairs: dict[int, dict[str, Result]] = {}
    for r in results:
        if r.noisy is noisy and not r.refused:
            pairs.setdefault(id(r.case), {})[r.method] = r
    both = [p for p in pairs.values() if 'ours' in p and method in p]
    theirs = _median([getattr(p[method], quantity) for p in both])
    return theirs / max(_median([getattr(p['ours'], quantity) for p in both]), 1e-9)


def _median(values: npt.ArrayLike) -> float:
    values = np.asarray(values, np.float64)
    return float(np.median(values)) if values.size else math.nan


def _p95(values: npt.ArrayLike) -> float:
    values = np.asarray(values, np.float64)
    return float(np.percentile(values, 95)) if values.size else math.nan


def shape_table(results: Sequence[Result]) -> str:
    """Median errors and refusals of ours by shape."""
    rows = []
    for shape in dict.fromkeys(r.case.shape for r in results):
        for noisy in (False, True):
            here = [
                r
                for r in results
                if r.case.shape == shape and r.noisy is noisy and r.method == 'ours'
            ]
            fine = [r for r in here if not r.refused]
            rows.append(
                (
                    f'{shape}, {"noisy" if noisy else "clean"}',
                    f'{_median([r.center * 1e3 for r in fine]):.2f}',
                    f'{_p95([r.center * 1e3 for r in fine]):.2f}',
                    f'{_median([r.width * 1e3 for r in fine]):.2f}',
                    f'{_median([math.degrees(r.axis) for r in fine]):.2f}',
                    f'{len(here) - len(fine)}/{len(here)}',
                )
            )
    header = ('ours', 'centre mm', 'p95', 'width mm', 'axis deg', 'refused')
    return format_table(header, rows)


def worst_table(results: Sequence[Result], count: int) -> str:
    """The cases of ours with the largest errors of the centre, and the refusals."""
    ours = [r for r in results if r.method == 'ours']
    worst = sorted(ours, key=lambda r: -math.inf if r.refused else -r.center)[:count]
    rows = [
        (
            f'{r.case.shape} {r.case.truth.width * 1e3:.0f} mm',
            'noisy' if r.noisy else 'clean',
            f'{math.degrees(r.case.tilt):.0f}',
            f'{r.case.distance:.2f}',
            'refused' if r.refused else f'{r.center * 1e3:.1f}',
            '' if r.refused else f'{r.width * 1e3:.1f}',
            '' if r.refused else f'{math.degrees(r.axis):.1f}',
        )
        for r in worst
    ]
    header = ('worst of ours', 'depth', 'tilt', 'm', 'centre mm', 'width mm', 'axis deg')
    return format_table(header, rows)


def main() -> None:
    """Run the benchmark."""
    parser = argument_parser('lift', 'Lift rectangles of analytic scenes.')
    parser.add_argument('--views', type=int, default=6, help='of each solid')
    parser.add_argument('--worst', type=int, default=0, help='print this many of the worst cases')
    parser.add_argument('--seed', type=int, default=0, help='of the views')
    arguments = parser.parse_args()
    cases = list(lift_cases(1 if arguments.quick else arguments.views, arguments.seed))
    results = []
    for index, case in enumerate(cases):
        results += run_case(case, case.clean_frame(), False)
        results += run_case(case, case.noisy_frame(index), True)
    report = Report('lift')
    report.add('rectangles', len(cases))
    add_errors(report, results, False)
    add_errors(report, results, True)
    every = 2 if arguments.quick else arguments.views
    # Each solid once, in views that take turns.
    chosen = [cases[i] for i in range(len(cases)) if i % every == (i // every) % every]
    calibration = add_calibration(report, chosen, 6 if arguments.quick else 30)
    ours = [r for r in results if r.method == 'ours' and not r.refused]
    turns = Turns([r.milliseconds for r in ours], [r.reference_ms for r in ours])
    turns.report(report, 'lift', 'plane_fit', LIFT_GOAL)
    report.add_timing('lift_first_cpu', [r.first_milliseconds for r in ours])
    print(f'{shape_table(results)}\n\n{calibration}')
    if arguments.worst:
        print(f'\n{worst_table(results, arguments.worst)}')
    report.finish(arguments.json)


if __name__ == '__main__':
    main()

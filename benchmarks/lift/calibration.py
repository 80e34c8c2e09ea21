"""Whether the covariance of lifted rectangles says how far noise moves them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.lift.analytic_scenes import LiftCase
from benchmarks.report import Goal, Report, format_table
from realvlg_ros.arrays import FloatArray
from realvlg_ros.errors import LiftError, SupportPlaneError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grasping.lift.lift import LiftedContacts, lift_rectangle
from realvlg_ros.grasping.observation.scene import Scene
from realvlg_ros.grasping.settings import PlannerSettings
from realvlg_ros.support_plane import find_support_plane


@dataclass(frozen=True)
class Calibration:
    """What repeated draws of noise did to the lift of one rectangle.

    Attributes:
        case: the rectangle.
        errors: (n, 6) noisy less noise-free, m and rad, in the optical frame's axes.
        covariances: (n, 6, 6) that the lifts said.
        nees: (n,) normalised error squared in the measured directions.
        measured: (k, 6) the pose's directions in which the object does not look the same.
        clean: the noise-free lift.
    """

    case: LiftCase
    errors: FloatArray
    covariances: FloatArray
    nees: FloatArray
    measured: FloatArray
    clean: LiftedContacts

    @property
    def nees_over_dof(self) -> float:
        """Mean normalised error squared over its degrees of freedom."""
        return float(self.nees.mean()) / len(self.measured)

    def deviations(self, direction: FloatArray, turn: bool) -> tuple[float, float]:
        """Root mean square error along a direction (3,) and the predicted one, m or rad."""
        part = slice(3, 6) if turn else slice(0, 3)
        found = self.errors[:, part] @ direction
        said = np.einsum('i,nij,j->n', direction, self.covariances[:, part, part], direction)
        return float(np.sqrt(np.mean(found**2))), float(np.sqrt(said.mean()))


def scene_of(case: LiftCase, frame: RgbdFrame) -> Scene:
    """The scene as the planner would set it up."""
    try:
        plane = find_support_plane(frame)
    except SupportPlaneError:
        plane = None
    return Scene.around(frame, case.mask, plane, None)


def measured_directions(case: LiftCase, lifted: LiftedContacts) -> FloatArray:
    """Rows (k, 6) of the pose's directions that the depth decides."""
    kept = _orthogonal(case.sliding)
    turns = _orthogonal(np.concatenate([lifted.axis[None], case.turning]))
    return np.concatenate(
        [np.hstack([kept, np.zeros_like(kept)]), np.hstack([np.zeros_like(turns), turns])]
    )


def _orthogonal(directions: FloatArray) -> FloatArray:
    """Unit vectors (k, 3) that span what is square to directions (n, 3)."""
    if len(directions) == 0:
        return np.eye(3)
    _, values, rows = np.linalg.svd(directions)
    return np.asarray(rows[int((values > 0.1).sum()) :])


def calibrate(case: LiftCase, draws: int) -> Calibration | None:
    """Lift one rectangle with and without noise; None where most lifts are refused.

    Measured are the centre and the two turns of the opening axis, less the directions in which
    the object looks the same.
    """
    settings = PlannerSettings()
    try:
        clean = lift_rectangle(case.rectangle, scene_of(case, case.clean_frame()), settings)
    except LiftError:
        return None
    measured = measured_directions(case, clean)
    errors, covariances, nees = [], [], []
    for seed in range(draws):
        scene = scene_of(case, case.noisy_frame(seed))
        try:
            noisy = lift_rectangle(case.rectangle, scene, settings)
        except LiftError:
            continue
        error = np.concatenate([noisy.center - clean.center, np.cross(clean.axis, noisy.axis)])
        seen = measured @ error
        nees.append(seen @ np.linalg.solve(measured @ noisy.covariance @ measured.T, seen))
        errors.append(error)
        covariances.append(noisy.covariance)
    if len(errors) < draws / 2:
        return None
    return Calibration(
        case, np.array(errors), np.array(covariances), np.array(nees), measured, clean
    )


def add_calibration(report: Report, cases: Sequence[LiftCase], draws: int) -> str:
    """Figures and goals of the covariance, and tables by kind and by case."""
    found = [calibrate(case, draws) for case in cases]
    answered = [c for c in found if c is not None]
    ratio = _ratio(answered)
    report.add('nees_over_dof', ratio, Goal('<=', 1.5))
    report.add('nees_over_dof_low', ratio, Goal('>=', 0.7))
    for shape in dict.fromkeys(c.case.shape for c in answered):
        key = shape.replace(' ', '_')
        report.add(f'nees_over_dof_{key}', _ratio([c for c in answered if c.case.shape == shape]))
    rows = [
        _row(case, calibration) for case, calibration in zip(cases, found, strict=True)
    ]  # fmt: skip
    header = (
        'covariance: error/said', 'distance m', 'along mm', 'deep mm', 'axis out mrad',
        'nees over dof', 'largest',
    )  # fmt: skip
    return format_table(header, rows)


def _ratio(found: Sequence[Calibration]) -> float:
    """Mean normalised error squared of all over all degrees of freedom."""
    total = sum(len(c.measured) for c in found)
    return sum(float(c.nees.mean()) for c in found) / total if total else math.nan


def _row(case: LiftCase, calibration: Calibration | None) -> tuple[str, ...]:
    """A case: root mean square errors beside those that the covariance says."""
    name = f'{case.shape} {case.truth.width * 1e3:.0f} mm'
    if calibration is None:
        return name, f'{case.distance:.2f}', 'refused', '', '', '', ''
    ray = calibration.clean.center / np.linalg.norm(calibration.clean.center)
    axis = calibration.clean.axis
    view = np.cross(axis, ray)
    cells = []
    for direction, turn in ((axis, False), (ray, False), (view / np.linalg.norm(view), True)):
        error, said = calibration.deviations(direction, turn)
        cells.append(f'{error * 1e3:.2f}/{said * 1e3:.2f}')
    largest = calibration.nees.max() / len(calibration.measured)
    return (
        name, f'{case.distance:.2f}', *cells, f'{calibration.nees_over_dof:.2f}', f'{largest:.1f}'
    )  # fmt: skip

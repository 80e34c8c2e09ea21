"""Whether quality tells which grasps hold: grasps of all ranks, carried out in simulation.

Of each scene some of the planned grasps are carried out, once exactly and once with the error that
a calibrated arm and camera have. Printed: the share that holds by ranges of quality, the area
under the curve of receiver operation, and the weights of the terms that these outcomes would give.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.spatial.transform import Rotation

from benchmarks.report import Goal, Report, argument_parser, format_table
from realvlg_ros.arrays import FloatArray
from realvlg_ros.closed_loop.episode import View
from realvlg_ros.closed_loop.grounders import TruthGrounder
from realvlg_ros.closed_loop.scenes import EpisodeScene, make_scene
from realvlg_ros.closed_loop.stock import load_stock
from realvlg_ros.errors import WorldError
from realvlg_ros.evaluation.calibration import (
    ProbabilityRange,
    calibration_error,
    reliability,
)
from realvlg_ros.grasping.grasp import Grasp
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grasping.planner import GraspPlanner, PlannerSettings
from realvlg_ros.grasping.verification.ranking import HOLDS, LEAST_TERM
from realvlg_ros.resources import gripper_file
from realvlg_ros.simulation.physics.pick import Pick
from realvlg_ros.transforms import make_transform

# Standard deviation of the hand's place, m, and attitude, rad, on each axis. Chosen: of an arm
# and a camera that were calibrated with care.
_PLACE, _TURN = 0.0025, 0.035
# Scenes of each set, the same of the quick run, and grasps of a scene. Chosen: a thousand picks in
# an hour.
_SCENES, _QUICK, _GRASPS = 150, 4, 3
_SETS = ('single', 'clutter')
_OBJECTS = 6
# Penalty of squared weights in the fit. Chosen: one failure weighs as much as a weight of 1.4.
_PENALTY = 0.5


@dataclass(frozen=True)
class Outcome:
    """A grasp that was carried out.

    Attributes:
        grasp: as planned.
        holds: whether the object is lifted, and nothing else, by the hand at its pose.
        holds_with_error: the same with a hand that errs.
    """

    grasp: Grasp
    holds: bool
    holds_with_error: bool


def outcomes_of(scene: EpisodeScene, seed: int, planner: GraspPlanner, most: int) -> list[Outcome]:
    """Plan in a scene and carry out some of the grasps, the best among them.

    Args:
        scene: at rest.
        seed: of the scene; noise, choice and errors follow from it.
        planner: of the gripper.
        most: so many grasps.
    """
    view, rng = View(scene, seed), np.random.default_rng((seed, 3))
    frame, mask = view.frame(0), view.rendered(0).mask(scene.target)
    grounding = TruthGrounder(mask, scene.target).ground(frame, 'object', lambda: False)
    grasps = planner.plan(frame, grounding).grasps
    others = rng.permutation(len(grasps))
    chosen = sorted({0, *others.tolist()[: most - 1]}) if grasps else []
    found = []
    for index in chosen:
        grasp = grasps[index].transformed(scene.camera2world)
        turn = Rotation.from_rotvec(rng.normal(0, _TURN, 3)).as_matrix()
        error = make_transform(turn, rng.normal(0, _PLACE, 3))
        moved = replace(grasp, tcp2frame=grasp.tcp2frame @ error)
        held = [
            Pick(scene.solids, scene.world.table, planner.gripper).run(g, scene.target).success
            for g in (grasp, moved)
        ]
        found.append(Outcome(grasps[index], *held))
    return found


def area_under_curve(scores: FloatArray, holds: np.ndarray) -> float:
    """Probability that a grasp that holds has a higher score than one that does not.

    Args:
        scores: (n,) equal ones count half.
        holds: (n,) bool.
    """
    good, bad = scores[holds], scores[~holds]
    if not len(good) or not len(bad):
        return float('nan')
    above = (good[:, None] > bad).mean() + 0.5 * (good[:, None] == bad).mean()
    return float(above)


def fit_weights(terms: FloatArray, holds: np.ndarray) -> FloatArray:
    """Weights, none negative, and offset of the log odds that grasps hold, by maximum likelihood.

    Args:
        terms: (n, k) logarithms.
        holds: (n,) bool.

    Returns:
        (k + 1,) weights, then the offset.
    """
    sign = np.where(holds, 1.0, -1.0)
    columns = np.column_stack([terms, np.ones(len(terms))])

    def loss(weights: FloatArray) -> tuple[float, FloatArray]:
        odds = sign * (columns @ weights)
        slope = -sign / (1 + np.exp(odds))
        kept = np.append(weights[:-1], 0.0)
        value = np.logaddexp(0, -odds).sum() + _PENALTY * (kept**2).sum()
        return float(value), columns.T @ slope + 2 * _PENALTY * kept

    bounds = [(0.0, None)] * terms.shape[1] + [(None, None)]
    return np.asarray(minimize(loss, np.zeros(terms.shape[1] + 1), jac=True, bounds=bounds).x)


def reliability_table(
    exact: Sequence[ProbabilityRange], erring: Sequence[ProbabilityRange]
) -> str:
    """Shares that hold by ranges of quality.

    Args:
        exact: of the hand at the pose.
        erring: of the hand that errs, of the same grasps.
    """
    rows = [
        (
            f'{a.low:.2f} to {a.high:.2f}',
            f'{a.mean:.3f}',
            f'{a.share:.3f}',
            f'{b.share:.3f}',
            a.count,
        )
        for a, b in zip(exact, erring, strict=True)
    ]
    return format_table(('quality', 'mean', 'held', 'held with an error', 'grasps'), rows)


def main() -> None:
    """Run the benchmark."""
    parser = argument_parser('grasp_outcomes', (__doc__ or '').partition('\n')[0])
    parser.add_argument('--objects', type=Path, metavar='DIR', help='folder of meshes')
    parser.add_argument(
        '--seed', type=int, default=30000,
        help='of the first scene (default: 30000); the weights were fitted from 20000 on',
    )  # fmt: skip
    parser.add_argument('--scenes', type=int, default=_SCENES, help='of each set')
    parser.add_argument('--gripper', default='franka_hand', help='name or path of a profile')
    arguments = parser.parse_args()
    gripper = Gripper.from_yaml(gripper_file(arguments.gripper))
    planner = GraspPlanner(gripper, PlannerSettings(min_quality=0.0))
    stock = load_stock(arguments.objects)
    count = _QUICK if arguments.quick else arguments.scenes
    outcomes = [
        outcome
        for kind in _SETS
        for seed in range(arguments.seed, arguments.seed + count)
        for outcome in outcomes_of(make_scene(kind, stock, seed, _OBJECTS), seed, planner, _GRASPS)
    ]
    if not outcomes:
        raise WorldError('none of the scenes has a grasp')
    quality = np.array([o.grasp.quality for o in outcomes])
    exact = np.array([o.holds for o in outcomes])
    erring = np.array([o.holds_with_error for o in outcomes])
    report = Report('grasp_outcomes')
    report.add('grasps', len(outcomes))
    report.add('held', float(exact.mean()))
    report.add('held_with_error', float(erring.mean()))
    report.add('area_under_curve', area_under_curve(quality, exact))
    report.add('area_under_curve_with_error', area_under_curve(quality, erring), Goal('>=', 0.8))
    parts = [reliability(quality, held) for held in (exact, erring)]
    report.add('calibration_error', calibration_error(parts[0]))
    report.add('calibration_error_with_error', calibration_error(parts[1]))
    print(reliability_table(*parts))
    logs = np.log([[max(o.grasp.terms[n], LEAST_TERM) for n in HOLDS] for o in outcomes])
    for name, weight in zip((*HOLDS, 'offset'), fit_weights(logs, erring), strict=True):
        report.add(f'fitted_{name}', float(weight))
    report.finish(arguments.json)


if __name__ == '__main__':
    main()

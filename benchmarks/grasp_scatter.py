"""How far a planned grasp moves from one draw of noise to the next, against its covariance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.objects import make_scene, procedural_objects, seeded_view
from benchmarks.report import Report, argument_parser, format_table
from realvlg_ros.arrays import FloatArray
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grasping.grasp import Grasp, nearest_representative
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grasping.planner import GraspPlanner, PlannerSettings
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus
from realvlg_ros.image_region import RegionMask
from realvlg_ros.resources import gripper_file
from realvlg_ros.simulation.depth_camera_model import DepthCameraModel
from realvlg_ros.simulation.renderer import Renderer, RenderSettings
from realvlg_ros.simulation.sim_object import SimObject
from realvlg_ros.simulation.trajectory import d435_camera
from realvlg_ros.tracking.measurement.rigid_fit import difference
from realvlg_ros.tracking.settings import TrackerSettings

# Number of best grasps of every plan that are searched in the next.
_BEST = 3
# A rectangle of a model is drawn wider than the object by this much, px.
_MARGIN_PX = 20.0
_MIN_PIXELS = 150


@dataclass(frozen=True)
class Scatter:
    """Grasps of one object found again in another draw of noise.

    Attributes:
        target: name of the object.
        errors: (n, 6) differences over root two, in the axes of the TCP, m and rad.
        said: (n, 6) standard deviations that the covariances predict for them.
        nees: (n,) normalised error squared of the differences over their six dimensions.
        missed: grasps that were not found again.
    """

    target: str
    errors: FloatArray
    said: FloatArray
    nees: FloatArray
    missed: int


def found_again(grasp: Grasp, grasps: Sequence[Grasp]) -> Grasp | None:
    """The grasp nearest to another one within the tracker's match distances, if any."""
    limits, best, closest = TrackerSettings(), None, 1.0
    for other in grasps:
        same = nearest_representative(other, grasp.tcp2frame)
        off = difference(same.tcp2frame, grasp.tcp2frame)
        distance = max(
            float(np.linalg.norm(off[:3])) / limits.match_distance,
            math.degrees(float(np.linalg.norm(off[3:]))) / limits.match_angle_deg,
        )
        if distance < closest:
            best, closest = same, distance
    return best


def scatter_of(target: str, plans: Sequence[Sequence[Grasp]]) -> Scatter:
    """Compare the best grasps of every plan with those of the next."""
    errors, said, nees, missed = [], [], [], 0
    for now, later in zip(plans, plans[1:], strict=False):
        for grasp in now[:_BEST]:
            again = found_again(grasp, later)
            if again is None:
                missed += 1
                continue
            off = difference(again.tcp2frame, grasp.tcp2frame)
            covariance = grasp.covariance + again.covariance
            nees.append(float(off @ np.linalg.solve(covariance, off)) / 6)
            into_tcp = np.kron(np.eye(2), grasp.tcp2frame[:3, :3].T)
            errors.append(into_tcp @ off / math.sqrt(2))
            said.append(np.sqrt(np.diag(into_tcp @ covariance @ into_tcp.T) / 2))
    shape = (len(errors), 6)
    return Scatter(
        target, np.reshape(errors, shape), np.reshape(said, shape), np.array(nees), missed
    )


class Bench:
    """Plans for one object in many draws of noise."""

    def __init__(self, gripper: Gripper) -> None:
        self._search = GraspPlanner(gripper, PlannerSettings(grasp_source='geometry'))
        self._lift = GraspPlanner(gripper, PlannerSettings(grasp_source='model'))
        self._camera = d435_camera()
        self._fast = RenderSettings(antialias=False, shadows=False, occlusion=False)

    def run(self, item: SimObject, seed: int, draws: int) -> tuple[Scatter, Scatter] | None:
        """Scatter of the search's grasps, and of those of a rectangle drawn on its best one.

        None where the object is hidden.
        """
        world = make_scene([item], seed, 0.1, 0.02)
        rendered = Renderer(world, self._fast).render(self._camera, seeded_view(seed), None, seed)
        mask = rendered.mask(item.name)
        if int(mask.sum()) < _MIN_PIXELS:
            return None
        grounding = Grounding(
            GroundingStatus.OK, item.name, label=item.name, score=1.0,
            mask=RegionMask.from_full(mask),
        )  # fmt: skip
        sampler = DepthCameraModel().prepare(rendered.frame.depth, self._camera)
        searched: list[tuple[Grasp, ...]] = []
        lifted: list[tuple[Grasp, ...]] = []
        for draw in range(draws):
            depth = np.rint(sampler.sample(1000 * seed + draw) * 1000).astype(np.uint16)
            frame = RgbdFrame.from_arrays(rendered.frame.color, depth, self._camera)
            searched.append(self._search.plan(frame, grounding).grasps)
            if not grounding.rectangles and searched[-1]:
                drawn = searched[-1][0].rectangle
                wider = replace(drawn, width=drawn.width + _MARGIN_PX)
                grounding = replace(grounding, rectangles=(wider,))
            if grounding.rectangles:
                lifted.append(self._lift.plan(frame, grounding).grasps)
        return scatter_of(item.name, searched), scatter_of(item.name, lifted)


def summarize(report: Report, key: str, scatters: Sequence[Scatter]) -> str:
    """Figures of one kind of grasp, and a table of its objects."""
    nees = np.concatenate([s.nees for s in scatters])
    missed = sum(s.missed for s in scatters)
    report.add(f'{key}_nees_over_dof', float(nees.mean()) if len(nees) else math.nan)
    report.add(f'{key}_pairs', len(nees))
    report.add(f'{key}_not_found_again', missed / max(missed + len(nees), 1))
    together = Scatter(
        'all', np.concatenate([s.errors for s in scatters]),
        np.concatenate([s.said for s in scatters]), nees, missed,
    )  # fmt: skip
    rows = [_row(s) for s in (*scatters, together)]
    header = (
        f'{key}: error/said', 'pairs', 'x mm', 'y mm', 'z mm', 'about x mrad', 'y', 'z',
        'nees over dof',
    )  # fmt: skip
    return format_table(header, rows)


def _row(scatter: Scatter) -> tuple[str, ...]:
    """Root mean square errors beside those that the covariances say."""
    if len(scatter.nees) == 0:
        return scatter.target, *['-'] * 8
    found = np.sqrt((scatter.errors**2).mean(axis=0)) * 1e3
    said = np.sqrt((scatter.said**2).mean(axis=0)) * 1e3
    cells = [f'{a:.1f}/{b:.1f}' for a, b in zip(found, said, strict=True)]
    return scatter.target, str(len(scatter.nees)), *cells, f'{scatter.nees.mean():.2f}'


def main() -> None:
    """Run the benchmark."""
    parser = argument_parser('grasp_scatter', 'Plan the same object in many draws of noise.')
    parser.add_argument('--draws', type=int, default=8, help='of noise for each object')
    parser.add_argument('--seed', type=int, default=0, help='of the scenes')
    arguments = parser.parse_args()
    items = procedural_objects()
    if arguments.quick:
        items = items[::6]
    bench = Bench(Gripper.from_yaml(gripper_file('franka_hand')))
    draws = 4 if arguments.quick else arguments.draws
    found = [bench.run(item, arguments.seed + i, draws) for i, item in enumerate(items)]
    pairs = [pair for pair in found if pair is not None]
    report = Report('grasp_scatter')
    report.add('objects', len(pairs))
    print(summarize(report, 'searched', [searched for searched, _ in pairs]))
    print()
    print(summarize(report, 'lifted', [lifted for _, lifted in pairs]))
    report.finish(arguments.json)


if __name__ == '__main__':
    main()

"""The best grasp of simulated objects, judged on their true meshes."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.grasp_setups import SETUPS, Setup
from benchmarks.objects import make_scene, procedural_objects
from benchmarks.references import Turns, cpu_ms, find_neighbours
from benchmarks.report import Goal, Report, argument_parser, format_table
from realvlg_ros.arrays import FloatArray
from realvlg_ros.evaluation.graspable import find_valid_grasp
from realvlg_ros.evaluation.intervals import wilson_interval
from realvlg_ros.evaluation.mesh_judge import judge_grasp
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grasping.plan import GraspPlan
from realvlg_ros.grasping.planner import GraspPlanner
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus
from realvlg_ros.image_region import RegionMask
from realvlg_ros.resources import gripper_file
from realvlg_ros.simulation.mesh_folder import read_mesh_folder
from realvlg_ros.simulation.placed_mesh import PlacedMesh
from realvlg_ros.simulation.renderer import RenderedFrame, Renderer, RenderSettings
from realvlg_ros.simulation.sim_object import SimObject
from realvlg_ros.simulation.trajectory import d435_camera
from realvlg_ros.simulation.world import World
from realvlg_ros.transforms import invert, transform_points

_CLUTTER = 8
# A target with fewer pixels is hidden: nobody would ask for it.
_MIN_PIXELS = 150
# Ours over finding 20 neighbours of each of the target's points, by processor time.
PLAN_GOAL = Goal('<=', 8.0)


@dataclass(frozen=True)
class Outcome:
    """What became of one target.

    Attributes:
        target: name of the instance.
        seed: of its scene.
        clutter: whether other objects stand around it.
        cause: 'valid', 'refused', 'not graspable', 'hidden', or the judge's failure.
        detail: the judge's or the planner's words.
        milliseconds: processor time of planning.
        search_ms: wall time of the search and its collision checks, a second look included.
        neighbours_ms: processor time of finding the neighbours of the target's points.
        quality: that the planner gave its best grasp.
        setup: name of the way it was looked at.
    """

    target: str
    seed: int
    clutter: bool
    cause: str
    detail: str
    milliseconds: float
    search_ms: float = math.nan
    neighbours_ms: float = math.nan
    quality: float = math.nan
    setup: str = ''

    @property
    def counts(self) -> bool:
        """Whether it is a trial: the target can be seen and grasped."""
        return self.cause not in ('hidden', 'not graspable')


class Bench:
    """Renders scenes, plans every target and judges the best grasp."""

    def __init__(self, gripper: Gripper) -> None:
        self.gripper = gripper
        self.planner = GraspPlanner(gripper)
        self._camera = d435_camera()
        self._fast = RenderSettings(antialias=False, shadows=False, occlusion=False)

    def run_scene(
        self,
        items: Sequence[SimObject],
        seed: int,
        setup: Setup | None = None,
        only: str | None = None,
    ) -> list[Outcome]:
        """Judge the best grasp of every object of one scene, seen once.

        Args:
            items: the objects.
            seed: of the scene, its view and its noise.
            setup: how it is looked at; None for the plain way.
            only: name of the object, or None for all.
        """
        setup = setup or Setup()
        clutter = len(items) > 1
        world = make_scene(items, seed, 0.18 if clutter else 0.1, 0.02)
        rendered = Renderer(world, self._fast).render(
            self._camera, setup.view(seed), setup.depth, seed
        )
        names = [item.name for item in items if only in (None, item.name)]
        outcomes = [self._run_target(world, rendered, name, seed, clutter) for name in names]
        return [replace(outcome, setup=setup.name) for outcome in outcomes]

    def _run_target(
        self, world: World, rendered: RenderedFrame, name: str, seed: int, clutter: bool
    ) -> Outcome:
        mask = rendered.mask(name)
        if int(mask.sum()) < _MIN_PIXELS:
            return Outcome(name, seed, clutter, 'hidden', f'{int(mask.sum())} px', 0.0)
        grounding = Grounding(
            GroundingStatus.OK, name, label=name, score=1.0, mask=RegionMask.from_full(mask)
        )
        frame = rendered.frame
        plan, spent = cpu_ms(lambda: self.planner.plan(frame, grounding))
        points = frame.points[mask & frame.valid].astype(np.float64)
        _, neighbours = cpu_ms(lambda: find_neighbours(points))
        searched = {'search': math.nan, **plan.timings_ms}
        search = sum(searched.get(name, 0.0) for name in ('search', 'check', 'second look'))
        cause, detail = self._judge(world, rendered, name, seed, plan)
        quality = plan.grasps[0].quality if plan.grasps else math.nan
        return Outcome(name, seed, clutter, cause, detail, spent, search, neighbours, quality)

    def _judge(
        self, world: World, rendered: RenderedFrame, name: str, seed: int, plan: GraspPlan
    ) -> tuple[str, str]:
        """The cause of an outcome and its details."""
        target = PlacedMesh.of(world.object(name))
        others = {o.name: PlacedMesh.of(o) for o in world.objects if o.name != name}
        if not plan.grasps:
            possible = find_valid_grasp(target, others, self.gripper, seed)
            if possible is None:
                return 'not graspable', plan.message
            described = _describe(*possible, rendered.camera2world)
            return 'refused', f'{plan.message}; {described} holds'
        best = plan.grasps[0]
        verdict = judge_grasp(
            rendered.camera2world @ best.tcp2frame,
            min(best.opening_width, self.gripper.max_opening),
            self.gripper,
            target,
            others,
        )
        return 'valid' if verdict.failure is None else verdict.failure.value, verdict.reason


def _describe(tcp2world: FloatArray, opening: float, camera2world: FloatArray) -> str:
    """A grasp in words, in the camera's optical frame."""
    x, y, z = transform_points(invert(camera2world), tcp2world[:3, 3])
    slant = math.degrees(math.acos(np.clip(-tcp2world[2, 2], -1, 1)))
    return (
        f'TCP at ({x:.3f}, {y:.3f}, {z:.3f}) in the camera, {slant:.0f} degrees off the '
        f'vertical, opening {opening * 1e3:.0f} mm'
    )


def single_scenes(items: Sequence[SimObject], poses: int) -> list[tuple[list[SimObject], int]]:
    """Every object alone, in each of a number of poses, with the seed of the scene."""
    return [([item], 1000 * k + i) for k in range(poses) for i, item in enumerate(items)]


def clutter_scenes(items: Sequence[SimObject], rounds: int) -> list[tuple[list[SimObject], int]]:
    """All objects in scenes of eight, shuffled in each round, with the seed of the scene."""
    scenes = []
    for k in range(rounds):
        order = np.random.default_rng(k).permutation(len(items))
        order = np.resize(order, -(-len(items) // _CLUTTER) * _CLUTTER)
        for i, group in enumerate(order.reshape(-1, _CLUTTER)):
            scenes.append(([items[j] for j in dict.fromkeys(group)], 500_000 + 1000 * k + i))
    return scenes


def chosen_scenes(
    items: Sequence[SimObject], setup: Setup, poses: int, quick: bool
) -> list[tuple[list[SimObject], int]]:
    """The scenes of one way to look at them.

    Args:
        items: the objects.
        setup: the way; without clutter every object is seen in fewer poses.
        poses: scenes for each object.
        quick: a few scenes.
    """
    if quick:
        clutter = clutter_scenes(items, 1)[:3] if setup.clutter else []
        return single_scenes(items, 1)[::2] + clutter
    singles = single_scenes(items, poses if setup.clutter else -(-poses // 2))
    return singles + (clutter_scenes(items, poses) if setup.clutter else [])


def summarize(outcomes: Sequence[Outcome], report: Report) -> None:
    """Turn outcomes into figures and goals."""
    for setup in SETUPS:
        for clutter, key in ((False, 'single'), (True, 'clutter')):
            here = [o for o in outcomes if o.clutter is clutter and o.setup == setup.name]
            if here:
                _shares(here, setup, key, report)
    planned = [o for o in outcomes if o.cause != 'hidden']
    turns = Turns([o.milliseconds for o in planned], [o.neighbours_ms for o in planned])
    turns.report(report, 'plan', 'neighbours', PLAN_GOAL)
    searches = [o.search_ms for o in planned if not math.isnan(o.search_ms)]
    report.add_timing('search', searches or [math.nan])


def _shares(outcomes: Sequence[Outcome], setup: Setup, key: str, report: Report) -> None:
    """Figures of what was looked at in one way.

    Args:
        outcomes: all of them.
        setup: the way.
        key: single or clutter.
        report: the figures are added to it.
    """
    prefix = f'{setup.name}_{key}' if setup.name else key
    fair = [o for o in outcomes if o.counts]
    valid = sum(o.cause == 'valid' for o in fair)
    wrong = sum(o.cause not in ('valid', 'refused') for o in fair)
    low, high = wilson_interval(valid, len(fair))
    for name, share in (('valid', valid), ('wrong', wrong)):
        value = share / len(fair) if fair else math.nan
        report.add(f'{prefix}_{name}', value, setup.goal(f'{key}_{name}'))
    report.add(f'{prefix}_valid_low95', low)
    report.add(f'{prefix}_valid_high95', high)
    report.add(f'{prefix}_trials', len(fair))
    for cause, count in sorted(Counter(o.cause for o in outcomes).items()):
        if cause != 'valid':
            report.add(f'{prefix}_{cause.replace(" ", "_")}', count)


def shape_table(outcomes: Sequence[Outcome]) -> str:
    """Valid over trials for each kind of object."""
    rows = []
    for shape in dict.fromkeys(o.target.rpartition('_')[0] or o.target for o in outcomes):
        cells = [shape]
        for clutter in (False, True):
            fair = [
                o
                for o in outcomes
                if o.clutter is clutter
                and (o.target.rpartition('_')[0] or o.target) == shape
                and o.counts
            ]
            cells.append(f'{sum(o.cause == "valid" for o in fair)}/{len(fair)}')
        rows.append(cells)
    return format_table(('object', 'single', 'clutter'), rows)


def write_failures(path: Path, outcomes: Sequence[Outcome]) -> None:
    """List what failed, by cause, with how to see it again."""
    lines = ['# Failed grasps by cause', '', 'One again: the command after each line.', '']
    failed = [o for o in outcomes if o.cause not in ('valid', 'hidden')]
    for cause, count in Counter(o.cause for o in failed).most_common():
        lines += [f'## {cause}: {count}', '']
        for o in (o for o in failed if o.cause == cause):
            where = ' '.join([o.setup, 'clutter' if o.clutter else 'single']).strip()
            how = f' --setup {o.setup}' if o.setup else ''
            lines.append(
                f'- {o.target} ({where}, quality {o.quality:.2f}): {o.detail} -- '
                f'`python -m benchmarks.grasp_quality{how} --only {o.target}:{o.seed}`'
            )
        lines.append('')
    path.write_text('\n'.join(lines))


def main() -> None:
    """Run the benchmark."""
    parser = argument_parser('grasp_quality', 'Judge planned grasps on true meshes.')
    parser.add_argument('--meshes', type=Path, metavar='DIR', help='judge these objects too')
    parser.add_argument('--poses', type=int, default=5, help='scenes for each object')
    parser.add_argument('--gripper', default='franka_hand', help='name or path of a profile')
    parser.add_argument('--failures', type=Path, metavar='FILE', help='list the failures here')
    parser.add_argument(
        '--setup', choices=[s.name for s in SETUPS], help='one way to look only; "" is the plain'
    )
    parser.add_argument('--only', metavar='NAME:SEED', help='one target of one scene again')
    arguments = parser.parse_args()
    items = procedural_objects()
    if arguments.meshes:
        items += read_mesh_folder(arguments.meshes)
    setups = [s for s in SETUPS if arguments.setup in (None, s.name)]
    if arguments.quick and arguments.setup is None:
        setups = [s for s in setups if s.clutter]
    bench = Bench(Gripper.from_yaml(gripper_file(arguments.gripper)))
    if arguments.only:
        only, _, number = arguments.only.rpartition(':')
        everything = single_scenes(items, 99) + clutter_scenes(items, 99)
        setup = setups[0]
        for group, seed in everything:
            if seed == int(number):
                print(*bench.run_scene(group, seed, setup, only), sep='\n')
        return
    outcomes = [
        o
        for setup in setups
        for group, seed in chosen_scenes(items, setup, arguments.poses, arguments.quick)
        for o in bench.run_scene(group, seed, setup)
    ]
    report = Report('grasp_quality')
    report.add('instances', len(items), Goal('>=', 40))
    summarize(outcomes, report)
    print(shape_table(outcomes))
    if arguments.failures:
        write_failures(arguments.failures, outcomes)
    report.finish(arguments.json)


if __name__ == '__main__':
    main()

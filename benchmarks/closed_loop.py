"""Picks in simulation, from naming the object to the lifted object, counted against goals.

Without --objects the procedural objects are picked. With it, a folder of meshes (see
scripts/household_meshes.py): what nobody tuned on. The part `growth` tells how the time of each
stage grows with the number of objects.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.baseline_grasp import compare
from benchmarks.growth import fit_exponent
from benchmarks.report import Goal, Report, argument_parser, format_table
from realvlg_ros.cli.evaluate import make_loop
from realvlg_ros.closed_loop import tally
from realvlg_ros.closed_loop.failures import FailurePictures
from realvlg_ros.closed_loop.record import Cause, Episode
from realvlg_ros.closed_loop.report import write_report
from realvlg_ros.closed_loop.run import EvaluateOptions, evaluate, outcome_hash
from realvlg_ros.closed_loop.stock import load_stock
from realvlg_ros.errors import MissingDependencyError
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.resources import gripper_file
from realvlg_ros.simulation.physics.solid import Solid

# Name of the part, set, how the object is named, what is asked, and the share that should succeed.
PARTS = (
    ('single', 'single', 'truth', 'pipeline', 0.93),
    ('clutter', 'clutter', 'truth', 'pipeline', 0.80),
    ('bin', 'bin', 'truth', 'pipeline', None),
    ('sentence', 'clutter', 'sentence', 'pipeline', None),
    ('box', 'clutter', 'box', 'pipeline', None),
    ('nodes', 'single', 'sentence', 'nodes', None),
)
# Episodes of a part, and of the quick run. From the goal of 300 for each of the first two.
_EPISODES, _QUICK = 300, 12
# The same of those through the nodes. Chosen: each takes half a minute, that of its processes.
_NODE_EPISODES, _NODE_QUICK = 20, 2
# Objects of the scenes by which growth is measured, and the episodes of each. Chosen: all that an
# episode may have, in doublings; medians of so many hardly move.
_COUNTS = (3, 6, 12)
_GROWTH_EPISODES, _GROWTH_QUICK = 15, 1
GROWTH = 'growth'
# Largest force of the hand on the table, N. From the goal.
_TABLE_FORCE = 5.0


def run_part(
    name: str, options: EvaluateOptions, stock: Sequence[Solid], folder: Path | None
) -> list[Episode] | None:
    """Run one part and print what became of it.

    Args:
        name: of the part.
        options: of its episodes.
        stock: objects to draw from.
        folder: of its run; None keeps nothing.

    Returns:
        Its episodes; None where something that it needs is not installed.
    """
    gripper = Gripper.from_yaml(gripper_file(options.gripper))
    try:
        loop = make_loop(options, gripper, folder)
    except MissingDependencyError as error:
        print(f'\n{name} is left out: {error}', flush=True)
        return None
    begin = time.perf_counter()
    if folder is None:
        episodes = evaluate(options, stock, gripper, None, loop=loop)
    else:
        pictures = FailurePictures(folder / 'failures', gripper)
        episodes = evaluate(options, stock, gripper, folder, pictures.add, loop)
        write_report(
            folder / 'report.html', options, episodes, pictures.strips, pictures.animations
        )
    print(f'\n{name}, {time.perf_counter() - begin:.0f} s\n{tally.describe(episodes)}')
    if options.through == 'pipeline':
        print(f'outcomes sha256 {outcome_hash(episodes)}', flush=True)
    return episodes


def summarize(name: str, episodes: Sequence[Episode], goal: float | None, report: Report) -> None:
    """The figures of a part.

    Args:
        name: of the part, before its figures.
        episodes: of the part.
        goal: share that should succeed, if there is one.
        report: to add to.
    """
    share = tally.success(episodes)
    low, high = share.interval
    report.add(f'{name}_success', share.value, None if goal is None else Goal('>=', goal))
    report.add(f'{name}_success_low95', low)
    report.add(f'{name}_success_high95', high)
    report.add(f'{name}_trials', share.trials)
    for cause, counted in tally.causes(episodes).items():
        if cause not in (Cause.SUCCESS, Cause.WRONG_OBJECT):
            report.add(f'{name}_{cause.name.lower()}', counted.successes)
    wrong = sum(e.cause is Cause.WRONG_OBJECT for e in episodes)
    report.add(f'{name}_wrong_object', wrong, Goal('==', 0) if name == 'sentence' else None)
    report.add(f'{name}_table_force_n', tally.table_force(episodes), Goal('<=', _TABLE_FORCE))
    report.add(f'{name}_calibration_error', tally.calibration_error(episodes))
    for (status, held), times in tally.executor(episodes).items():
        report.add(f'{name}_{status.lower()}_{"held" if held else "lost"}', times)
    for stage, seconds in tally.stage_seconds(episodes).items():
        report.add(f'{name}_{stage}_median_s', seconds)


def measure_growth(
    options: EvaluateOptions, stock: Sequence[Solid], episodes: int, report: Report
) -> None:
    """How the time of each stage grows with the number of objects.

    Args:
        options: of the episodes; their number and that of the objects are replaced.
        stock: objects to draw from.
        episodes: for each number of objects.
        report: to add to.
    """
    rows, gripper = [], Gripper.from_yaml(gripper_file(options.gripper))
    for count in _COUNTS:
        chosen = replace(options, episodes=episodes, kind='clutter', count=count)
        rows.append(tally.stage_seconds(evaluate(chosen, stock, gripper, None)))
    stages = [stage for stage in rows[0] if all(stage in row for row in rows)]
    table = []
    for stage in stages:
        seconds = [row[stage] for row in rows]
        power = fit_exponent(_COUNTS, seconds) if min(seconds) > 0 else np.nan
        report.add(f'growth_{stage}_exponent', power)
        table.append((stage, *(f'{value:.3f}' for value in seconds), f'{power:.2f}'))
    heads = ('median s', *(f'{count} objects' for count in _COUNTS), 'exponent')
    print(f'\n{format_table(heads, table)}', flush=True)


def summarize_judge(episodes: Sequence[Episode], report: Report) -> None:
    """How far the judge on the true mesh and the hand agree, over all parts."""
    counted = tally.agreement(episodes)
    total = sum(counted.values())
    same = counted.get((True, True), 0) + counted.get((False, False), 0)
    report.add('judge_agrees', same / total if total else np.nan)
    for (valid, held), count in sorted(counted.items()):
        report.add(f'judge_{"valid" if valid else "fault"}_{"held" if held else "lost"}', count)


def object_table(parts: dict[str, list[Episode]]) -> str:
    """Successes of trials for each kind of object, the worst of the first part first."""
    names = list(parts)
    things = {e.thing for episodes in parts.values() for e in episodes}
    shares = {name: tally.by_object(parts[name]) for name in names}

    def key(thing: str) -> tuple[float, str]:
        found = shares[names[0]].get(thing)
        return (found.value if found and found.trials else 2.0, thing)

    rows = []
    for thing in sorted(things, key=key):
        cells = [shares[name].get(thing) for name in names]
        rows.append((thing, *(f'{c.successes}/{c.trials}' if c else '' for c in cells)))
    return format_table(('object', *names), rows)


def main() -> None:
    """Run the benchmark."""
    parser = argument_parser('closed_loop', (__doc__ or '').partition('\n')[0])
    parser.add_argument('--objects', type=Path, metavar='DIR', help='folder of meshes')
    parser.add_argument('--seed', type=int, default=0, help='of the first scene (default: 0)')
    parser.add_argument('--episodes', type=int, default=_EPISODES, help='of each part')
    parser.add_argument(
        '--part',
        action='append',
        choices=[*(p[0] for p in PARTS), GROWTH],
        help='only these parts',
    )
    parser.add_argument(
        '--baseline', action='store_true', help='pick with a ten-line rule in the same episodes'
    )
    parser.add_argument('--gripper', default='franka_hand', help='name or path of a profile')
    parser.add_argument('--out', type=Path, metavar='DIR', help='keep runs and reports here')
    arguments = parser.parse_args()
    count = _QUICK if arguments.quick else arguments.episodes
    stock = load_stock(arguments.objects, told=lambda words: None)
    report = Report('closed_loop')
    report.add('objects', len(stock))
    parts: dict[str, list[Episode]] = {}
    for name, kind, grounding, through, goal in PARTS:
        if arguments.part is not None and name not in arguments.part:
            continue
        few = _NODE_QUICK if arguments.quick else min(_NODE_EPISODES, count)
        options = EvaluateOptions(
            count if through == 'pipeline' else few, arguments.seed, kind, grounding,
            gripper=arguments.gripper, through=through,
        )  # fmt: skip
        folder = None if arguments.out is None else arguments.out / name
        episodes = run_part(name, options, stock, folder)
        if episodes is not None:
            parts[name] = episodes
            summarize(name, episodes, goal, report)
            if arguments.baseline and grounding == 'truth':
                compare(name, options, stock, episodes, report)
    if arguments.part is None or GROWTH in arguments.part:
        options = EvaluateOptions(seed=arguments.seed, gripper=arguments.gripper)
        few = _GROWTH_QUICK if arguments.quick else _GROWTH_EPISODES
        measure_growth(options, stock, few, report)
    if parts:
        summarize_judge([e for episodes in parts.values() for e in episodes], report)
        print(f'\n{object_table(parts)}')
    report.finish(arguments.json)


if __name__ == '__main__':
    main()

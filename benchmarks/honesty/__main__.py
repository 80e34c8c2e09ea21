"""Tells stories of a stream and its faults, and judges every answer against the truth."""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks.honesty.core import Told
from benchmarks.honesty.picture import draw
from benchmarks.honesty.running import GRIPPER, run_stories
from benchmarks.honesty.schedule import in_graph, kind_of, seeds
from benchmarks.honesty.tally import append, false_list, kind_table, summarize
from benchmarks.report import Report, argument_parser
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.resources import gripper_file

_SCENES, _QUICK = 300, 30


def main() -> None:
    """Run the benchmark."""
    parser = argument_parser('honesty', 'Judge every answer to a goal against the true scene.')
    parser.add_argument('--scenes', type=int, default=_SCENES, help='stories to tell')
    parser.add_argument('--seed', type=int, default=0, help='of the run')
    parser.add_argument('--part', choices=('core', 'graph'), help='only stories on one of them')
    parser.add_argument('--only', type=int, metavar='SEED', help='tell one story again')
    parser.add_argument('--picture', type=Path, metavar='FILE', help='draw the answer of --only')
    parser.add_argument('--log', type=Path, metavar='FILE', help='append every answer, as JSON')
    parser.add_argument('--processes', type=int, default=min(2, os.cpu_count() or 1))
    arguments = parser.parse_args()
    count = _QUICK if arguments.quick else arguments.scenes
    chosen = seeds(count, arguments.seed) if arguments.only is None else [arguments.only]
    if arguments.part and arguments.only is None:
        chosen = [s for s in chosen if in_graph(kind_of(s)) == (arguments.part == 'graph')]
    told: list[Told] = []
    for story in run_stories(chosen, arguments.processes if len(chosen) > 1 else 1):
        told.append(story)
        if arguments.log:
            append(arguments.log, story.answers)
    answers = [answer for story in told for answer in story.answers]
    if arguments.only is not None:
        print(*answers, sep='\n')
        if arguments.picture and told[0].sights:
            draw(told[0].sights, Gripper.from_yaml(gripper_file(GRIPPER)), arguments.picture)
        return
    print(kind_table(answers))
    print('\n' + false_list(answers))
    report = Report('honesty')
    report.add('stories', len(chosen))
    summarize(answers, [story.published for story in told], report)
    report.finish(arguments.json)


if __name__ == '__main__':
    main()

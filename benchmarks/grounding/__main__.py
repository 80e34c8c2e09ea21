"""How well a grounder answers sentences: `python -m benchmarks.grounding`.

Simulated scenes with sentences made from their truth; `--part objects` only counts which things
are found, `--part parts` fits what tells a part from a thing, and `--part frames` asks phrases
about real frames.
"""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks.grounding.discovery import Discovery
from benchmarks.grounding.frames import FRAMES, run_frames
from benchmarks.grounding.parts import run_parts
from benchmarks.grounding.running import Answered, run_scenes
from benchmarks.grounding.tally import (
    add_answers,
    add_objects,
    append_log,
    append_things,
    kind_table,
    object_table,
)
from benchmarks.report import Report, argument_parser

_SCENES, _QUICK = 1000, 16


def main() -> None:
    parser = argument_parser('grounding', 'right, asked back and wrong over sentences')
    parser.add_argument(
        '--part', choices=('scenes', 'objects', 'frames', 'parts'), default='scenes'
    )
    parser.add_argument('--scenes', type=int, default=_SCENES, help='how many simulated scenes')
    parser.add_argument('--seed', type=int, default=0, help='of the first scene')
    parser.add_argument('--processes', type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument('--log', type=Path, metavar='FILE', help='append every answer, as JSON')
    parser.add_argument('--frames', type=Path, help='folder of SOURCE/FRAME folders')
    parser.add_argument('--backend', default='tabletop', help='grounder to ask about frames')
    arguments = parser.parse_args()
    report = Report('grounding')
    if arguments.part == 'frames':
        folder = arguments.frames or Path(os.environ.get('REALVLG_FRAMES', FRAMES))
        if not run_frames(folder, arguments.backend, arguments.quick, report):
            parser.error(
                f'{folder} holds no objects_seen.json; give --frames or set REALVLG_FRAMES'
            )
    elif arguments.part == 'parts':
        count = _QUICK if arguments.quick else arguments.scenes
        run_parts(range(arguments.seed, arguments.seed + count), report)
    else:
        count = _QUICK if arguments.quick else arguments.scenes
        seeds = range(arguments.seed, arguments.seed + count)
        only_objects = arguments.part == 'objects'
        answers: list[Answered] = []
        found: list[Discovery] = []
        for told in run_scenes(seeds, arguments.processes, only_objects):
            answers += told.answers
            found.append(told.discovery)
            if arguments.log:
                append_log(arguments.log, told.answers)
                if only_objects:
                    append_things(arguments.log, told.discovery)
        report.add('scenes', count)
        if answers:
            print(kind_table(answers) + '\n')
            add_answers(report, answers)
        print(object_table(found))
        add_objects(report, found)
    report.finish(arguments.json)


if __name__ == '__main__':
    main()

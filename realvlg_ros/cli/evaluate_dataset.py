"""`realvlg evaluate`: a backend against a data set, and against another backend."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ParameterError
from ..grounding.registry import read_options
from ..json_text import to_json_text
from ..progress_bar import ProgressBar
from ..resumable import replace_file
from .ask import add_backend_arguments, add_gripper_argument

if TYPE_CHECKING:
    from ..evaluation.report.figures import Against
    from ..evaluation.run.engines import Engine
    from ..evaluation.run.options import EvaluationOptions
    from ..evaluation.run.run import EvaluationRun

# Folder of the run of the backend that is compared with, in that of the run.
AGAINST = 'against'


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'evaluate',
        help='measure a grounding backend on a data set',
        description='Ask a backend every question of a data set and count what is right: a '
        'RealVLG metadata file or folder, Cornell, Jacquard, OCID-VLG, GraspNet, or frame '
        'folders with objects_seen.json.',
        epilog='The folder gets results.jsonl, figures.json, table.txt and report.html. The same '
        'command goes on where it was interrupted.',
    )
    parser.add_argument('dataset', type=Path, help='file or folder of the data set')
    add_backend_arguments(parser)
    parser.add_argument('--task', default='box', help='box, mask, grasp or contact (default: box)')
    parser.add_argument('--out', type=Path, required=True, metavar='DIR', help='folder of the run')
    _add_what(parser)
    _add_how(parser)
    parser.set_defaults(func=run)


def _add_what(parser: Any) -> None:
    what = parser.add_argument_group('what is asked')
    what.add_argument('--split', default='', help='ask this split alone (default: all)')
    what.add_argument(
        '--images', type=int, default=0, metavar='N', help='the first N images; 0 for all'
    )
    what.add_argument(
        '--published',
        action='store_true',
        help='only what the published evaluation of RealVLG-R1 asks: the first image of each '
        'scene, objects with grasps',
    )
    what.add_argument(
        '--conditions',
        default='',
        metavar='NAMES',
        help='curves of robustness: darker, brighter, blur, noise, occlusion with commas, or all',
    )
    what.add_argument(
        '--grasps',
        default='auto',
        help="whose grasps are judged: the model's where it gives any, else the planner's (auto), "
        'model, or planner (default: auto)',
    )
    what.add_argument(
        '--against', default='', metavar='BACKEND', help='compare with another backend'
    )
    what.add_argument(
        '--against-options', default='', metavar='FILE', help='options of that backend'
    )
    add_gripper_argument(what)


def _add_how(parser: Any) -> None:
    how = parser.add_argument_group('how')
    how.add_argument(
        '--workers', type=int, default=1, metavar='N', help='processes, or Ray actors (default: 1)'
    )
    how.add_argument(
        '--ray',
        default='',
        metavar='ADDRESS',
        help='ask on a Ray cluster; local starts one here, auto finds a running one',
    )
    how.add_argument(
        '--gpus', type=float, default=0.0, metavar='N', help='of each Ray actor (default: 0)'
    )


def run(arguments: argparse.Namespace) -> int:
    """Ask what is missing and write the report; returns 0."""
    from ..evaluation.report.figures import Against, Figures
    from ..evaluation.report.page import write_page
    from ..evaluation.report.text import describe

    options = _options(arguments)
    engine = _engine(arguments)
    first = _ask(options, arguments.out, engine)
    second: EvaluationRun | None = None
    against: Against | None = None
    if arguments.against:
        other = replace(options, backend=_backend(arguments.against, arguments.against_options))
        second = _ask(other, arguments.out / AGAINST, engine)
        against = Against.of(first, second)
    figures = Figures.of(first)
    table = describe(first, figures, against)
    values = {**figures.to_json(), 'against': against}
    replace_file(arguments.out / 'figures.json', to_json_text(values, indent=1) + '\n')
    replace_file(arguments.out / 'table.txt', table + '\n')
    write_page(arguments.out / 'report.html', first, figures, second, against)
    print(table)
    print(f'wrote {arguments.out / "report.html"}')
    return 0


def _options(arguments: argparse.Namespace) -> EvaluationOptions:
    from ..evaluation.run.options import EvaluationOptions

    if arguments.against_options and not arguments.against:
        raise ParameterError('--against-options is given without --against; name the backend')
    return EvaluationOptions(
        str(arguments.dataset.absolute()),
        _backend(arguments.backend, arguments.backend_options),
        arguments.task,
        arguments.conditions,
        arguments.split,
        arguments.images,
        arguments.grasps,
        arguments.gripper,
        arguments.published,
    )


def _backend(name: str, options: str) -> Any:
    from ..evaluation.run.options import Backend

    return Backend(name, read_options(options))


def _engine(arguments: argparse.Namespace) -> Engine:
    from ..evaluation.run.engines import InProcess, LocalWorkers
    from ..evaluation.run.ray_workers import RayWorkers

    if arguments.ray:
        return RayWorkers(arguments.ray, arguments.workers, arguments.gpus)
    return LocalWorkers(arguments.workers) if arguments.workers != 1 else InProcess()


def _ask(options: EvaluationOptions, folder: Path, engine: Engine) -> EvaluationRun:
    """Ask one backend, with a bar."""
    from ..evaluation.run.run import evaluate

    bar = ProgressBar()
    before: list[int] = []

    def told(done: int, images: int, questions: int) -> None:
        # Those of an interrupted run took no time of this one.
        if not before:
            before.append(questions)
        rate = questions - before[0]
        bar.update(
            done / images,
            lambda spent_s: (
                options.backend.name, f'{done} of {images} images',
                f'{rate / spent_s:.1f} questions/s',
            ),
        )  # fmt: skip

    try:
        return evaluate(options, folder, engine, told)
    finally:
        bar.close()

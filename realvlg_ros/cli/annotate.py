"""`realvlg annotate`: sentences, boxes, masks and grasps for images, verified and reviewed."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from ..annotation.annotation import AnnotatedImage
from ..annotation.annotator import Annotator
from ..annotation.exports.formats import FORMATS, check_format, export, exported
from ..annotation.quality.figures import quality_words
from ..annotation.review.desk import Desk
from ..annotation.review.server import ReviewServer
from ..annotation.run import Tally, annotate
from ..annotation.sources.labelled import open_labelled
from ..annotation.sources.opening import open_source
from ..annotation.stages.localise import Localiser
from ..annotation.stages.unify import GraspUnifier
from ..annotation.store import AnnotationStore
from ..errors import ParameterError
from ..grasping.gripper import Gripper
from ..grasping.planner import GraspPlanner
from ..grounding.grounding import Grounder
from ..grounding.registry import make_grounder, read_options
from ..resources import gripper_file
from ..segmentation.factory import make_segmenter
from .ask import add_backend_arguments, add_gripper_argument


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        'annotate',
        help='label images with sentences, boxes, masks and grasps',
        description='Describe, localise, segment and plan, verify that all of it agrees, and '
        'export. The same command goes on where it was interrupted.',
    )
    parser.add_argument(
        'source',
        type=Path,
        nargs='?',
        help="a recorder's folder, or frame folders; without it the folder of --out as it is",
    )
    parser.add_argument(
        '--labelled',
        action='store_true',
        help='the source is a labelled data set, as for `realvlg evaluate`: what it says is kept, '
        'and what it lacks is made',
    )
    parser.add_argument('--out', type=Path, required=True, metavar='DIR', help='of the set')
    add_backend_arguments(parser)
    parser.add_argument(
        '--second', metavar='BACKEND', help='another backend; what they disagree on is uncertain'
    )
    parser.add_argument(
        '--segmenter', default='depth', help='depth (default), sam2, transformers or auto'
    )
    parser.add_argument('--sam2-checkpoint', default='', metavar='DIR', help='of SAM 2')
    add_gripper_argument(parser)
    parser.add_argument(
        '--grasps', type=int, default=5, metavar='N', help='of an object at most (default: 5)'
    )
    parser.add_argument('--limit', type=int, default=0, metavar='N', help='at most N images')
    parser.add_argument(
        '--review', action='store_true', help='open the review page, for a browser on this machine'
    )
    parser.add_argument(
        '--who',
        default=_user(),
        metavar='NAME',
        help='reviews; kept with each correction (default: the name of the user)',
    )
    parser.add_argument(
        '--port', type=int, default=0, help='of the review page (default: any that is free)'
    )
    parser.add_argument(
        '--export',
        action='append',
        default=[],
        metavar='FORMAT',
        help=f'write the set below DIR/export: {", ".join(FORMATS)}; may be given several times',
    )
    parser.add_argument(
        '--only-reviewed', action='store_true', help='export only what a person has accepted'
    )
    parser.add_argument(
        '--quality', action='store_true', help='print MTLD, R_s, R_g and R_c of what is exported'
    )
    parser.add_argument(
        '--clip',
        default='',
        metavar='DIR',
        help='also the CLIP score, by the model of this folder',
    )
    parser.set_defaults(func=run)


def _user() -> str:
    """Name of the user; of a container without one its number."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f'user {os.getuid()}'


def run(arguments: argparse.Namespace) -> int:
    """Annotate, then review and export as asked; returns 0."""
    _check(arguments)
    store = AnnotationStore(arguments.out)
    if arguments.source is not None or arguments.review:
        _work(arguments, store)
    print(Tally.of(store).words())
    if arguments.quality or arguments.clip:
        print(quality_words(exported(store, arguments.only_reviewed), arguments.clip))
    for name in arguments.export:
        print(export(store, name, arguments.only_reviewed))
    return 0


def _check(arguments: argparse.Namespace) -> None:
    for name in arguments.export:
        check_format(name)
    if arguments.grasps < 1 or arguments.limit < 0:
        raise ParameterError(
            f'--grasps is {arguments.grasps} and --limit {arguments.limit}; expected at least 1 '
            'and 0'
        )
    if arguments.source is None:
        AnnotationStore(arguments.out).settings()


def _work(arguments: argparse.Namespace, store: AnnotationStore) -> None:
    """Annotate what is missing, and open the review."""
    source = None
    if arguments.source is not None:
        opened = open_labelled if arguments.labelled else open_source
        source = opened(arguments.source)
        for words in source.left_out:
            print(f'left out: {words}')
        store.begin(_settings(arguments))
    settings = store.settings()
    grounders = _grounders(settings, arguments.second)
    segmenter = make_segmenter(settings['segmenter'], settings['sam2_checkpoint'])
    gripper = Gripper.from_yaml(gripper_file(settings['gripper']))
    with ExitStack() as loaded:
        segmenter.load()
        loaded.callback(segmenter.close)
        for grounder in grounders:
            grounder.load()
            loaded.callback(grounder.close)
        unifier = GraspUnifier(GraspPlanner(gripper), int(settings['grasps']))
        annotator = Annotator(Localiser(grounders[0], segmenter), unifier, grounders[1:])
        if source is not None:
            count = min(len(source.images), arguments.limit or len(source.images))
            tell = partial(_tell, store, count)
            annotate(source, annotator, store, tell, arguments.limit)
        if arguments.review:
            _review(ReviewServer(Desk(store, annotator, arguments.who), arguments.port))


def _tell(store: AnnotationStore, count: int, image: AnnotatedImage) -> None:
    """Progress, on one line where there is a terminal."""
    words = image.problem or f'{len(image.annotations)} objects'
    line = f'{len(store.names())} of {count}: {image.name}: {words}'[:110]
    end = '\r' if sys.stderr.isatty() else '\n'
    print(f'{line:<110}', end=end, file=sys.stderr, flush=True)


def _review(server: ReviewServer) -> None:
    """Serve until Ctrl-C."""
    print(f'review at {server.address}\nCtrl-C ends it; all that was done is kept', flush=True)
    try:
        server.serve()
    except KeyboardInterrupt:
        print('')
    finally:
        server.close()


def _grounders(settings: Mapping[str, str], second: str | None) -> list[Grounder]:
    name, options = settings['backend'], read_options(settings['backend_options'])
    found = [make_grounder(name, options, (name,))]
    if second:
        found.append(make_grounder(second, {}, (second,)))
    return found


def _settings(arguments: argparse.Namespace) -> dict[str, object]:
    """What makes the annotations of a set comparable."""
    return {
        'source': arguments.source.resolve(),
        'labelled': arguments.labelled,
        'backend': arguments.backend,
        'backend_options': arguments.backend_options,
        'segmenter': arguments.segmenter,
        'sam2_checkpoint': arguments.sam2_checkpoint,
        'gripper': arguments.gripper,
        'grasps': arguments.grasps,
    }

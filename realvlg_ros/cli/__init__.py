"""The `realvlg` command line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from .. import __version__
from ..errors import RealvlgError
from ..threads import limit_threads
from . import (
    annotate,
    ask,
    bag,
    compare,
    demo,
    doctor,
    evaluate_dataset,
    export,
    gateway,
    goal,
    model,
    parameters,
    play,
    replay,
    rollout,
    simulate,
    train,
)  # fmt: skip

# Exit status for bad input. From the shell (bash, argparse).
BAD_INPUT = 2
# Exit status after the reader of standard output has closed the pipe. From POSIX: 128 + SIGPIPE.
_NO_READER = 128 + 13

_THREADS = (
    'threads of each call into BLAS, OpenMP and OpenCV; 0 leaves them as they are (default: 1; '
    'torch has its own number)'
)
_THREADS_OF_REPLAY = (
    'with 2 the bag is read and the messages are written beside the pipeline, which always takes '
    'one; the answers do not depend on it (default: 1)'
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; the exit status is 2 on bad input."""
    parser = argparse.ArgumentParser(
        prog='realvlg', description='From a sentence and RGB-D images to 6-DoF grasps.'
    )
    parser.add_argument('--version', action='version', version=__version__)
    subparsers = parser.add_subparsers(required=True, metavar='COMMAND')
    commands = (
        ask, play, simulate, bag, replay, compare, evaluate_dataset, demo, goal, export, model,
        parameters, gateway, doctor, annotate, rollout, train,
    )  # fmt: skip
    for command in commands:
        command.add_parser(subparsers)
    for name, subparser in subparsers.choices.items():
        subparser.add_argument(
            '--threads',
            type=int,
            default=1,
            metavar='N',
            help=_THREADS_OF_REPLAY if name == 'replay' else _THREADS,
        )
    parsed = parser.parse_args(arguments)
    try:
        limit_threads(parsed.threads)
        status = int(parsed.func(parsed))
        sys.stdout.flush()
        return status
    except RealvlgError as error:
        print(f'realvlg: {error}', file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The interpreter flushes standard output at exit, which must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _NO_READER

"""`realvlg gateway`: several robots share one server of a model, each in its turn."""

from __future__ import annotations

import argparse
import os
from typing import Any

from ..errors import ParameterError
from ..grounding.serving.endpoint import Endpoint
from ..grounding.serving.fair_queue import FairQueue
from ..grounding.serving.gateway import Gateway, GatewayState

# Robots that may wait at once. Chosen: more do not share one server.
_ROBOTS = 64


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    words = 'let several robots share one server of a model, each in its turn'
    parser = subparsers.add_parser('gateway', help=words, description=words)
    parser.add_argument('upstream', help='base of the API, such as http://localhost:8000/v1')
    parser.add_argument('--host', default='127.0.0.1', help='to listen at (default: 127.0.0.1)')
    parser.add_argument('--port', type=int, default=8100, help='(default: 8100)')
    parser.add_argument(
        '--at-once', type=int, default=4, metavar='N', help='questions that run (default: 4)'
    )
    parser.add_argument(
        '--waiting', type=int, default=4, metavar='N',
        help='questions of one robot that wait; further ones are refused (default: 4)',
    )  # fmt: skip
    parser.add_argument(
        '--timeout', type=float, default=60.0, metavar='S',
        help='longest wait for the server, s (default: 60)',
    )  # fmt: skip
    parser.add_argument(
        '--api-key-variable', default='REALVLG_SERVER_KEY', metavar='NAME',
        help="environment variable with the server's key, for robots that send none",
    )  # fmt: skip
    parser.set_defaults(func=_run)


def make_gateway(arguments: argparse.Namespace) -> Gateway:
    """A gateway that listens already.

    Raises:
        ParameterError: a number outside its range, or an address that cannot be had.
    """
    for name, low, high in (('port', 0, 65535), ('at_once', 1, 256), ('waiting', 1, 256)):
        if not low <= getattr(arguments, name) <= high:
            raise ParameterError(
                f'--{name.replace("_", "-")} is {getattr(arguments, name)}; expected {low} to '
                f'{high}'
            )
    if not 0.1 <= arguments.timeout <= 3600.0:
        raise ParameterError(f'--timeout is {arguments.timeout:g}; expected 0.1 to 3600 s')
    upstream = Endpoint(arguments.upstream, os.environ.get(arguments.api_key_variable, ''))
    queue = FairQueue(arguments.at_once, arguments.waiting, _ROBOTS)
    state = GatewayState(upstream, queue, arguments.timeout)
    try:
        return Gateway((arguments.host, arguments.port), state)
    except (OSError, UnicodeError) as error:
        raise ParameterError(
            f'cannot listen at {arguments.host}:{arguments.port}: {error}; choose another --port'
        ) from error


def _run(arguments: argparse.Namespace) -> int:
    with make_gateway(arguments) as gateway:
        host, port = gateway.server_address[:2]
        root = f'http://{host!s}:{port}'
        print(f'robots: url: {root}/v1; figures: {root}/gateway', flush=True)
        gateway.serve_forever(0.1)
    return 0

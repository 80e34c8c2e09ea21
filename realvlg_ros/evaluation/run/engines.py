"""Who asks: this process, or several on this machine; the lines are the same."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

from ...errors import ParameterError, RunError
from ...threads import limit_threads
from ..dataset import Group
from .asker import Asker
from .options import EvaluationOptions
from .questions import ask_group

# Processes at most. Chosen: as many as the largest machines have cores.
MAX_WORKERS = 256


def check_workers(count: int) -> None:
    """Refuse a number of workers that no machines take.

    Raises:
        ParameterError: it is outside.
    """
    if not 1 <= count <= MAX_WORKERS:
        raise ParameterError(f'workers is {count}; expected 1 to {MAX_WORKERS}')


class Engine(Protocol):
    """Asks about images, in their order."""

    def lines(self, groups: Sequence[Group], options: EvaluationOptions) -> Iterator[str]:
        """The line of each group (GroupResult.line), in the order of the groups.

        Raises:
            RealvlgError: the backend cannot be loaded, or a worker ended.
        """
        ...


class InProcess:
    """One after the other, here."""

    def lines(self, groups: Sequence[Group], options: EvaluationOptions) -> Iterator[str]:
        """See Engine."""
        asker = Asker(options)
        try:
            for group in groups:
                yield ask_group(group, asker, options).line()
        finally:
            asker.close()


@dataclass(frozen=True)
class LocalWorkers:
    """Several processes on this machine, each with a backend of its own."""

    count: int

    def __post_init__(self) -> None:
        check_workers(self.count)

    def lines(self, groups: Sequence[Group], options: EvaluationOptions) -> Iterator[str]:
        """See Engine."""
        # A forked process would have the locks and the device contexts of this one.
        context = multiprocessing.get_context('spawn')
        with ProcessPoolExecutor(self.count, context, _start, (options,)) as pool:
            try:
                with _another_main():
                    lines = pool.map(_line, groups)
                yield from lines
            except BrokenProcessPool as error:
                raise RunError(
                    'a worker ended by itself; what is done is kept, the same command goes on, '
                    'with fewer --workers if memory was short'
                ) from error
            finally:
                pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def _another_main() -> Iterator[None]:
    """Processes that are started here do not run the script that started this one again.

    The scripts that installers make need not be written for that; all processes of a pool are
    started while its tasks are given.
    """
    main = sys.modules['__main__']
    sys.modules['__main__'] = ModuleType('__main__')
    try:
        yield
    finally:
        sys.modules['__main__'] = main


# The options and the backend of a worker process.
_worker: dict[str, Any] = {}


def _start(options: EvaluationOptions) -> None:
    limit_threads(1)
    _worker['options'] = options


def _line(group: Group) -> str:
    """The line of a group in a worker, which loads its backend for the first one."""
    options: EvaluationOptions = _worker['options']
    if 'asker' not in _worker:
        _worker['asker'] = Asker(options)
    return ask_group(group, _worker['asker'], options).line()

"""Who asks: this process, several on this machine, or a Ray cluster; the lines are the same."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ...errors import ParameterError, RunError
from ...optional import import_optional
from ...threads import limit_threads
from ..dataset import Group, open_dataset
from .asker import Asker
from .options import EvaluationOptions
from .questions import ask_group

# Processes at most. Chosen: as many as the largest machines have cores.
MAX_WORKERS = 256


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
        if not 1 <= self.count <= MAX_WORKERS:
            raise ParameterError(f'workers is {self.count}; expected 1 to {MAX_WORKERS}')

    def lines(self, groups: Sequence[Group], options: EvaluationOptions) -> Iterator[str]:
        """See Engine."""
        # A forked process would have the locks and the device contexts of this one.
        context = multiprocessing.get_context('spawn')
        with ProcessPoolExecutor(self.count, context, _start, (options,)) as pool:
            try:
                yield from pool.map(_line, groups)
            except BrokenProcessPool as error:
                raise RunError(
                    'a worker ended by itself; what is done is kept, the same command goes on, '
                    'with fewer --workers if memory was short'
                ) from error
            finally:
                pool.shutdown(wait=False, cancel_futures=True)


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


@dataclass(frozen=True)
class RayWorkers:
    """Actors of a Ray cluster, each with a backend of its own; images are a Ray data set.

    The data set is opened on each machine by its path, which must lead to the same files.

    Attributes:
        address: of the cluster; `local` starts one on this machine, `auto` finds a running one.
        count: actors.
        gpus: of each actor; a share may be given.
    """

    address: str
    count: int = 1
    gpus: float = 0.0

    def __post_init__(self) -> None:
        if not 1 <= self.count <= MAX_WORKERS:
            raise ParameterError(f'workers is {self.count}; expected 1 to {MAX_WORKERS}')

    def lines(self, groups: Sequence[Group], options: EvaluationOptions) -> Iterator[str]:
        """See Engine."""
        need = 'an evaluation on a Ray cluster'
        remedy = 'install ray[data], or leave out --ray'
        ray = import_optional('ray', need, remedy)
        data = import_optional('ray.data', need, remedy)
        ray.init(address=self.address, ignore_reinit_error=True, log_to_driver=False)
        context = data.DataContext.get_current()
        # The file of results begins with the images that come first.
        context.execution_options.preserve_order = True
        context.enable_progress_bars = False
        keys = [{'key': group.key} for group in groups]
        blocks = data.from_items(keys, override_num_blocks=max(1, len(keys)))
        told = blocks.map(
            _RayActor,
            fn_constructor_args=(options,),
            compute=data.ActorPoolStrategy(size=self.count),
            num_gpus=self.gpus or None,
        )
        try:
            for row in told.iter_rows():
                yield row['line']
        finally:
            ray.shutdown()


class _RayActor:
    """A backend on a machine of the cluster."""

    def __init__(self, options: EvaluationOptions) -> None:
        limit_threads(1)
        self._options = options
        dataset = open_dataset(Path(options.dataset))
        self._groups = {group.key: group for group in dataset.groups}
        self._asker = Asker(options)

    def __call__(self, row: dict[str, str]) -> dict[str, str]:
        group = self._groups[row['key']]
        return {'line': ask_group(group, self._asker, self._options).line()}

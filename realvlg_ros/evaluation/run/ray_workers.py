"""Images are a Ray data set over actors of a cluster; the lines are those of one process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...boundary import Boundary
from ...errors import EvaluationError, ParameterError, RealvlgError, RunError
from ...optional import import_optional
from ...threads import limit_threads
from ..dataset import Group, open_dataset
from .asker import Asker
from .engines import check_workers
from .options import EvaluationOptions
from .questions import ask_group

# GPUs of an actor. Chosen: as many as the largest machines have.
_MOST_GPUS = 16
_NEED, _REMEDY = 'an evaluation on a Ray cluster', 'install ray[data], or leave out --ray'


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
        check_workers(self.count)
        if not 0 <= self.gpus <= _MOST_GPUS:
            raise ParameterError(f'gpus is {self.gpus}; expected 0 to {_MOST_GPUS}')

    def lines(self, groups: Sequence[Group], options: EvaluationOptions) -> Iterator[str]:
        """See Engine."""
        ray = import_optional('ray', _NEED, _REMEDY)
        import_optional('ray.data', _NEED, _REMEDY)
        cluster = Boundary(
            f'the Ray cluster {self.address}', RunError,
            'what is done is kept, and the same command goes on',
        )  # fmt: skip
        try:
            with cluster.guard('failed', (EvaluationError,)):
                ray.init(address=self.address, ignore_reinit_error=True, log_to_driver=False)
                for row in self._rows(groups, options):
                    if row['failure']:
                        raise EvaluationError(f'a worker of the Ray cluster: {row["failure"]}')
                    yield row['line']
        finally:
            ray.shutdown()

    def _rows(self, groups: Sequence[Group], options: EvaluationOptions) -> Iterator[Any]:
        data = import_optional('ray.data', _NEED, _REMEDY)
        context = data.DataContext.get_current()
        # The file of results begins with the images that come first.
        context.execution_options.preserve_order = True
        context.enable_progress_bars = False
        keys = [{'key': group.key} for group in groups]
        told = data.from_items(keys, override_num_blocks=max(1, len(keys))).map(
            _RayActor,
            fn_constructor_args=(options,),
            compute=data.ActorPoolStrategy(size=self.count),
            num_gpus=self.gpus or None,
        )
        yield from told.iter_rows()


class _RayActor:
    """A backend on a machine of the cluster, which is loaded for the first image."""

    def __init__(self, options: EvaluationOptions) -> None:
        limit_threads(1)
        self._options = options
        self._groups: dict[str, Group] = {}
        self._asker: Asker | None = None

    def __call__(self, row: dict[str, str]) -> dict[str, str]:
        try:
            if self._asker is None:
                dataset = open_dataset(Path(self._options.dataset))
                self._groups = {group.key: group for group in dataset.groups}
                self._asker = Asker(self._options)
            result = ask_group(self._groups[row['key']], self._asker, self._options)
        except RealvlgError as error:
            # Errors of Ray say where they were raised, not what is wrong.
            return {'line': '', 'failure': str(error)}
        return {'line': result.line(), 'failure': ''}

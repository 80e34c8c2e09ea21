"""The folder of a training run: what it was asked for, and from where it goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..boundary import Boundary
from ..documents import as_mapping, read_json
from ..errors import TrainingError
from ..files import is_file
from ..json_text import to_json_text, to_plain
from ..quoting import quoted
from ..settings import flatten
from .settings import TrainingSettings

_ASKED = 'training.json'
_STEP = 'checkpoint-'
# What the trainer writes last of a checkpoint, and the forms of its optimiser: of one process, of
# FSDP and of DeepSpeed.
_LAST = 'trainer_state.json'
_OPTIMIZERS = ('optimizer.pt', 'optimizer.bin', 'optimizer_*', 'global_step*')
# Settings that may differ when a run goes on: they change nothing of what was learned so far.
_FREE = ('out', 'keep.', 'optimizer.epochs', 'optimizer.max_steps', 'data.workers', 'threads')


class RunFolder:
    """A folder with checkpoints/, logs/ and, at the end, model/."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.checkpoints = path / 'checkpoints'
        self.logs = path / 'logs'
        self.model = path / 'model'

    def begin(self, settings: TrainingSettings) -> Path | None:
        """Make the folder, or go on in it: the checkpoint to go on from, None for none.

        Raises:
            TrainingError: the folder is of another training, or cannot be used.
        """
        boundary = Boundary(str(self.path), TrainingError)
        asked = flatten(to_plain(settings))
        file = self.path / _ASKED
        with boundary.guard('cannot be used for a training'):
            if is_file(file):
                _compare(as_mapping(read_json(file, boundary), boundary), asked, boundary)
            elif self.path.is_dir() and any(self.path.iterdir()):
                raise boundary.refusal(
                    f'holds files and no {_ASKED}, so that it is of no training; give another out'
                )
            self.logs.mkdir(parents=True, exist_ok=True)
            file.write_text(to_json_text(asked, indent=1) + '\n')
            return self.last_checkpoint()

    def last_checkpoint(self) -> Path | None:
        """The newest checkpoint that was written to its end."""
        found = sorted(self.checkpoints.glob(f'{_STEP}*'), key=_step, reverse=True)
        return next((path for path in found if _is_whole(path)), None)


def _step(path: Path) -> int:
    text = path.name.removeprefix(_STEP)
    return int(text) if text.isdigit() else -1


def _is_whole(path: Path) -> bool:
    """Whether a checkpoint was written to its end."""
    try:
        read_json(path / _LAST, Boundary(str(path / _LAST), TrainingError))
    except TrainingError:
        return False
    return any(found for form in _OPTIMIZERS for found in path.glob(form))


def _compare(before: dict[str, Any], now: dict[str, Any], boundary: Boundary) -> None:
    changed = [
        f'{name} was {quoted(before.get(name))} and is {quoted(value)}'
        for name, value in now.items()
        if before.get(name) != value and not name.startswith(_FREE)
    ]
    if changed:
        raise boundary.refusal(
            f'is of another training: {"; ".join(changed)}; give another out, or these values'
        )

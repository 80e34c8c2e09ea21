"""What a training says on its way: a line in the terminal, a row of a file, TensorBoard."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

from ..json_text import to_json_text
from ..optional import import_optional

NEED = 'realvlg train needs trl, accelerate, datasets, peft and tensorboard'
REMEDY = 'pip install -r requirements/train.txt (docs/training.md)'
# Figures that are told, with the words for them, where a step has them.
_TOLD = {
    'loss': 'loss', 'reward': 'reward', 'kl': 'divergence', 'entropy': 'entropy',
    'completions/mean_length': 'tokens', 'learning_rate': 'rate',
}  # fmt: skip


def make_teller(folder: Path) -> Any:
    """A callback of transformers that tells each step, and keeps its figures in a folder.

    The folder gets steps.jsonl and the files of TensorBoard.

    Raises:
        MissingDependencyError: transformers or tensorboard is not installed.
    """
    base: Any = import_optional('transformers', NEED, REMEDY).TrainerCallback
    boards = import_optional('torch.utils.tensorboard', NEED, REMEDY)

    class Teller(base):  # type: ignore[misc]
        """Tells and keeps the figures of steps, in the first of several processes."""

        def __init__(self) -> None:
            self._board: Any = None

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            """Take the figures of a step; those of the whole run come last, and are left out."""
            if not state.is_world_process_zero or not logs or 'train_runtime' in logs:
                return
            figures = {key: value for key, value in logs.items() if _is_figure(value)}
            self._board = self._board or boards.SummaryWriter(str(folder))
            with (folder / 'steps.jsonl').open('a') as rows:
                rows.write(to_json_text({'step': state.global_step, **figures}) + '\n')
            for key, value in figures.items():
                self._board.add_scalar(f'train/{key}', value, state.global_step)
            self._board.flush()
            print(_line(state, figures), file=sys.stderr, flush=True)

    return Teller()


def _line(state: Any, figures: dict[str, float]) -> str:
    shown = [f'{word} {figures[key]:.4g}' for key, word in _TOLD.items() if key in figures]
    shares = [
        f'{key.replace("_", " ")} {value:.2f}'
        for key, value in figures.items()
        if key.startswith('valid_')
    ]
    return f'step {state.global_step} of {state.max_steps}: ' + ', '.join([*shown, *shares])


def _is_figure(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)

"""Going on from a checkpoint with the weights that are in it.

The trainer of transformers (5.18) reads the file of a checkpoint by the names in it, which are
those of published checkpoints, into a model whose parts are named otherwise by now. Of a
Qwen2.5-VL no tensor is found, which is a warning, and a run would go on from the weights of its
start.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..boundary import Boundary
from ..errors import TrainingError
from ..grounding.realvlg.model.checkpoint import Checkpoint, keep_processor
from ..grounding.realvlg.model.model import load_weights


def load_by_meaning(trainer: Any, start: Checkpoint, dtype: str) -> None:
    """Let a trainer of whole weights read its checkpoints as models are read.

    Adapters, and what FSDP or DeepSpeed have divided, are named as in the model, and are left to
    the trainer.

    Args:
        trainer: of transformers, before it trains.
        start: the checkpoint that the run began with.
        dtype: of the weights in training.
    """
    if trainer.is_fsdp_enabled or trainer.is_deepspeed_enabled:
        return

    def load(resume_from_checkpoint: str, model: Any = None) -> None:
        folder = Path(resume_from_checkpoint)
        with Boundary(str(folder), TrainingError).guard('cannot be gone on from'):
            keep_processor(start.path, folder)
            weights = load_weights(folder, 'cpu', dtype).state_dict()
            (trainer.model if model is None else model).load_state_dict(weights)

    trainer._load_from_checkpoint = load

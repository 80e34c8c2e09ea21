"""The result of a training as a checkpoint that the backend `realvlg` loads."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from ..boundary import Boundary
from ..errors import TrainingError
from ..grounding.realvlg.model.checkpoint import Checkpoint, keep_processor
from ..grounding.realvlg.model.model import load_weights
from ..grounding.realvlg.tools.hashes import hash_files, write_hashes
from ..json_text import to_json_text
from ..optional import import_optional
from .data.tasks import TrainedTask
from .progress import NEED, REMEDY
from .settings import TrainingSettings

BACKEND = 'backend.yaml'


def export(trained: Path, settings: TrainingSettings, target: Path) -> None:
    """Write the checkpoint, with the list of its hashes; it appears whole or not at all.

    Args:
        trained: folder of what the trainer saved: all weights, or adapters.
        settings: of the run.
        target: folder of the checkpoint; one that is there is replaced.

    Raises:
        TrainingError: the folder cannot be written.
        GroundingError: what was saved cannot be used: a number is not finite, for example.
    """
    base = Path(settings.model).expanduser()
    model = _trained_model(trained, base, settings)
    partial = target.with_name(f'{target.name}.partial')
    with Boundary(str(target), TrainingError).guard('cannot be written'):
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        model.save_pretrained(partial)
        keep_processor(base, partial)
        write_hashes(partial, hash_files(Checkpoint.open(partial)))
        shutil.rmtree(target, ignore_errors=True)
        partial.rename(target)
    options = backend_options(settings, target)
    (target.parent / BACKEND).write_text(options)


def backend_options(settings: TrainingSettings, checkpoint: Path) -> str:
    """Options of the backend `realvlg` for a checkpoint, as YAML."""
    asked = dict.fromkeys(task.asked.value for task in settings.trained)
    lines = [f'{task}_checkpoint: {to_json_text(str(checkpoint.absolute()))}' for task in asked]
    lines += [f'prompts: {to_json_text(settings.prompts)}']
    if settings.coordinates:
        lines += [f'coordinates: {settings.coordinates}']
    lines += [
        f'mode: {"think" if settings.thinking else "direct"}',
        f'max_pixels: {settings.data.max_pixels}',
        f'min_pixels: {settings.data.min_pixels}',
    ]
    if TrainedTask.MASK in settings.trained:
        reward = settings.reward
        lines += [f'segmenter: {reward.segmenter}']
        lines += [f'sam2_checkpoint: {to_json_text(reward.sam2_checkpoint)}']
    return '\n'.join(lines) + '\n'


def _trained_model(trained: Path, base: Path, settings: TrainingSettings) -> Any:
    """The whole model on the CPU, adapters merged."""
    dtype = settings.keep.dtype
    if not settings.lora.rank:
        keep_processor(base, trained)
        return load_weights(trained, 'cpu', dtype)
    peft = import_optional('peft', NEED, REMEDY)
    model = load_weights(base, 'cpu', dtype)
    with Boundary(str(trained), TrainingError).guard('has no adapters that can be merged'):
        return peft.PeftModel.from_pretrained(model, trained).merge_and_unload()

"""One training run, from its settings to a checkpoint."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..boundary import Boundary
from ..errors import TrainingError
from ..evaluation.dataset import Sample, open_dataset
from ..grounding.realvlg.coordinates import Convention
from ..grounding.realvlg.model.checkpoint import Checkpoint
from ..grounding.realvlg.model.quantization import Quantization
from ..grounding.realvlg.prompts import PromptSet, find_prompts
from ..quoting import quoted
from ..torch_device import import_libraries, use_torch_threads
from .data.rows import Manner, Rows
from .data.settings import DataSettings
from .export import export
from .processor import load_processor, picture_factor
from .progress import make_teller
from .run_folder import RunFolder
from .settings import TrainingSettings
from .trainer import Parts, make_trainer

# Bad samples that are told, each in a line. Chosen: enough to see what is wrong with them.
_TOLD = 5
_STOPPED = Boundary(
    'the training', TrainingError,
    'the same command goes on from the last checkpoint; where memory was short, lower '
    'optimizer.per_device or data.max_pixels first',
)  # fmt: skip

_logger = logging.getLogger(__name__)


def train(
    settings: TrainingSettings,
    samples: Sequence[Sample] | None = None,
    callbacks: Sequence[Any] = (),
) -> Path:
    """Train, or go on where a run was interrupted; the folder of the checkpoint.

    Args:
        settings: of the run.
        samples: to train on; None for those of the dataset that the settings name.
        callbacks: further ones of transformers.

    Raises:
        TrainingError: it cannot start, or its result cannot be kept.
        ParameterError: the prompts cannot be used, or have no form for a task.
        LabelError: the dataset cannot be read.
        GroundingError: the checkpoint of the start, or the result, cannot be used.
        MissingDependencyError: the packages of the extra `train` are not installed.
    """
    torch, _ = import_libraries()
    cuda = settings.device == 'auto' and torch.cuda.is_available()
    devices = _count_devices(torch.cuda.device_count() if cuda else 0)
    prompts, convention = _open_prompts(settings)
    checkpoint = _open_start(settings)
    processor = load_processor(checkpoint)
    manner = Manner(
        prompts, convention, picture_factor(processor), not settings.by_rewards, settings.seed,
        settings.thinking,
    )  # fmt: skip
    chosen = choose(settings.data, settings.seed) if samples is None else samples
    rows = Rows(chosen, settings.trained, manner, settings.data, settings.randomize)
    _check_count(rows, settings)
    folder = RunFolder(Path(settings.out).expanduser())
    last = folder.begin(settings)
    use_torch_threads(settings.threads)
    parts = Parts(checkpoint, processor, rows, manner, folder, devices, cuda)
    trainer = make_trainer(settings, parts, [make_teller(folder.logs), *callbacks])
    trained = folder.path / 'trained'
    with _STOPPED.guard('stopped'):
        trainer.train(resume_from_checkpoint=None if last is None else str(last))
        trainer.save_model(str(trained))
    if trainer.is_world_process_zero():
        export(trained, settings, folder.model)
        shutil.rmtree(trained)
    return folder.model


def choose(data: DataSettings, seed: int) -> list[Sample]:
    """The samples of the dataset that the settings take, in its order.

    Raises:
        LabelError: the dataset cannot be read.
        TrainingError: nothing of it can be used.
    """
    dataset = open_dataset(Path(data.path).expanduser())
    readings = [group.read() for group in dataset.groups]
    problems = [problem.words() for reading in readings for problem in reading.problems]
    samples = [
        sample
        for reading in readings
        for sample in reading.samples
        if data.split in ('', sample.split)
    ]
    if not samples:
        said = f': {problems[0]}' if problems else ''
        of = f' of the split {quoted(data.split)}' if data.split else ''
        raise TrainingError(f'{data.path} ({dataset.layout}) holds no sample{of}{said}')
    for problem in problems[:_TOLD]:
        _logger.warning('left out: %s', problem)
    if len(problems) > _TOLD:
        _logger.warning('left out: %d more', len(problems) - _TOLD)
    count = max(1, round(data.share * len(samples)))
    kept = np.random.default_rng(seed).permutation(len(samples))[:count]
    return [samples[index] for index in sorted(kept.tolist())]


def _open_prompts(settings: TrainingSettings) -> tuple[PromptSet, Convention]:
    """The prompts, which ask for every task as it is wanted, and the unit of answers."""
    prompts = PromptSet.from_yaml(find_prompts(settings.prompts))
    for task in settings.trained:
        prompts.task(task.asked)
    if settings.thinking and not prompts.can_think:
        raise TrainingError(
            f'prompts {quoted(prompts.name)} have no thinking; set thinking to false'
        )
    convention = Convention(settings.coordinates or prompts.coordinates)
    if not convention.in_whole_numbers:
        known = ', '.join(each.value for each in Convention if each.in_whole_numbers)
        raise TrainingError(
            f'coordinates of answers are {convention.value}, but the answers that are learned '
            f'have whole numbers; use one of {known}'
        )
    return prompts, convention


def _open_start(settings: TrainingSettings) -> Checkpoint:
    checkpoint = Checkpoint.open(Path(settings.model).expanduser())
    if Quantization.load(checkpoint.path) is not None:
        raise TrainingError(f'{checkpoint.path} is quantized; train the original checkpoint')
    return checkpoint


def _check_count(rows: Rows, settings: TrainingSettings) -> None:
    if not len(rows):
        raise TrainingError(
            f'no sample of {settings.data.path} says what is right for {settings.tasks}; give '
            'other tasks or another dataset'
        )
    if len(rows) < settings.optimizer.batch:
        raise TrainingError(
            f'there are {len(rows)} questions, fewer than optimizer.batch = '
            f'{settings.optimizer.batch}; lower it'
        )


def _count_devices(gpus: int) -> int:
    """Processes that train together, as `accelerate launch` says."""
    devices = int(os.environ.get('WORLD_SIZE', '0'))
    if not devices and gpus > 1:
        raise TrainingError(
            f'{gpus} GPUs are visible to one process; start it with accelerate launch '
            '(docs/training.md), or set CUDA_VISIBLE_DEVICES=0'
        )
    return max(devices, 1)

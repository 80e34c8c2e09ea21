"""Arguments of `trl` for the settings of a training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..errors import TrainingError
from ..grounding.realvlg.answer.answer_text import answer_expression
from ..grounding.realvlg.prompts import PromptSet
from .settings import TrainingSettings


def common_arguments(
    settings: TrainingSettings, folder: Path, devices: int, cuda: bool
) -> dict[str, Any]:
    """What SFTConfig and GRPOConfig share, by name.

    Args:
        settings: of the run.
        folder: of its checkpoints.
        devices: how many take part, on all machines.
        cuda: whether they are GPUs.

    Raises:
        TrainingError: the batch cannot be divided among the devices.
    """
    optimizer, keep = settings.optimizer, settings.keep
    return {
        'output_dir': str(folder),
        'learning_rate': optimizer.learning_rate,
        'lr_scheduler_type': optimizer.schedule,
        'warmup_steps': optimizer.warmup_steps,
        'weight_decay': optimizer.weight_decay,
        'max_grad_norm': optimizer.max_norm,
        'per_device_train_batch_size': optimizer.per_device,
        'gradient_accumulation_steps': _accumulated(settings, devices),
        'num_train_epochs': optimizer.epochs,
        'max_steps': optimizer.max_steps or -1,
        'gradient_checkpointing': optimizer.checkpointing,
        'bf16': cuda,
        'use_cpu': not cuda,
        'seed': settings.seed,
        'save_strategy': 'steps',
        'save_steps': keep.every,
        'save_total_limit': keep.count,
        'logging_steps': keep.log_every,
        'dataloader_num_workers': settings.data.workers,
        # The callbacks of progress.py take the figures.
        'report_to': 'none',
        'remove_unused_columns': False,
        'disable_tqdm': True,
    }


def reward_arguments(settings: TrainingSettings, prompts: PromptSet) -> dict[str, Any]:
    """What GRPOConfig takes beside the common ones, by name.

    Args:
        settings: of the run.
        prompts: of the model; vLLM is guided by their grammar.
    """
    optimizer, rollouts = settings.optimizer, settings.rollouts
    arguments: dict[str, Any] = {
        'num_generations': rollouts.count,
        'temperature': rollouts.temperature,
        'max_completion_length': rollouts.max_tokens,
        # Sequences are weighed alike, as in GRPO's and GSPO's papers, and as the published code.
        'loss_type': 'grpo',
        'importance_sampling_level': 'sequence' if settings.method == 'gspo' else 'token',
        'beta': optimizer.kl,
        'epsilon': optimizer.clip_low,
        'epsilon_high': optimizer.clip_high,
        'scale_rewards': 'group',
    }
    return arguments | _vllm(settings, prompts)


def teaching_arguments() -> dict[str, Any]:
    """What SFTConfig takes beside the common ones: nothing is cut, answers alone are learned."""
    return {'max_length': None, 'completion_only_loss': True}


def _vllm(settings: TrainingSettings, prompts: PromptSet) -> dict[str, Any]:
    rollouts = settings.rollouts
    if rollouts.in_process:
        return {}
    arguments: dict[str, Any] = {'use_vllm': True}
    if rollouts.engine == 'vllm_server':
        arguments |= {'vllm_mode': 'server', 'vllm_server_base_url': rollouts.server_url}
    else:
        share = rollouts.gpu_share
        arguments |= {'vllm_mode': 'colocate', 'vllm_gpu_memory_utilization': share}
    if rollouts.guided:
        asked = dict.fromkeys(task.asked for task in settings.trained)
        each = [answer_expression(prompts, task, settings.thinking) for task in asked]
        expression = each[0] if len(each) == 1 else '|'.join(f'({one})' for one in each)
        arguments['vllm_structured_outputs_regex'] = expression
    return arguments


def steps_a_rollout(settings: TrainingSettings, devices: int) -> int:
    """Batches of a device between two rollouts."""
    return _accumulated(settings, devices) * settings.rollouts.updates


def _accumulated(settings: TrainingSettings, devices: int) -> int:
    """Batches of a device in one step of the optimiser."""
    optimizer = settings.optimizer
    answers = optimizer.batch * (settings.rollouts.count if settings.by_rewards else 1)
    at_once = optimizer.per_device * devices
    if answers % at_once:
        raise TrainingError(
            f'a step has {answers} answers (optimizer.batch'
            + (' * rollouts.count' if settings.by_rewards else '')
            + f'), which {devices} devices with optimizer.per_device = {optimizer.per_device} '
            'cannot share; change one of them so that it divides'
        )
    return answers // at_once

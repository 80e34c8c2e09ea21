"""The trainers of `trl` for the settings of a training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..boundary import Boundary
from ..errors import TrainingError
from ..grounding.realvlg.model.checkpoint import Checkpoint
from ..grounding.realvlg.model.model import load_weights
from ..grounding.realvlg.model.text_tokens import TextTokens
from ..optional import import_optional
from .arguments import common_arguments, reward_arguments, steps_a_rollout, teaching_arguments
from .data.rows import Manner, Rows
from .guided import Guidance
from .progress import NEED, REMEDY
from .resuming import load_by_meaning
from .rewards.reply import ReplyReader
from .rewards.reward import AnswerReward
from .run_folder import RunFolder
from .settings import TrainingSettings

# Layers of the language model that adapters change. From the names in transformers.
_LANGUAGE_LAYERS = r'.*language_model.*\.(q|k|v|o|gate|up|down)_proj'


@dataclass(frozen=True)
class Parts:
    """What a trainer is made of.

    Attributes:
        checkpoint: of the start.
        processor: of the checkpoint.
        rows: to train on.
        manner: in which they ask.
        folder: of the run.
        devices: that take part, on all machines.
        cuda: whether they are GPUs.
    """

    checkpoint: Checkpoint
    processor: Any
    rows: Rows
    manner: Manner
    folder: RunFolder
    devices: int
    cuda: bool


def make_trainer(settings: TrainingSettings, parts: Parts, callbacks: Sequence[Any]) -> Any:
    """A trainer that is ready to train.

    Args:
        settings: of the run.
        parts: checkpoint, rows and folder.
        callbacks: of transformers.

    Raises:
        TrainingError: the settings do not fit the devices.
        GroundingError: the weights cannot be used.
        MissingDependencyError: a package of the extra `train` is not installed.
    """
    trl = import_optional('trl', NEED, REMEDY)
    common = common_arguments(settings, parts.folder.checkpoints, parts.devices, parts.cuda)
    shared: dict[str, Any] = {
        'train_dataset': _dataset(parts.rows),
        'processing_class': parts.processor,
        'peft_config': _adapters(settings),
        'callbacks': [*callbacks, _epochs(parts.rows)],
    }
    rewards = _rewards(settings, parts) if settings.by_rewards else []
    model = _load(settings, parts.checkpoint)
    if settings.by_rewards and settings.rollouts.guided and settings.rollouts.in_process:
        _guidance(settings, parts).attach(model)
    with Boundary('the training', TrainingError).guard('cannot be set up'):
        if settings.by_rewards:
            arguments = trl.GRPOConfig(
                **common, **reward_arguments(settings, parts.manner.prompts),
                steps_per_generation=steps_a_rollout(settings, parts.devices),
            )  # fmt: skip
            trainer = trl.GRPOTrainer(model, rewards, args=arguments, **shared)
        else:
            arguments = trl.SFTConfig(**common, **teaching_arguments())
            trainer = trl.SFTTrainer(model, args=arguments, **shared)
        # It would print each figure of each step.
        trainer.remove_callback(import_optional('transformers', NEED, REMEDY).PrinterCallback)
        if not settings.lora.rank:
            load_by_meaning(trainer, parts.checkpoint, settings.dtype)
        return trainer


def _dataset(rows: Rows) -> Any:
    """The rows as `trl` takes them; pictures are read when a row is asked for."""
    datasets = import_optional('datasets', NEED, REMEDY)
    numbers = datasets.Dataset.from_dict({'row': list(range(len(rows)))})
    return numbers.with_transform(rows.batch)


def _epochs(rows: Rows) -> Any:
    """A callback that tells the rows which epoch begins."""
    base: Any = import_optional('transformers', NEED, REMEDY).TrainerCallback

    class Epochs(base):  # type: ignore[misc]
        """Follows the epochs."""

        def on_epoch_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            """Take the number of the epoch."""
            rows.set_epoch(int(state.epoch or 0))

    return Epochs()


def _load(settings: TrainingSettings, checkpoint: Checkpoint) -> Any:
    """The model of the start; what is not trained needs no gradient."""
    model = load_weights(checkpoint.path, 'cpu', settings.dtype)
    if not settings.train_vision:
        for name, parameter in model.named_parameters():
            if 'visual' in name:
                parameter.requires_grad_(False)
    return model


def _rewards(settings: TrainingSettings, parts: Parts) -> list[AnswerReward]:
    asked = {task.asked for task in settings.trained}
    reader = ReplyReader(parts.manner.prompts, asked, settings.thinking)
    return [AnswerReward(task, reader, settings.reward) for task in settings.trained]


def _guidance(settings: TrainingSettings, parts: Parts) -> Guidance:
    return Guidance(
        TextTokens(parts.checkpoint.path / 'tokenizer.json'),
        parts.manner.prompts,
        tuple(dict.fromkeys(task.asked for task in settings.trained)),
        parts.manner.convention,
        parts.manner.factor,
        Guidance.thought_budget(settings.rollouts.max_tokens, settings.thinking),
    )


def _adapters(settings: TrainingSettings) -> Any:
    """The configuration of low-rank adapters; None to train the weights themselves."""
    lora = settings.lora
    if not lora.rank:
        return None
    peft = import_optional('peft', NEED, REMEDY)
    layers = 'all-linear' if settings.train_vision else _LANGUAGE_LAYERS
    return peft.LoraConfig(
        r=lora.rank, lora_alpha=max(1, round(lora.scale * lora.rank)), lora_dropout=lora.dropout,
        target_modules=layers, task_type='CAUSAL_LM',
    )  # fmt: skip

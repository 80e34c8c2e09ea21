"""The settings of `realvlg train`, read from a YAML file such as those of config/train."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..boundary import Boundary
from ..documents import read_mapping
from ..errors import ParameterError, TrainingError
from ..grounding.realvlg.coordinates import Convention
from ..quoting import quoted
from ..settings import Settings, flatten, from_options, setting
from ..threads import MAX_THREADS
from ..torch_device import FLOAT_BYTES
from .data.settings import DataSettings, RandomizeSettings
from .data.tasks import TrainedTask
from .rewards.settings import RewardSettings

METHODS = ('sft', 'grpo', 'gspo')


@dataclass(frozen=True)
class RolloutSettings(Settings):
    """How a model answers while it is trained by rewards."""

    count: int = setting(
        5, 'Answers to each question, whose rewards are compared.', unit='answers', low=2, high=256
    )
    temperature: float = setting(
        1.0, 'Of the sampling.', unit='unitless', low=0.01, high=10.0
    )  # fmt: skip
    max_tokens: int = setting(
        512, 'Length of an answer at most, with its thought.', unit='tokens', low=8, high=32768
    )
    guided: bool = setting(
        False,
        'Keep answers within the grammar, so that each of them parses; the thought before it '
        'stays free.',
    )
    updates: int = setting(
        1, 'Steps of the optimiser on the answers of one rollout.', unit='steps', low=1, high=64
    )
    engine: str = setting(
        'transformers',
        'What generates: the model in training itself, vLLM on the same GPUs, or a vLLM server.',
        choices=('transformers', 'vllm', 'vllm_server'),
    )
    server_url: str = setting('', 'Of `trl vllm-serve`, with engine vllm_server.')
    gpu_share: float = setting(
        0.3, 'Of the memory of a GPU that vLLM takes, with engine vllm.',
        unit='unitless', low=0.05, high=0.95,
    )  # fmt: skip

    @property
    def in_process(self) -> bool:
        """Whether the model in training generates."""
        return self.engine == 'transformers'


@dataclass(frozen=True)
class LoraSettings(Settings):
    """Low-rank adapters, merged into the model at the end."""

    rank: int = setting(
        0, 'Of the adapters; 0 trains the weights themselves.', unit='unitless', low=0, high=1024
    )
    scale: float = setting(
        2.0, "The adapters' alpha, as a multiple of the rank.",
        unit='unitless', low=0.01, high=64.0,
    )  # fmt: skip
    dropout: float = setting(
        0.0, 'Share of inputs of the adapters that is dropped.', unit='unitless', low=0.0, high=0.9
    )


@dataclass(frozen=True)
class OptimizerSettings(Settings):
    """Steps of the optimiser (AdamW)."""

    learning_rate: float = setting(
        1e-6, 'Highest learning rate.', unit='unitless', low=0.0, high=1.0
    )
    schedule: str = setting(
        'constant_with_warmup', 'How the rate changes after the warm-up.',
        choices=('constant_with_warmup', 'linear', 'cosine'),
    )  # fmt: skip
    warmup_steps: int = setting(
        0, 'Steps in which the rate rises from 0.', unit='steps', low=0, high=1000000
    )
    weight_decay: float = setting(0.0, 'Of AdamW.', unit='unitless', low=0.0, high=1.0)
    max_norm: float = setting(
        1.0, 'Norm to which gradients are cut.', unit='unitless', low=0.0, high=1000.0
    )
    batch: int = setting(
        128, 'Questions of a step, on all devices together.', unit='questions', low=1, high=65536
    )
    per_device: int = setting(
        5, 'Answers that a device takes at once; less needs less memory.',
        unit='answers', low=1, high=4096,
    )  # fmt: skip
    epochs: float = setting(
        10.0, 'Times that each question is asked.', unit='unitless', low=0.0, high=10000.0
    )
    max_steps: int = setting(
        0, 'End after so many steps; 0 for as many as the epochs have.',
        unit='steps', low=0, high=10**8,
    )  # fmt: skip
    kl: float = setting(
        0.01, 'Weight of the divergence from the model of the start (grpo, gspo); 0 for none.',
        unit='unitless', low=0.0, high=10.0,
    )  # fmt: skip
    clip_low: float = setting(
        0.2, 'How far below 1 the ratio of probabilities counts.',
        unit='unitless', low=1e-6, high=1.0,
    )  # fmt: skip
    clip_high: float = setting(
        0.2, 'How far above 1 the ratio of probabilities counts.',
        unit='unitless', low=1e-6, high=10.0,
    )  # fmt: skip
    checkpointing: bool = setting(
        True, 'Compute activations again in the backward pass, for less memory.'
    )


@dataclass(frozen=True)
class KeepSettings(Settings):
    """What is written on the way."""

    every: int = setting(
        50, 'Steps between checkpoints, from which an interrupted run goes on.',
        unit='steps', low=1, high=10**6,
    )  # fmt: skip
    count: int = setting(
        2, 'Newest checkpoints that are kept.', unit='checkpoints', low=1, high=1000
    )
    log_every: int = setting(
        1, 'Steps between lines for TensorBoard.', unit='steps', low=1, high=10**6
    )
    dtype: str = setting(
        'bfloat16', 'Type of the weights of the result.', choices=tuple(FLOAT_BYTES)
    )


@dataclass(frozen=True)
class TrainingSettings(Settings):
    """One training run."""

    method: str = setting(
        'grpo',
        'sft learns given answers; grpo and gspo learn from rewards, with ratios of probabilities '
        'of tokens (grpo) or of whole answers (gspo).',
        choices=METHODS,
    )
    model: str = setting('', 'Folder of the checkpoint that is the start.')
    out: str = setting('', 'Folder of the run: model, checkpoints and logs.')
    tasks: str = setting('box', 'What is trained, with spaces between: box, mask, grasp, contact.')
    prompts: str = setting(
        'realvlg', 'A name from config/prompts (realvlg, qwen2_5_vl, qwen3_vl) or a YAML file.'
    )
    coordinates: str = setting(
        '', 'In which picture the model counts; empty for that of the prompts.',
        choices=('', *(convention.value for convention in Convention)),
    )  # fmt: skip
    thinking: bool = setting(False, 'Whether a thought belongs before the answer (grpo, gspo).')
    train_vision: bool = setting(True, 'Whether the vision tower is trained too.')
    device: str = setting(
        'auto', 'auto (CUDA where there is any) or cpu.', choices=('auto', 'cpu')
    )
    dtype: str = setting(
        'float32', 'Type of the weights in training; a GPU computes in bfloat16 all the same.',
        choices=tuple(FLOAT_BYTES),
    )  # fmt: skip
    threads: int = setting(
        0, 'Threads of torch on a CPU; 0 for every core.', unit='threads', low=0, high=MAX_THREADS
    )
    seed: int = setting(
        0, 'Of the order, the sampling and the randomisation.', unit='unitless', low=0, high=2**31
    )
    data: DataSettings = field(default_factory=DataSettings)
    randomize: RandomizeSettings = field(default_factory=RandomizeSettings)
    rollouts: RolloutSettings = field(default_factory=RolloutSettings)
    reward: RewardSettings = field(default_factory=RewardSettings)
    optimizer: OptimizerSettings = field(default_factory=OptimizerSettings)
    lora: LoraSettings = field(default_factory=LoraSettings)
    keep: KeepSettings = field(default_factory=KeepSettings)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.trained:
            raise ParameterError(f'tasks is empty; name some of {_names()}')
        if self.method == 'sft' and self.thinking:
            raise ParameterError(
                'thinking is true with method sft, but no dataset says what to think; set it to '
                'false'
            )
        if self.rollouts.engine == 'vllm_server' and not self.rollouts.server_url:
            raise ParameterError(
                'rollouts.engine is vllm_server without rollouts.server_url; give its address'
            )

    @property
    def by_rewards(self) -> bool:
        """Whether answers are sampled and rewarded."""
        return self.method != 'sft'

    @property
    def trained(self) -> tuple[TrainedTask, ...]:
        """The tasks, each once.

        Raises:
            ParameterError: an unknown one.
        """
        known = {task.value: task for task in TrainedTask}
        words = list(dict.fromkeys(self.tasks.replace(',', ' ').split()))
        for word in words:
            if word not in known:
                raise ParameterError(f'tasks has {quoted(word)}; expected some of {_names()}')
        return tuple(known[word] for word in words)

    @classmethod
    def read(cls, path: Path, changes: Mapping[str, Any] | None = None) -> TrainingSettings:
        """Read a file; `model`, `out` and `data.path` must be there or among the changes.

        Args:
            path: of a YAML file.
            changes: values by full name, which count instead of the file's.

        Raises:
            TrainingError: the file cannot be read, has an unknown key or a refused value.
        """
        boundary = Boundary(f'training config {path}', TrainingError)
        values = flatten(read_mapping(path, boundary)) | dict(changes or {})
        with boundary.guard():
            settings = from_options(cls, values)
            needed = {
                'model': settings.model,
                'out': settings.out,
                'data.path': settings.data.path,
            }
            missing = [name for name, value in needed.items() if not value]
            if missing:
                raise boundary.refusal(
                    f'{" and ".join(missing)} not given; write it into the file, or give '
                    + ' '.join(f'--set {name}=PATH' for name in missing)
                )
        return settings


def _names() -> str:
    return ', '.join(task.value for task in TrainedTask)

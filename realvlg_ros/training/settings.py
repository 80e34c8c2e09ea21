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
from .blocks import KeepSettings, LoraSettings, OptimizerSettings, RolloutSettings
from .data.settings import DataSettings, RandomizeSettings
from .data.tasks import TrainedTask
from .rewards.settings import RewardSettings

METHODS = ('sft', 'grpo', 'gspo')


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

"""The settings of the realvlg backend."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...errors import ParameterError
from ...settings import setting
from ...torch_device import FLOAT_BYTES
from .answer.decoder import Mode, Thinking
from .prompts import Task
from .task_settings import TaskSettings


@dataclass(frozen=True)
class RealvlgSettings(TaskSettings):
    """What is loaded and how it is asked; a task without a folder is not asked."""

    box_checkpoint: str = setting(
        '', 'Folder of the weights that answer boxes; the masks come from the box.'
    )
    grasp_checkpoint: str = setting(
        '', 'Folder of the weights that answer grasp rectangles; may be the same.'
    )
    contact_checkpoint: str = setting(
        '', 'Folder of the weights that answer contact pairs; may be the same.'
    )
    mode: str = setting(
        'direct',
        'direct does not think, think does, auto thinks when the direct answer is not sure.',
        choices=tuple(mode.value for mode in Mode),
    )
    think_budget: int = setting(
        256, 'Length of a thought at most.', unit='tokens', low=1, high=100000
    )
    think_threshold: float = setting(
        0.5, 'In mode auto, the score of a direct answer below which the model thinks.',
        unit='unitless', low=0.0, high=1.0,
    )  # fmt: skip
    min_pixels: int = setting(
        0, "Least area of the fed picture; 0 for the checkpoint's own limit.",
        unit='pixels', low=0, high=2**26,
    )  # fmt: skip
    second_look: bool = setting(
        False, 'Ask for rectangles and contacts on a crop around the box at full resolution.'
    )
    second_look_margin: float = setting(
        0.5, "Width of the crop's border, as a share of the box.",
        unit='unitless', low=0.0, high=4.0,
    )  # fmt: skip
    dtype: str = setting(
        'auto', 'Type of the weights; auto is bfloat16.', choices=('auto', *FLOAT_BYTES)
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.checkpoints:
            raise ParameterError(
                'the realvlg backend needs a checkpoint: set box_checkpoint, grasp_checkpoint or '
                'contact_checkpoint to the folder of a downloaded model, in the YAML file that '
                'backend_options names (config/backends/realvlg.yaml is an example)'
            )

    @property
    def checkpoints(self) -> dict[Task, Path]:
        """Folder by task, of the tasks that are asked."""
        folders = self.by_task('checkpoint')
        return {task: Path(folder).expanduser() for task, folder in folders.items()}

    @property
    def thinking(self) -> Thinking:
        """Whether and how much the model thinks."""
        return Thinking(Mode(self.mode), self.think_budget, self.think_threshold)

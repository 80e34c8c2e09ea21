"""The settings of the realvlg backend."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...errors import ParameterError
from .decoder import Mode, Thinking
from .prompts import Task
from .task_settings import TaskSettings


@dataclass(frozen=True)
class RealvlgSettings(TaskSettings):
    """What the realvlg backend loads and how it asks.

    Attributes:
        box_checkpoint: folder of the weights that answer boxes; the masks come from its box.
        grasp_checkpoint: folder of the weights that answer grasp rectangles; may be the same.
        contact_checkpoint: folder of the weights that answer contact pairs; may be the same.
            A task whose folder is empty is not asked.
        mode: direct (no thinking), think, or auto (think when the direct answer is not sure).
        think_budget: tokens of a thought at most.
        think_threshold: in mode auto, the score of a direct answer below which the model thinks.
        min_pixels: least area of the fed picture, px; 0 for the checkpoint's own limit.
        second_look: ask for rectangles and contacts on a crop around the box at full resolution.
        second_look_margin: width of the crop's border, as a share of the box.
        dtype: auto (bfloat16), float32, bfloat16 or float16.
    """

    box_checkpoint: str = ''
    grasp_checkpoint: str = ''
    contact_checkpoint: str = ''
    mode: str = 'direct'
    think_budget: int = 256
    think_threshold: float = 0.5
    min_pixels: int = 0
    second_look: bool = False
    second_look_margin: float = 0.5
    dtype: str = 'auto'

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.checkpoints:
            raise ParameterError(
                'the realvlg backend needs a checkpoint: set box_checkpoint, grasp_checkpoint or '
                'contact_checkpoint to the folder of a downloaded model, in the YAML file that '
                'backend_options names (config/backends/realvlg.yaml is an example)'
            )
        if self.mode not in {mode.value for mode in Mode}:
            raise ParameterError(f'mode {self.mode!r} is not direct, think or auto')
        if self.min_pixels < 0 or not 0 <= self.second_look_margin <= 4:
            raise ParameterError(
                f'min_pixels {self.min_pixels} must not be negative and second_look_margin '
                f'{self.second_look_margin} within 0 to 4'
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

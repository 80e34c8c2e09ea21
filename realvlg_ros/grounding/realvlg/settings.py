"""The settings of the realvlg backend."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...errors import ParameterError
from .coordinates import Convention
from .decoder import Mode, Thinking
from .prompts import Task


@dataclass(frozen=True)
class RealvlgSettings:
    """What the realvlg backend loads and how it asks.

    Attributes:
        box_checkpoint: folder of the weights that answer boxes; the masks come from its box.
        grasp_checkpoint: folder of the weights that answer grasp rectangles; may be the same.
        contact_checkpoint: folder of the weights that answer contact pairs; may be the same.
            A task whose folder is empty is not asked.
        prompts: a name from config/prompts (realvlg, qwen2_5_vl, qwen3_vl) or a YAML file.
        coordinates: original, resized or norm1000; empty for that of the prompts.
        mode: direct (no thinking), think, or auto (think when the direct answer is not sure).
        think_budget: tokens of a thought at most.
        think_threshold: in mode auto, the score of a direct answer below which the model thinks.
        min_pixels, max_pixels: area of the fed picture, px; 0 for the checkpoint's own limit.
        second_look: ask for rectangles and contacts on a crop around the box at full resolution.
        second_look_margin: width of the crop's border, as a share of the box.
        jaw_height_px: height given to the model's rectangles, which it does not predict.
        not_found_threshold: evidence below this is NOT_FOUND; negative for the calibration
            beside the checkpoint, or without one the prompts' probe at 0.5 where they have one.
        segmenter: auto, sam2, transformers or depth.
        sam2_checkpoint: folder of SAM 2 weights.
        device: auto, cpu or cuda[:n].
        dtype: auto (bfloat16), float32, bfloat16 or float16.
    """

    box_checkpoint: str = ''
    grasp_checkpoint: str = ''
    contact_checkpoint: str = ''
    prompts: str = 'realvlg'
    coordinates: str = ''
    mode: str = 'direct'
    think_budget: int = 256
    think_threshold: float = 0.5
    min_pixels: int = 0
    max_pixels: int = 1003520
    second_look: bool = False
    second_look_margin: float = 0.5
    jaw_height_px: float = 40.0
    not_found_threshold: float = -1.0
    segmenter: str = 'auto'
    sam2_checkpoint: str = ''
    device: str = 'auto'
    dtype: str = 'auto'

    def __post_init__(self) -> None:
        if not self.checkpoints:
            raise ParameterError(
                'the realvlg backend needs a checkpoint: set box_checkpoint, grasp_checkpoint or '
                'contact_checkpoint to the folder of a downloaded model'
            )
        if self.mode not in {mode.value for mode in Mode}:
            raise ParameterError(f'mode {self.mode!r} is not direct, think or auto')
        if self.coordinates and self.coordinates not in {c.value for c in Convention}:
            raise ParameterError(
                f'coordinates {self.coordinates!r} is not original, resized or norm1000'
            )
        if self.min_pixels < 0 or self.max_pixels < 0:
            raise ParameterError(
                f'pixel limits {self.min_pixels} and {self.max_pixels} must not be negative'
            )
        if not 0 <= self.second_look_margin <= 4 or self.jaw_height_px <= 0:
            raise ParameterError(
                f'second_look_margin {self.second_look_margin} must be within 0 to 4 and '
                f'jaw_height_px {self.jaw_height_px} positive'
            )

    @property
    def checkpoints(self) -> dict[Task, Path]:
        """Folder by task, of the tasks that are asked."""
        folders = {
            Task.BOX: self.box_checkpoint,
            Task.GRASP: self.grasp_checkpoint,
            Task.CONTACT: self.contact_checkpoint,
        }
        return {task: Path(folder).expanduser() for task, folder in folders.items() if folder}

    @property
    def thinking(self) -> Thinking:
        """Whether and how much the model thinks."""
        return Thinking(Mode(self.mode), self.think_budget, self.think_threshold)

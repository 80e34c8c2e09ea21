"""Settings that the backends share which ask a vision-language model."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import ParameterError
from ...segmentation.factory import make_segmenter
from ...segmentation.segmenter import Segmenter
from .coordinates import Convention
from .prompts import PromptSet, Task, find_prompts


@dataclass(frozen=True)
class MaskSettings:
    """How a box becomes a mask.

    Attributes:
        segmenter: auto, sam2, transformers or depth.
        sam2_checkpoint: folder of SAM 2 weights.
        device: auto, cpu or cuda[:n].
        threads: of torch on a CPU, for the whole process; 0 for every core.
    """

    segmenter: str = 'auto'
    sam2_checkpoint: str = ''
    device: str = 'auto'
    threads: int = 0

    def make_segmenter(self) -> Segmenter:
        """The segmenter, not loaded yet.

        Raises:
            ParameterError: an unknown one, or SAM 2 without a checkpoint.
        """
        return make_segmenter(self.segmenter, self.sam2_checkpoint, self.device, self.threads)


@dataclass(frozen=True)
class TaskSettings(MaskSettings):
    """How a model is asked, wherever it runs.

    Attributes:
        prompts: a name from config/prompts (realvlg, qwen2_5_vl, qwen3_vl) or a YAML file.
        coordinates: original, resized or norm1000; empty for that of the prompts.
        max_pixels: area of the fed picture, px; 0 for the model's own limit.
        jaw_height_px: height given to the model's rectangles, which it does not predict.
        not_found_threshold: evidence below this is NOT_FOUND; negative for the calibration
            beside the checkpoint, or without one the prompts' probe at 0.5 where they have one.
    """

    prompts: str = 'realvlg'
    coordinates: str = ''
    max_pixels: int = 1003520
    jaw_height_px: float = 40.0
    not_found_threshold: float = -1.0

    def __post_init__(self) -> None:
        if self.coordinates and self.coordinates not in {c.value for c in Convention}:
            raise ParameterError(
                f'coordinates {self.coordinates!r} is not original, resized or norm1000'
            )
        if self.max_pixels < 0 or self.jaw_height_px <= 0:
            raise ParameterError(
                f'max_pixels {self.max_pixels} must not be negative and jaw_height_px '
                f'{self.jaw_height_px} positive'
            )

    def by_task(self, suffix: str) -> dict[Task, str]:
        """What box_SUFFIX, grasp_SUFFIX and contact_SUFFIX say, without the empty ones."""
        named = {task: str(getattr(self, f'{task.value}_{suffix}')) for task in Task}
        return {task: value for task, value in named.items() if value}

    def load_prompts(self) -> PromptSet:
        """The prompts.

        Raises:
            ParameterError: no such prompts, or not as they should be.
        """
        return PromptSet.from_yaml(find_prompts(self.prompts))

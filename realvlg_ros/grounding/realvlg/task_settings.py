"""Settings that the backends share which ask a vision-language model."""

from __future__ import annotations

from dataclasses import dataclass

from ...segmentation.factory import SEGMENTERS, make_segmenter
from ...segmentation.segmenter import Segmenter
from ...settings import Settings, setting
from ...threads import MAX_THREADS
from ..opinion.referee import RefereeSettings
from .coordinates import Convention
from .prompts import PromptSet, Slot, Task, find_prompts


@dataclass(frozen=True)
class MaskSettings(Settings):
    """How a box becomes a mask."""

    segmenter: str = setting(
        'auto',
        'What makes masks: the package sam2, SAM 2 of transformers, depth and colour, or auto: '
        'depth without sam2_checkpoint, else the package that it is made for.',
        choices=SEGMENTERS,
    )
    sam2_checkpoint: str = setting('', 'Folder of SAM 2 weights; empty for none.')
    device: str = setting('auto', 'Where models run: auto, cpu or cuda[:n].')
    threads: int = setting(
        0, 'Threads of torch on a CPU, for the whole process; 0 for every core.',
        unit='threads', low=0, high=MAX_THREADS,
    )  # fmt: skip

    def make_segmenter(self) -> Segmenter:
        """The segmenter, not loaded yet.

        Raises:
            ParameterError: SAM 2 without a checkpoint.
        """
        return make_segmenter(self.segmenter, self.sam2_checkpoint, self.device, self.threads)


@dataclass(frozen=True)
class TaskSettings(RefereeSettings, MaskSettings):
    """How a model is asked, wherever it runs."""

    prompts: str = setting(
        'realvlg',
        'The family of the model: a name from config/prompts (realvlg, qwen2_5_vl, qwen3_vl, '
        'qwen3_5, cosmos3, molmo2, gemini_er, roborefer, locateanything) or a YAML file.',
    )
    locate: str = setting(
        '',
        'How the model is asked where things are: box for the thing that is meant, boxes for '
        'every thing of its name, of which the words choose, or point; empty for the first that '
        'the prompts have.',
        choices=('', *(task.value for task in Task if task.locates)),
    )
    slot: str = setting(
        '',
        'Which words of the instruction the model is given: phrase, what is asked for with all '
        'that is said of it; name, its colour and name; sentence, all of it. Empty for what the '
        'prompts say.',
        choices=('', *(slot.value for slot in Slot)),
    )
    coordinates: str = setting(
        '', 'In which picture the model counts; empty for that of the prompts.',
        choices=('', *(convention.value for convention in Convention)),
    )  # fmt: skip
    max_pixels: int = setting(
        1003520, "Largest area of the fed picture; 0 for the model's own limit.",
        unit='pixels', low=0, high=2**26,
    )  # fmt: skip
    jaw_height_px: float = setting(
        40.0, "Height given to the model's rectangles, which it does not predict.",
        unit='px', low=1.0, high=1000.0,
    )  # fmt: skip
    not_found_threshold: float = setting(
        -1.0,
        'Evidence below this is NOT_FOUND; negative for the calibration beside the checkpoint, or '
        "without one the prompts' probe at 0.5 where they have one.",
        unit='unitless', low=-1.0, high=1.0,
    )  # fmt: skip

    def by_task(self, suffix: str) -> dict[Task, str]:
        """What box_SUFFIX, grasp_SUFFIX and contact_SUFFIX say, without the empty ones."""
        roles = dict.fromkeys(task.role for task in Task)
        named = {task: str(getattr(self, f'{task.value}_{suffix}')) for task in roles}
        return {task: value for task, value in named.items() if value}

    def load_prompts(self) -> PromptSet:
        """The prompts.

        Raises:
            ParameterError: no such prompts, or not as they should be.
        """
        return PromptSet.from_yaml(find_prompts(self.prompts))

"""The realvlg backend: from an instruction to box, mask, rectangles and contacts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ...arrays import ByteArray
from ...errors import GroundingError, ParameterError, RealvlgError
from ...frame import RgbdFrame
from ...image_region import Box
from ...segmentation.segmenter import Segmenter
from ...settings import from_options
from ...torch_device import use_torch_threads
from ..grounding import Grounding, never_aborted
from .answer.calibration import Calibration, Evidence, EvidenceKind
from .answer.decoder import Answer, Decoder, Thinking
from .coordinates import AnswerFrame, Convention
from .model.model import Picture, VisionLanguageModel
from .prompts import Task
from .request import Work
from .settings import RealvlgSettings
from .task_grounder import TaskGrounder


class RealvlgGrounder(TaskGrounder):
    """RealVLG-R1 or a stock Qwen vision-language model as a grounder."""

    def __init__(self, settings: RealvlgSettings, segmenter: Segmenter | None = None) -> None:
        """Check the settings; nothing is loaded before `load`.

        Raises:
            ParameterError: settings that contradict each other.
        """
        super().__init__(settings, settings.checkpoints, segmenter)
        shares = self._convention is Convention.NORM1
        if shares and any(task is not Task.POINT for task in self._tasks.values()):
            raise ParameterError(
                'coordinates norm1 are decoded in process for points alone; ask on a server, or '
                'use norm1000'
            )
        self._settings = settings
        self._models: dict[Path, VisionLanguageModel] = {}
        self._decoders: dict[Path, Decoder] = {}

    def load(self) -> None:
        """Load each checkpoint once, and warm up by one question a task about a black picture.

        Raises:
            GroundingError: files are missing or unusable.
            MissingDependencyError: torch or transformers is not installed.
        """
        settings = self._settings
        use_torch_threads(settings.threads)
        self._segmenter.load()
        for path in dict.fromkeys(settings.checkpoints.values()):
            model = VisionLanguageModel.load(path, settings.device, settings.dtype)
            self._models[path] = model
            self._decoders[path] = Decoder(model, self._prompts)
        self._rejection = self._choose_rejection()
        black = np.zeros((64, 64, 3), np.uint8)
        for task in self._tasks.values():
            decoder, picture, _ = self._look(task, black, Box(0, 0, 64, 64), (64, 64))
            decoder.ask(task, 'object', picture, (64, 64), Thinking(), never_aborted)
            decoder.clear()

    def close(self) -> None:
        """Free the weights."""
        self._models.clear()
        self._decoders.clear()
        self._segmenter.close()

    def ground(self, frame: RgbdFrame, instruction: str, aborted: Callable[[], bool]) -> Grounding:
        """Find what the instruction refers to.

        Args:
            frame: colour and depth.
            instruction: checked by the caller (check_instruction).
            aborted: called before every forward pass; True cancels.

        Raises:
            GroundingCanceled: aborted returned True.
            GroundingError: not loaded, or the model could not be run.
        """
        if not self._decoders:
            raise GroundingError('the realvlg grounder is not loaded; call load first')
        work = Work(frame, instruction, aborted)
        try:
            return self._ground(work)
        except RealvlgError:
            for decoder in self._decoders.values():
                decoder.clear()
            raise
        except RuntimeError as error:
            # torch reports exhausted memory and broken devices as RuntimeError.
            for decoder in self._decoders.values():
                decoder.clear()
            raise GroundingError(
                f'the model could not be run: {error}; lower max_pixels, or free memory'
            ) from error

    def evidence(self, frame: RgbdFrame, instruction: str) -> Evidence:
        """Evidence that the object is in the frame, to calibrate on labelled frames."""
        work = Work(frame, instruction, never_aborted)
        answer, _ = self._ask(self._tasks[Task.BOX], work, None)
        probe = None if self._prompts.probe is None else self._probe(work)
        return Evidence(answer.confidence.score, probe)

    def _answer(self, task: Task, work: Work, box: Box | None) -> tuple[Answer, AnswerFrame]:
        if box is not None and self._settings.second_look:
            image = work.frame.color
            region = _crop(box, self._settings.second_look_margin, image)
            rows, columns = region.slices()
            size = image.shape[1], image.shape[0]
            decoder, picture, frame = self._look(task, image[rows, columns], region, size)
        else:
            decoder, picture, frame = self._look_at_frame(task, work.frame)
        limits = frame.width, frame.height
        thinking = self._settings.thinking
        words = self._words(task, work)
        return decoder.ask(task, words, picture, limits, thinking, work.aborted), frame

    def _probe(self, work: Work) -> float:
        decoder, picture, _ = self._look_at_frame(Task.BOX, work.frame)
        words = self._words(self._tasks[Task.BOX], work)
        return decoder.probe(words, picture, work.aborted)

    def _look_at_frame(self, task: Task, frame: RgbdFrame) -> tuple[Decoder, Picture, AnswerFrame]:
        height, width = frame.color.shape[:2]
        return self._look(task, frame.color, Box(0, 0, width, height), (width, height))

    def _look(
        self, task: Task, image: ByteArray, region: Box, image_size: tuple[int, int]
    ) -> tuple[Decoder, Picture, AnswerFrame]:
        path = self._settings.checkpoints[task.role]
        model = self._models[path]
        least, most = model.pixel_limits
        picture = model.prepare(
            image, self._settings.min_pixels or least, self._settings.max_pixels or most
        )
        frame = AnswerFrame.of(self._convention, region, image_size, picture.feed)
        return self._decoders[path], picture, frame

    def _choose_rejection(self) -> Calibration | None:
        path = self._settings.checkpoints.get(Task.BOX)
        if path is None:
            return None
        if self._settings.not_found_threshold >= 0:
            return Calibration(EvidenceKind.SCORE, self._settings.not_found_threshold)
        stored = Calibration.load(path)
        if stored is None and self._prompts.probe is not None:
            return Calibration(EvidenceKind.PROBE, 0.5)
        return stored


def make_grounder(**options: Any) -> RealvlgGrounder:
    """A grounder from the fields of RealvlgSettings as keywords."""
    return RealvlgGrounder(from_options(RealvlgSettings, options))


def _crop(box: Box, margin: float, image: ByteArray) -> Box:
    """The box with a border, in whole pixels inside the image."""
    border_x, border_y = box.width * margin, box.height * margin
    wide = Box(
        np.floor(box.x_min - border_x), np.floor(box.y_min - border_y),
        np.ceil(box.x_max + border_x), np.ceil(box.y_max + border_y),
    )  # fmt: skip
    return wide.clipped(image.shape[1], image.shape[0])

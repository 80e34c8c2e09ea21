"""The realvlg backend: an instruction to box, mask, rectangles and contacts."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import GroundingError, RealvlgError
from ...frame import RgbdFrame
from ...grasping.rectangle import ContactPair, GraspRectangle
from ...image_region import Box
from ...segmentation.segmenter import Segmenter, make_segmenter
from ..grounding import (
    Grounding,
    GroundingStatus,
    ObjectCandidate,
    check_instruction,
    never_aborted,
)
from .calibration import Calibration, Evidence, EvidenceKind
from .coordinates import AnswerFrame, Convention
from .decoder import Answer, Decoder, Thinking, check_aborted
from .model import Picture, VisionLanguageModel
from .prompts import PromptSet, Task, find_prompts
from .settings import RealvlgSettings

_REQUEST = re.compile(
    r'^(please\s+)?((can|could) you\s+)?(pick up|grasp|grab|take|get|fetch|lift|find|'
    r'(give|hand|bring|pass|show) me|point (at|to))\s+',
    re.IGNORECASE,
)
_ARTICLE = re.compile(r'^(the|a|an|my|that|this)\s+', re.IGNORECASE)


@dataclass
class _Work:
    """What has been found so far for one request."""

    frame: RgbdFrame
    instruction: str
    aborted: Callable[[], bool]
    timings: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.timings[stage] = (time.perf_counter() - start) * 1e3


class RealvlgGrounder:
    """RealVLG-R1 or a stock Qwen vision-language model as a grounder."""

    name = 'realvlg'

    def __init__(self, settings: RealvlgSettings, segmenter: Segmenter | None = None) -> None:
        """Check the settings; nothing is loaded before `load`.

        Raises:
            ParameterError: settings that contradict each other.
        """
        self._settings = settings
        self._prompts = PromptSet.from_yaml(find_prompts(settings.prompts))
        for task in settings.checkpoints:
            self._prompts.task(task)
        self._convention = Convention(settings.coordinates or self._prompts.coordinates.value)
        self._segmenter = segmenter or make_segmenter(
            settings.segmenter, settings.sam2_checkpoint, settings.device
        )
        self._models: dict[Path, VisionLanguageModel] = {}
        self._decoders: dict[Path, Decoder] = {}
        self._rejection: Calibration | None = None

    def load(self) -> None:
        """Load each checkpoint once, and answer one question about a black picture.

        Raises:
            GroundingError: files are missing or unusable.
            MissingDependencyError: torch or transformers is not installed.
        """
        settings = self._settings
        self._segmenter.load()
        for path in dict.fromkeys(settings.checkpoints.values()):
            model = VisionLanguageModel.load(path, settings.device, settings.dtype)
            self._models[path] = model
            self._decoders[path] = Decoder(model, self._prompts)
        self._rejection = self._choose_rejection()
        black = np.zeros((64, 64, 3), np.uint8)
        for task in settings.checkpoints:
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

        Raises:
            InstructionError: the instruction cannot be taken.
            GroundingCanceled: aborted returned True; looked at before every pass.
            GroundingError: not loaded, or the model could not be run.
        """
        text = check_instruction(instruction)
        if not self._decoders:
            raise GroundingError('the realvlg grounder is not loaded; call load first')
        work = _Work(frame, text, aborted)
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
        """How sure the model is that the object is there; to calibrate on labelled frames."""
        work = _Work(frame, check_instruction(instruction), never_aborted)
        answer, _ = self._box(work)
        decoder, picture, _ = self._look_at_frame(Task.BOX, frame)
        if self._prompts.probe is None:
            return Evidence(answer.confidence.score)
        return Evidence(
            answer.confidence.score, decoder.probe(work.instruction, picture, never_aborted)
        )

    def _ground(self, work: _Work) -> Grounding:
        camera = work.frame.camera
        base = Grounding(
            GroundingStatus.OK, work.instruction,
            stamp_ns=work.frame.stamp_ns, frame_id=camera.frame_id,
            image_width=camera.width, image_height=camera.height,
            label=_label(work.instruction), backend=self.name,
        )  # fmt: skip
        box: Box | None = None
        score = 0.0
        if Task.BOX in self._settings.checkpoints:
            answer, box = self._box(work)
            score = answer.confidence.score
            rejected = self._reject(work, base, score, box)
            if rejected is not None:
                return rejected
        rectangle = self._rectangle(work, box)
        contacts = self._contacts(work, box)
        if box is None:
            box = _box_around(rectangle, contacts, camera.width, camera.height)
            score = max(p.score or 0.0 for p in (rectangle, contacts) if p is not None)
        check_aborted(work.aborted)
        with work.timed('mask'):
            segmentation = self._segmenter.segment(work.frame, box)
        work.notes.append(f'mask from {segmentation.source}')
        return replace(
            base, message='; '.join(work.notes), score=score, box=box, mask=segmentation.mask,
            rectangles=() if rectangle is None else (rectangle,),
            contacts=() if contacts is None else (contacts,), timings_ms=work.timings,
        )  # fmt: skip

    def _reject(self, work: _Work, base: Grounding, score: float, box: Box) -> Grounding | None:
        """NOT_FOUND where the evidence is too weak."""
        rule = self._rejection
        if rule is None:
            return None
        probe: float | None = None
        if rule.kind is not EvidenceKind.SCORE:
            with work.timed('probe'):
                decoder, picture, _ = self._look_at_frame(Task.BOX, work.frame)
                probe = decoder.probe(work.instruction, picture, work.aborted)
        value = Evidence(score, probe).value(rule.kind)
        if value >= rule.threshold:
            return None
        message = (
            f'nothing fits {work.instruction!r}: {rule.kind.value} {value:.2f} is below '
            f'{rule.threshold:.2f}; ' + '; '.join(work.notes)
        )
        nearest = ObjectCandidate(base.label, 'came nearest to it', value, box)
        return replace(
            base, status=GroundingStatus.NOT_FOUND, message=message, score=value,
            candidates=(nearest,), timings_ms=work.timings,
        )  # fmt: skip

    def _box(self, work: _Work) -> tuple[Answer, Box]:
        answer, frame = self._ask(Task.BOX, work, None)
        return answer, frame.to_box(answer.values)

    def _rectangle(self, work: _Work, box: Box | None) -> GraspRectangle | None:
        if Task.GRASP not in self._settings.checkpoints:
            return None
        answer, frame = self._ask(Task.GRASP, work, box)
        height = self._settings.jaw_height_px
        return frame.to_rectangle(answer.values, height, answer.confidence.score)

    def _contacts(self, work: _Work, box: Box | None) -> ContactPair | None:
        if Task.CONTACT not in self._settings.checkpoints:
            return None
        answer, frame = self._ask(Task.CONTACT, work, box)
        return frame.to_contacts(answer.values, answer.confidence.score)

    def _ask(self, task: Task, work: _Work, box: Box | None) -> tuple[Answer, AnswerFrame]:
        """Ask one task about the frame, or about a crop around a box on a second look."""
        with work.timed(task.value):
            if box is not None and self._settings.second_look:
                image = work.frame.color
                region = _crop(box, self._settings.second_look_margin, image)
                rows, columns = region.slices()
                size = image.shape[1], image.shape[0]
                decoder, picture, frame = self._look(task, image[rows, columns], region, size)
            else:
                decoder, picture, frame = self._look_at_frame(task, work.frame)
            limits = frame.width, frame.height
            answer = decoder.ask(
                task, work.instruction, picture, limits, self._settings.thinking, work.aborted
            )
        work.notes.append(_note(answer, frame))
        return answer, frame

    def _look_at_frame(self, task: Task, frame: RgbdFrame) -> tuple[Decoder, Picture, AnswerFrame]:
        height, width = frame.color.shape[:2]
        return self._look(task, frame.color, Box(0, 0, width, height), (width, height))

    def _look(
        self, task: Task, image: Any, region: Box, image_size: tuple[int, int]
    ) -> tuple[Decoder, Picture, AnswerFrame]:
        path = self._settings.checkpoints[task]
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
    return RealvlgGrounder(RealvlgSettings(**options))


def _label(instruction: str) -> str:
    """The object's words of a request."""
    rest = _ARTICLE.sub('', _REQUEST.sub('', instruction)).strip(' .!?')
    return rest or instruction


def _note(answer: Answer, frame: AnswerFrame) -> str:
    scale = max(frame.scale_x, frame.scale_y)
    spread = max(answer.confidence.spread[:2]) * scale
    return (
        f'{answer.task.value} ({answer.mode.value}) score {answer.confidence.score:.2f}, '
        f'spread {spread:.0f} px, {answer.passes} passes'
    )


def _crop(box: Box, margin: float, image: Any) -> Box:
    """The box with a border, in whole pixels inside the image."""
    border_x, border_y = box.width * margin, box.height * margin
    wide = Box(
        np.floor(box.x_min - border_x), np.floor(box.y_min - border_y),
        np.ceil(box.x_max + border_x), np.ceil(box.y_max + border_y),
    )  # fmt: skip
    return wide.clipped(image.shape[1], image.shape[0])


def _box_around(
    rectangle: GraspRectangle | None, contacts: ContactPair | None, width: int, height: int
) -> Box:
    """The box of the model's proposals, where no box was asked for."""
    parts = [] if rectangle is None else [rectangle.corners()]
    parts += [] if contacts is None else [contacts.points]
    points = np.concatenate(parts)
    low, high = points.min(axis=0), points.max(axis=0)
    return Box(
        float(np.clip(low[0], 0, width - 1)), float(np.clip(low[1], 0, height - 1)),
        float(np.clip(high[0], low[0] + 1, width)), float(np.clip(high[1], low[1] + 1, height)),
    )  # fmt: skip

"""The steps of a request, common to a model in process and one on a server."""

from __future__ import annotations

import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from ...errors import AnswerError
from ...frame import RgbdFrame
from ...image_region import Box
from ...rectangle import ContactPair, GraspRectangle
from ...segmentation.segmenter import Segmenter
from ..grounding import Grounding, GroundingStatus, ObjectCandidate
from .answer.calibration import Calibration, Evidence, EvidenceKind
from .answer.decoder import Answer, check_aborted
from .coordinates import AnswerFrame, Convention
from .prompts import Task
from .task_settings import TaskSettings

_REQUEST = re.compile(
    r'^(please\s+)?((can|could) you\s+)?(pick up|grasp|grab|take|get|fetch|lift|find|'
    r'(give|hand|bring|pass|show) me|point (at|to))\s+',
    re.IGNORECASE,
)
_ARTICLE = re.compile(r'^(the|a|an|my|that|this)\s+', re.IGNORECASE)


@dataclass
class Work:
    """The state of one request.

    Attributes:
        frame: colour and depth.
        instruction: what is asked for.
        aborted: whether the caller has canceled.
        timings: wall time by stage, ms.
        notes: parts of the result's message.
    """

    frame: RgbdFrame
    instruction: str
    aborted: Callable[[], bool]
    timings: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Record the wall time of a stage."""
        start = time.perf_counter()
        yield
        self.timings[stage] = (time.perf_counter() - start) * 1e3


class TaskGrounder(ABC):
    """Asks for the box, rejects what is not there, then asks for grasps and cuts the mask.

    A subclass says which tasks there are and how one is answered.
    """

    name = 'realvlg'

    def __init__(
        self, settings: TaskSettings, tasks: Iterable[Task], segmenter: Segmenter | None
    ) -> None:
        """Check that the prompts have the tasks.

        Args:
            settings: how the model is asked.
            tasks: those that some model answers.
            segmenter: makes masks; None for the one that the settings name.

        Raises:
            ParameterError: the prompts are missing or lack a task, or the segmenter has no
                checkpoint.
        """
        self._tasks = frozenset(tasks)
        self._prompts = settings.load_prompts()
        for task in self._tasks:
            self._prompts.task(task)
        self._convention = Convention(settings.coordinates or self._prompts.coordinates)
        self._segmenter = segmenter or settings.make_segmenter()
        self._jaw_height_px = settings.jaw_height_px
        self._rejection: Calibration | None = None

    @abstractmethod
    def _answer(self, task: Task, work: Work, box: Box | None) -> tuple[Answer, AnswerFrame]:
        """Answer one task about the frame; box is the coarse box where it is known."""

    @abstractmethod
    def _probe(self, work: Work) -> float:
        """Probability that the object is in the frame, 0 to 1."""

    def _ground(self, work: Work) -> Grounding:
        camera = work.frame.camera
        base = Grounding(
            GroundingStatus.OK, work.instruction,
            stamp_ns=work.frame.stamp_ns, frame_id=camera.frame_id,
            image_width=camera.width, image_height=camera.height,
            label=label_of(work.instruction), backend=self.name,
        )  # fmt: skip
        box: Box | None = None
        score = 0.0
        if Task.BOX in self._tasks:
            try:
                answer, box = self._box(work)
            except AnswerError:
                # Without guided decoding a reply about an absent object may be any text.
                rejected = self._reject(work, base, 0.0, None)
                if rejected is None:
                    raise
                return rejected
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

    def _reject(
        self, work: Work, base: Grounding, score: float, box: Box | None
    ) -> Grounding | None:
        """NOT_FOUND where the evidence is too weak; without a box only the probe is evidence."""
        rule = self._rejection
        if rule is None or (box is None and rule.kind is not EvidenceKind.PROBE):
            return None
        probe: float | None = None
        if rule.kind is not EvidenceKind.SCORE:
            with work.timed('probe'):
                probe = self._probe(work)
        value = Evidence(score, probe).value(rule.kind)
        if value >= rule.threshold:
            return None
        message = (
            f'nothing fits {work.instruction!r}: {rule.kind.value} {value:.2f} is below '
            f'{rule.threshold:.2f}' + ''.join(f'; {note}' for note in work.notes)
        )
        nearest = [] if box is None else [ObjectCandidate(base.label, 'came nearest', value, box)]
        return replace(
            base, status=GroundingStatus.NOT_FOUND, message=message, score=value,
            candidates=tuple(nearest), timings_ms=work.timings,
        )  # fmt: skip

    def _box(self, work: Work) -> tuple[Answer, Box]:
        answer, frame = self._ask(Task.BOX, work, None)
        return answer, frame.to_box(answer.values)

    def _rectangle(self, work: Work, box: Box | None) -> GraspRectangle | None:
        if Task.GRASP not in self._tasks:
            return None
        answer, frame = self._ask(Task.GRASP, work, box)
        height = self._jaw_height_px
        return frame.to_rectangle(answer.values, height, answer.confidence.score)

    def _contacts(self, work: Work, box: Box | None) -> ContactPair | None:
        if Task.CONTACT not in self._tasks:
            return None
        answer, frame = self._ask(Task.CONTACT, work, box)
        return frame.to_contacts(answer.values, answer.confidence.score)

    def _ask(self, task: Task, work: Work, box: Box | None) -> tuple[Answer, AnswerFrame]:
        with work.timed(task.value):
            answer, frame = self._answer(task, work, box)
        work.notes.append(_note(answer, frame))
        return answer, frame


def label_of(instruction: str) -> str:
    """The words for the object: the instruction without its verb and article."""
    rest = _ARTICLE.sub('', _REQUEST.sub('', instruction)).strip(' .!?')
    return rest or instruction


def _note(answer: Answer, frame: AnswerFrame) -> str:
    scale = max(frame.scale_x, frame.scale_y)
    spread = max(answer.confidence.spread[:2]) * scale
    return (
        f'{answer.task.value} ({answer.mode.value}) score {answer.confidence.score:.2f}, '
        f'spread {spread:.0f} px, {answer.passes} passes'
    )


def _box_around(
    rectangle: GraspRectangle | None, contacts: ContactPair | None, width: int, height: int
) -> Box:
    """The box of the model's proposals, where no box was asked for.

    An object reaches beyond the jaws that hold it, so the box is twice as wide as they are.
    """
    parts = [] if rectangle is None else [rectangle.corners()]
    parts += [] if contacts is None else [contacts.points]
    points = np.concatenate(parts)
    low, high = points.min(axis=0), points.max(axis=0)
    low, high = low - (high - low) / 2, high + (high - low) / 2
    x_min, y_min = np.clip(low, 0, (width - 1, height - 1)).tolist()
    x_max, y_max = np.clip(high, (x_min + 1, y_min + 1), (width, height)).tolist()
    return Box(x_min, y_min, x_max, y_max)

"""The steps of a request, common to a model in process and one on a server."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from ...errors import AnswerError
from ...image_region import Box
from ...quoting import quoted
from ...rectangle import ContactPair, GraspRectangle
from ...segmentation.segmenter import Segmenter
from ..box_check import check_boxes, other_names
from ..grounding import Grounding, GroundingStatus, ObjectCandidate
from ..language.answering.decision import NO_OBJECT
from ..language.tree.kinds import Intent
from ..opinion.candidates import Named, as_not_found
from .answer.calibration import Calibration, Evidence, EvidenceKind
from .answer.decoder import Answer, check_aborted
from .coordinates import AnswerFrame, Convention
from .localisation import Judge, Located, chosen, named_by
from .prompts import Slot, Task
from .request import Work
from .task_settings import TaskSettings

# Further things by which the one that is meant is found, each with a question of its own. Chosen:
# between two things.
_MOST_LANDMARKS = 2


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
            tasks: those that some model answers, box for what locates.
            segmenter: makes masks; None for the one that the settings name.

        Raises:
            ParameterError: the prompts are missing or lack a task, or the segmenter has no
                checkpoint.
        """
        self._prompts = settings.load_prompts()
        self._tasks = {role: self._task_of(role, settings.locate) for role in tasks}
        self._slot = settings.slot
        self._convention = Convention(settings.coordinates or self._prompts.coordinates)
        self._segmenter = segmenter or settings.make_segmenter()
        self._jaw_height_px = settings.jaw_height_px
        self._rejection: Calibration | None = None
        self._judge = Judge(settings.referee)

    def _task_of(self, role: Task, locate: str) -> Task:
        """The task that a model of a role is asked for."""
        return (
            self._prompts.locating(locate) if role is Task.BOX else self._prompts.task(role).task
        )

    def _words(self, task: Task, work: Work) -> str:
        """What goes into the slot of a task's question."""
        slot = Slot(self._slot) if self._slot else self._prompts.task(task).slot
        return work.asked.words(slot)

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
            label=work.asked.label, backend=self.name, parse=work.asked.parse,
        )  # fmt: skip
        thing: Named | None = None
        if Task.BOX in self._tasks:
            located = self._locate(work, base)
            if located.refusal is not None:
                return replace(located.refusal, timings_ms=work.timings)
            work.notes += located.notes
            thing = located.thing
        box = None if thing is None else thing.box
        rectangle = self._rectangle(work, box)
        contacts = self._contacts(work, box)
        if thing is None:
            box = _box_around(rectangle, contacts, camera.width, camera.height)
            thing = Named(box, max(p.score or 0.0 for p in (rectangle, contacts) if p is not None))
        check_aborted(work.aborted)
        mask = thing.mask
        if mask is None:
            with work.timed('mask'):
                segmentation = self._segmenter.segment(work.frame, thing.box)
            work.notes.append(f'mask from {segmentation.source}')
            mask = segmentation.mask
        return replace(
            base, message='; '.join(work.notes), score=thing.score, box=thing.box, mask=mask,
            rectangles=() if rectangle is None else (rectangle,),
            contacts=() if contacts is None else (contacts,), timings_ms=work.timings,
        )  # fmt: skip

    def _locate(self, work: Work, base: Grounding) -> Located:
        """The one thing that is meant, or the answer where there is none."""
        task = self._tasks[Task.BOX]
        if self._judge.is_on and work.asked.sentence.intent in NO_OBJECT:
            return Located(refusal=as_not_found(base, work.frame, [], 'no object is meant'))
        try:
            answer, frame = self._ask(task, work, None)
        except AnswerError:
            # Without guided decoding a reply about an absent object may be any text.
            rejected = self._reject(work, base, 0.0, None)
            if rejected is None:
                raise
            return Located(refusal=rejected)
        if not answer.items:
            words = quoted(answer.words) if answer.words else 'that there is none'
            why = f'the model answers {words}'
            return Located(refusal=as_not_found(base, work.frame, [], why))
        things, missed = named_by(answer, frame, work.frame, self._segmenter, lambda: work.seen)
        if not things:
            return Located(refusal=as_not_found(base, work.frame, [], missed))
        if missed:
            work.notes.append(missed)
        rejected = self._reject(work, base, answer.confidence.score, things[0].box)
        if rejected is not None:
            return Located(refusal=rejected)
        return self._decide(task, work, base, things)

    def _decide(self, task: Task, work: Work, base: Grounding, things: Sequence[Named]) -> Located:
        """Which of the things is meant, and what speaks against it."""
        located = Located(things[0])
        forbids = work.asked.sentence.intent is Intent.FORBID
        if len(things) > 1 or task is Task.BOXES or (self._judge.is_on and forbids):
            with work.timed('choice'):
                checked = check_boxes(
                    work.frame, work.instruction, [thing.box for thing in things],
                    [thing.score for thing in things], self._landmarks(task, work, things),
                )  # fmt: skip
                sure = checked.sure and (checked.by_words or len(checked.kept) == 1)
                # Every thing of the name was asked for, and those that are left fit all words.
                several = replace(base, candidates_fit=task is Task.BOXES and checked.sure)
                located = chosen(several, work.frame, things, checked.kept, sure, checked.why)
        if located.thing is None or not self._judge.is_on:
            return located
        with work.timed('referee'):
            judged = self._judge.single(base, work.frame, work.asked, located.thing, work.seen)
        return replace(judged, notes=(*located.notes, *judged.notes))

    def _landmarks(self, task: Task, work: Work, things: Sequence[Named]) -> dict[str, list[Box]]:
        """Boxes of the other things that the instruction names, where several may be meant."""
        names = other_names(work.asked.sentence)
        if task is not Task.BOXES or len(things) < 2 or not 0 < len(names) <= _MOST_LANDMARKS:
            return {}
        found = {}
        for name in names:
            about = Work(work.frame, name, work.aborted, work.timings, work.notes)
            try:
                answer, frame = self._ask(task, about, None)
            except AnswerError as error:
                # What is said of it is not checked then, and asked about.
                work.notes.append(f'no boxes of {name!r}: {error}')
                return {}
            found[name] = [frame.to_box(item.values) for item in answer.items]
        return found

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

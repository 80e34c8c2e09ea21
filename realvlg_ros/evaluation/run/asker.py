"""Asks a backend one question, and plans a grasp where the model gives none."""

from __future__ import annotations

from ...boundary import Boundary
from ...errors import AnswerError, GroundingError, MissingDependencyError, RealvlgError
from ...frame import RgbdFrame
from ...grasping.gripper import Gripper
from ...grasping.planner import GraspPlanner
from ...grounding.grounding import Grounder, Grounding, GroundingStatus
from ...grounding.query import Query, ground
from ...grounding.registry import make_grounder
from ...resources import gripper_file
from ..scoring.judge import Task
from ..scoring.reply import Reply, ReplyStatus
from .options import EvaluationOptions

_STATUSES = {
    GroundingStatus.OK: ReplyStatus.OK,
    GroundingStatus.NOT_FOUND: ReplyStatus.NOT_FOUND,
    GroundingStatus.AMBIGUOUS: ReplyStatus.AMBIGUOUS,
}


class Asker:
    """A loaded grounder, and the planner beside it."""

    def __init__(self, options: EvaluationOptions) -> None:
        """Load what is asked.

        Raises:
            ParameterError, GroundingError, MissingDependencyError: the backend cannot be made or
                loaded.
            GripperError: the gripper's profile cannot be used.
        """
        backend = options.backend
        self._grounder: Grounder = make_grounder(backend.name, backend.options, (backend.name,))
        self._source = options.grasps
        self._planner = None
        if options.task in (Task.GRASP, Task.CONTACT) and options.grasps != 'model':
            self._planner = GraspPlanner(Gripper.from_yaml(gripper_file(options.gripper)))
        with Boundary(f'backend {backend.name}', GroundingError).guard('cannot be loaded'):
            self._grounder.load()

    def close(self) -> None:
        """Free the weights."""
        self._grounder.close()

    def ask(self, frame: RgbdFrame, sentence: str) -> Reply:
        """What the backend answers; a failure of it is an answer, too.

        Raises:
            MissingDependencyError: a package is missing.
        """
        boundary = Boundary('the backend', GroundingError)
        try:
            with boundary.guard('failed', (AnswerError,)):
                grounding = ground(self._grounder, frame, Query(sentence))
        except MissingDependencyError:
            raise
        except AnswerError as error:
            return Reply(ReplyStatus.UNREADABLE, str(error))
        except RealvlgError as error:
            return Reply(ReplyStatus.REFUSED, str(error))
        status = _STATUSES.get(grounding.status, ReplyStatus.REFUSED)
        reply = Reply(status, grounding.message, grounding.score, grounding.box, grounding.mask)
        if status is not ReplyStatus.OK:
            return reply
        return self._with_grasp(reply, frame, grounding)

    def _with_grasp(self, reply: Reply, frame: RgbdFrame, grounding: Grounding) -> Reply:
        rectangles, contacts, message = grounding.rectangles, grounding.contacts, reply.message
        planned = self._source == 'planner' or not (rectangles or contacts)
        if self._planner is not None and planned:
            rectangles, contacts = (), ()
            try:
                plan = self._planner.plan(frame, grounding, frame.up)
            except RealvlgError as error:
                message = str(error)
            else:
                rectangles = tuple(grasp.rectangle for grasp in plan.grasps[:1])
                contacts = tuple(grasp.contacts for grasp in plan.grasps[:1])
                message = message if plan.grasps else plan.message
        return Reply(
            reply.status, message, reply.score, reply.box, reply.mask,
            rectangles[0] if rectangles else None, contacts[0] if contacts else None,
        )  # fmt: skip

"""What is asked of a grounder by messages: new requests, and replies to its questions."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from sensor_msgs.msg import RegionOfInterest
from std_msgs.msg import String

from ...action import Ground
from ...arrays import FloatArray
from ...errors import InstructionError, MissingDependencyError, ParameterError, TransformError
from ...frame import RgbdFrame
from ...grounding.grounding import MAX_INSTRUCTION_CHARACTERS, Grounding
from ...grounding.language.answering.reply import pronoun_of
from ...grounding.open_questions import OpenQuestions
from ...grounding.query import Choice, Query, answered
from ...grounding.tie_break import PRIORS, Affordance, break_tie
from ...image_region import Box
from ...settings import Settings, setting
from ..node.deadline import Deadline
from ..node.lifecycle import ManagedNode
from ..node.qos import latched
from ..tf.tf_input import TfInput
from .grounding_request import GroundingRequest

# Longest wait for the place of the gripper, s. Chosen: tf comes a few times a frame.
_TF_PATIENCE_S = 0.1
# Requests that are remembered for their later groundings. Chosen: far more than are followed.
_REMEMBERED = 64
# Priors and the parameter that names the frame that each needs.
_FRAMES = {'gripper': 'gripper_frame', 'reach': 'base_frame'}


@dataclass(frozen=True)
class TieBreakSettings(Settings):
    """What decides between objects that fit an instruction equally."""

    prior: str = setting(
        'ask',
        'What decides between several objects that fit: ask leaves it to the person; gripper '
        'takes the one nearest to gripper_frame, reach the only one within reach of base_frame, '
        'clearance the one with most free space beside it. The message says when it decided.',
        choices=PRIORS,
    )
    gripper_frame: str = setting('', 'Frame of tf in the gripper, for the prior gripper.')
    base_frame: str = setting('', "Frame of tf in the robot's base, for the prior reach.")
    reach_min: float = setting(
        0.2, 'The robot reaches nothing nearer to base_frame.', unit='m', low=0.0, high=20.0
    )
    reach_max: float = setting(
        0.8, 'The robot reaches nothing farther from base_frame.', unit='m', low=0.0, high=20.0
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        needed = _FRAMES.get(self.prior, '')
        if needed and not getattr(self, needed):
            raise ParameterError(
                f'tie_break.prior is {self.prior}: set tie_break.{needed} to a frame of tf'
            )
        if self.reach_min >= self.reach_max:
            raise ParameterError(
                f'tie_break.reach_min is {self.reach_min:g} m; expected less than '
                f'tie_break.reach_max, {self.reach_max:g} m'
            )


@dataclass(frozen=True)
class _Asked:
    """What a request asked for, and whether a choice or a prior decided its answer."""

    query: Query
    decided: bool


class Queries:
    """Makes queries of messages, and remembers the questions that ambiguous answers ask."""

    def __init__(self, node: ManagedNode, lifetime: float, tie_break: TieBreakSettings) -> None:
        """Make the publisher of questions.

        Args:
            node: owner, in its configure transition.
            lifetime: questions wait so long for a reply, s.
            tie_break: what decides without a question.
        """
        self._node = node
        self._tie_break = tie_break
        self._open = OpenQuestions(lifetime)
        self._asked: OrderedDict[str, _Asked] = OrderedDict()
        self._last: tuple[Query, Choice, Deadline] | None = None
        self._lifetime = lifetime
        self._question = node.create_managed_publisher(String, 'question', latched())
        self._tf: TfInput | None = None
        self._no_tf = ''

    def start(self) -> None:
        """Listen to tf where the prior needs it; in the activate transition."""
        if self._tie_break.prior not in _FRAMES:
            return
        try:
            self._tf = TfInput(self._node, _TF_PATIENCE_S)
        except MissingDependencyError as error:
            self._no_tf = str(error)

    def of_background(self, goal: Ground.Goal) -> Query:
        """What a goal in the background asks for: what its request asked for before.

        Raises:
            InstructionError: words alone do not tell that object again.
        """
        before = self._asked.get(goal.request_id)
        if before is None or before.query.instruction != goal.instruction:
            return Query(goal.instruction)
        if before.decided:
            raise InstructionError(
                'the object was chosen among several that fit: words do not tell it again'
            )
        return before.query

    def of_goal(self, goal: Ground.Goal) -> Query:
        """What a goal asks for.

        Raises:
            InstructionError: it replies to no question that waits.
        """
        if goal.token:
            return self._open.reply(goal.token, goal.instruction, goal.choice)
        if goal.choice:
            raise InstructionError(f'choice is {goal.choice} without the token of a question')
        return self.of_words(goal.instruction, region_from_msg(goal.region_of_interest))

    def of_words(self, instruction: str, region: Box | None = None) -> Query:
        """What a new sentence asks for: "it" is the last answer's object, "the other one" is not.

        Args:
            instruction: what was said.
            region: the part of the image to look in; None for all of it.
        """
        if len(instruction) > MAX_INSTRUCTION_CHARACTERS:
            # It is refused where requests are checked, and not read before.
            return Query(instruction, region)
        pronoun, noun = pronoun_of(instruction)
        if not pronoun or self._last is None or self._last[2].passed or region is not None:
            return Query(instruction, region)
        query, choice, _ = self._last
        if pronoun == 'it' and not noun:
            return Query(query.instruction, query.region, choice=choice)
        return Query(noun or query.instruction, query.region, excluded=choice)

    def of_reply(self, words: str) -> Query:
        """What the reply to the newest question asks for.

        Raises:
            InstructionError: no question waits, or the reply says nothing.
        """
        token = self._open.newest
        if not token:
            raise InstructionError(f'{words[:40]!r} answers no question: none was asked')
        query = self._open.reply(token, words)
        self._open.close(token)
        return query

    def settle(
        self, grounding: Grounding, frame: RgbdFrame, request: GroundingRequest
    ) -> Grounding:
        """Decide a tie, or ask: an AMBIGUOUS answer gets a token and its question is published.

        Args:
            grounding: the grounder's answer.
            frame: that was grounded.
            request: that is answered.
        """
        query, open_ = request.query, grounding.status
        if self._tie_break.prior != 'ask':
            grounding = break_tie(grounding, frame, self._affordance(frame))
        decided = (
            query.choice is not None or query.excluded is not None or grounding.status is not open_
        )
        if (found := answered(grounding, frame)) is not None:
            self._last = query, found, Deadline(self._lifetime)
        self._asked[request.request_id] = _Asked(query, decided)
        while len(self._asked) > _REMEMBERED:
            self._asked.popitem(last=False)
        grounding = self._open.ask(grounding, query, frame.camera2fixed)
        if grounding.token:
            self._question.publish(String(data=grounding.question))
        return grounding

    def _affordance(self, frame: RgbdFrame) -> Affordance:
        settings = self._tie_break
        return Affordance(
            prior=settings.prior,
            gripper=self._place(settings.gripper_frame, frame, 'gripper'),
            base=self._place(settings.base_frame, frame, 'reach'),
            reach=(settings.reach_min, settings.reach_max),
        )

    def _place(self, name: str, frame: RgbdFrame, prior: str) -> FloatArray | None:
        """Origin (3,) of a frame of tf in the optical frame, m; None where tf does not give it."""
        if self._tie_break.prior != prior:
            return None
        camera = frame.camera.frame_id
        try:
            if self._tf is None:
                raise TransformError(self._no_tf)
            what = f'pose of {name!r} in {camera!r}'
            pose = self._tf.wait(what, lambda buffer: buffer.lookup(camera, name, frame.stamp_ns))
        except TransformError as error:
            self._node.warn('tie_break', str(error))
            return None
        self._node.warn('tie_break', '')
        return pose[:3, 3].copy()


def region_from_msg(msg: RegionOfInterest) -> Box | None:
    """The region of a message; None for the whole image."""
    if not (msg.width and msg.height):
        return None
    x, y = float(msg.x_offset), float(msg.y_offset)
    return Box(x, y, x + msg.width, y + msg.height)

"""The result of a grounding, and the protocol of grounders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Protocol

from ..arrays import FloatArray
from ..errors import InstructionError
from ..frame import RgbdFrame
from ..image_region import Box, RegionMask
from ..rectangle import ContactPair, GraspRectangle

# The longest instruction. Chosen: far beyond any sentence.
MAX_INSTRUCTION_CHARACTERS = 1000


class GroundingStatus(IntEnum):
    """How a grounding ended; the values are those of Grounding.msg."""

    IN_PROGRESS = 0
    OK = 1
    NOT_FOUND = 2
    AMBIGUOUS = 3
    CANCELED = 4
    FAILED = 5
    TF_UNAVAILABLE = 6


@dataclass(frozen=True)
class ObjectCandidate:
    """One of several objects that an instruction may mean, or one that was rejected.

    Attributes:
        label: what it is, in words.
        description: what distinguishes it from the others.
        score: 0 to 1.
        box: in the image.
        position: (3,) centre of the visible surface in the optical frame, m, or None.
        mask: in the image, if the grounder gives one.
    """

    label: str
    description: str
    score: float
    box: Box
    position: FloatArray | None = None
    mask: RegionMask | None = None


@dataclass(frozen=True)
class Grounding:
    """What an instruction refers to in one image.

    Attributes:
        status: how it ended.
        instruction: the sentence that was grounded.
        message: reason for the status, with the evidence.
        stamp_ns: of the image, ns.
        frame_id: optical frame of the camera.
        image_width, image_height: size of the image that the regions refer to, px.
        request_id: the same through the whole request.
        label: the object in words.
        score: 0 to 1.
        box, mask: of the object, when OK.
        rectangles, contacts: the model's own proposals, best first.
        candidates: the objects that fit when AMBIGUOUS; the closest ones when NOT_FOUND.
        candidates_fit: when AMBIGUOUS, each candidate is known to fit every word, and there are no
            others that do.
        question: what to ask the person when AMBIGUOUS.
        token: names that question in the answer to it.
        backend: which grounder answered.
        noun_verified: something recognised the object by the name that was said, or none was said.
        parse: how the sentence was read, in one line; empty where the backend does not say it.
        seen: all things that the backend tells apart, the likeliest to be meant first, whatever
            the status; empty where it looks for the object alone.
        timings_ms: wall time by stage.
    """

    status: GroundingStatus
    instruction: str
    message: str = ''
    stamp_ns: int = 0
    frame_id: str = ''
    image_width: int = 0
    image_height: int = 0
    request_id: str = ''
    label: str = ''
    score: float = 0.0
    box: Box | None = None
    mask: RegionMask | None = None
    rectangles: tuple[GraspRectangle, ...] = ()
    contacts: tuple[ContactPair, ...] = ()
    candidates: tuple[ObjectCandidate, ...] = ()
    candidates_fit: bool = False
    question: str = ''
    token: str = ''
    backend: str = ''
    noun_verified: bool = False
    parse: str = ''
    seen: tuple[ObjectCandidate, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)


class Grounder(Protocol):
    """A grounding backend."""

    name: str

    def load(self) -> None:
        """Load weights and warm up; called once, may take long.

        Raises:
            GroundingError: files are missing or unusable.
        """
        ...

    def ground(self, frame: RgbdFrame, instruction: str, aborted: Callable[[], bool]) -> Grounding:
        """Find what the instruction refers to.

        Args:
            frame: colour and depth.
            instruction: what a person said; the caller has checked it (check_instruction).
            aborted: called between steps; grounding stops when it returns True.

        Raises:
            GroundingCanceled: aborted returned True.
            GroundingError: the backend failed.
        """
        ...

    def close(self) -> None:
        """Free the weights."""
        ...


def never_aborted() -> bool:
    """The abort flag of a caller that never cancels."""
    return False


def check_instruction(instruction: str) -> str:
    """Return the instruction with whitespace collapsed.

    Called once where an instruction enters: in Pipeline, in the worker of grounding_node, in
    grasp_server, which refuses a goal with an invalid one, in replies to questions and in readers
    of files. Grounders
    rely on it.

    Raises:
        InstructionError: empty, without a letter, or longer than 1000 characters.
    """
    text = ' '.join(instruction.split())
    if not any(character.isalpha() for character in text):
        raise InstructionError(
            f'instruction {text[:40]!r} holds no word; say what to pick up, '
            'for example "pick up the red mug"'
        )
    if len(text) > MAX_INSTRUCTION_CHARACTERS:
        raise InstructionError(
            f'instruction of {len(text)} characters is longer than '
            f'{MAX_INSTRUCTION_CHARACTERS}; say it in a sentence'
        )
    return text

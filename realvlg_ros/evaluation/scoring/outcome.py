"""What became of a question, in one word."""

from __future__ import annotations

from enum import Enum

from ..dataset import Expected
from .judge import Judgement
from .reply import ReplyStatus


class Outcome(str, Enum):
    """What became of a question; the first three are as they should be."""

    RIGHT = 'right'
    RIGHTLY_ABSENT = 'rightly not found'
    RIGHTLY_ASKED = 'rightly asked back'
    WRONG_OBJECT = 'wrong object'
    WRONG_PLACE = 'wrong place'
    NOT_FOUND = 'not found'
    ASKED_BACK = 'asked back'
    EMPTY = 'nothing for the task'
    INVENTED = 'answered what is absent'
    GUESSED = 'answered what is ambiguous'
    UNREADABLE = 'unreadable'
    REFUSED = 'refused'

    @property
    def is_right(self) -> bool:
        """Whether it is as it should be."""
        return self in (Outcome.RIGHT, Outcome.RIGHTLY_ABSENT, Outcome.RIGHTLY_ASKED)


WORDS = {
    Outcome.RIGHT: 'the object was asked for, and the answer agrees with the truth',
    Outcome.RIGHTLY_ABSENT: 'what was asked for is not in the image, and that was said',
    Outcome.RIGHTLY_ASKED: 'several things fit, and the person was asked which is meant',
    Outcome.WRONG_OBJECT: 'the answer is on another object',
    Outcome.WRONG_PLACE: 'the answer is on the right object, and does not agree with the truth',
    Outcome.NOT_FOUND: 'it was said that nothing fits, and something does',
    Outcome.ASKED_BACK: 'the person was asked which is meant, and one thing alone is',
    Outcome.EMPTY: 'the object was found, and the answer holds nothing for the task',
    Outcome.INVENTED: 'something was answered, and what was asked for is not in the image',
    Outcome.GUESSED: 'one thing was answered, and several fit',
    Outcome.UNREADABLE: 'the model’s text is no answer',
    Outcome.REFUSED: 'the backend failed or refused the input',
}
_FAILED = {
    ReplyStatus.UNREADABLE: Outcome.UNREADABLE,
    ReplyStatus.REFUSED: Outcome.REFUSED,
}
# What a status means, by the kind of answer that is right.
_MEANS = {
    (ReplyStatus.NOT_FOUND, Expected.OBJECT): Outcome.NOT_FOUND,
    (ReplyStatus.NOT_FOUND, Expected.ABSENT): Outcome.RIGHTLY_ABSENT,
    (ReplyStatus.NOT_FOUND, Expected.QUESTION): Outcome.NOT_FOUND,
    (ReplyStatus.AMBIGUOUS, Expected.OBJECT): Outcome.ASKED_BACK,
    (ReplyStatus.AMBIGUOUS, Expected.ABSENT): Outcome.ASKED_BACK,
    (ReplyStatus.AMBIGUOUS, Expected.QUESTION): Outcome.RIGHTLY_ASKED,
    (ReplyStatus.OK, Expected.ABSENT): Outcome.INVENTED,
    (ReplyStatus.OK, Expected.QUESTION): Outcome.GUESSED,
}


def outcome_of(status: ReplyStatus, expected: Expected, judgement: Judgement | None) -> Outcome:
    """What became of a question.

    Args:
        status: of the reply.
        expected: which kind of answer is right.
        judgement: of an answer; None where there is none for the task.
    """
    if status in _FAILED:
        return _FAILED[status]
    if (status, expected) in _MEANS:
        return _MEANS[status, expected]
    if judgement is None:
        return Outcome.EMPTY
    if judgement.strict:
        return Outcome.RIGHT
    return Outcome.WRONG_PLACE if judgement.on_object else Outcome.WRONG_OBJECT

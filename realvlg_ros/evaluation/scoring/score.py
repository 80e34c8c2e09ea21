"""What is kept of a question: one object of JSON, the same from run to run."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from ...boundary import Boundary
from ...errors import EvaluationError
from ...json_text import to_plain
from ..dataset import Expected, Sample
from ..dataset.kinds import kind_of
from .judge import Judge, Judgement
from .outcome import Outcome, outcome_of
from .reply import Reply, ReplyStatus

# Digits after the point that are kept. Chosen: the last bits of a sum may depend on its order.
_DIGITS = 6
# Texts that many scores have in common.
_SHARED = ('image', 'condition', 'label', 'split', 'kind')


@dataclass(frozen=True, slots=True)
class Score:
    """One question, its answer and its judgement.

    Attributes:
        key: of the sample.
        image: of the group that the sample is in.
        condition: under which the image was seen; empty for the image as it is.
        sentence, label, split: of the sample.
        kind: of the sentence, in words.
        expected: which kind of answer is right.
        status, message: of the reply.
        confidence: of the reply, 0 to 1.
        outcome: what became of it.
        valid: whether the reply holds an answer to the task.
        values: of the measures, by name; empty where it is not valid or there is no truth.
        official, strict: whether the answer is right by the published and the standard rule.
        overlap: IoU with the truth.
        answer: what was answered, for pictures.
    """

    key: str
    image: str
    condition: str
    sentence: str
    label: str
    split: str
    kind: str
    expected: Expected
    status: ReplyStatus
    message: str
    confidence: float
    outcome: Outcome
    valid: bool
    values: dict[str, float] = field(default_factory=dict)
    official: bool = False
    strict: bool = False
    overlap: float = 0.0
    answer: dict[str, Any] = field(default_factory=dict)

    @property
    def asks_object(self) -> bool:
        """Whether it is a question that an object answers."""
        return self.expected is Expected.OBJECT

    def to_json(self) -> dict[str, Any]:
        """All of it as JSON knows it."""
        values: dict[str, Any] = to_plain(self)
        return values

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Score:
        """Read what to_json made.

        Raises:
            EvaluationError: a key is missing or unknown, or a value is none of its kind.
        """
        with Boundary('a score', EvaluationError).guard('cannot be read'):
            if set(values) != {item.name for item in fields(cls)}:
                raise ValueError(f'it has the keys {sorted(values)}')
            # Every question about an image says the same again.
            texts = {key: sys.intern(values[key]) for key in _SHARED}
            kinds = {'expected': Expected, 'status': ReplyStatus, 'outcome': Outcome}
            return cls(
                **{**values, **texts, **{key: kind(values[key]) for key, kind in kinds.items()}}
            )


def score_reply(
    judge: Judge,
    sample: Sample,
    reply: Reply,
    size: tuple[int, int],
    image: str,
    condition: str = '',
    answer: Mapping[str, Any] | None = None,
) -> Score:
    """Judge a reply.

    Args:
        judge: of the task.
        sample: that was asked; with truth for the task, if an object is the right answer.
        reply: of the backend.
        size: height and width of the image, px.
        image: key of the sample's group.
        condition: under which the image was seen.
        answer: what is kept for pictures.

    Raises:
        LabelError: the truth cannot be read.
    """
    judgement = _judgement(judge, sample, reply, size)
    found = judgement or Judgement()
    return Score(
        sample.key,
        image,
        condition,
        sample.sentence,
        sample.label,
        sample.split,
        kind_of(sample.sentence).words,
        sample.expected,
        reply.status,
        reply.message,
        round(float(reply.score), _DIGITS),
        outcome_of(reply.status, sample.expected, judgement),
        judgement is not None,
        {name: round(float(value), _DIGITS) for name, value in found.values.items()},
        found.official,
        found.strict,
        round(float(found.overlap), _DIGITS),
        dict(answer or {}),
    )


def _judgement(
    judge: Judge, sample: Sample, reply: Reply, size: tuple[int, int]
) -> Judgement | None:
    if reply.status is not ReplyStatus.OK or sample.expected is not Expected.OBJECT:
        return None
    return judge.judge(reply, sample.truth, size)

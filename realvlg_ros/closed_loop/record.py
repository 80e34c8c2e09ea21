"""What is kept of an episode: one line of JSON."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, fields
from enum import Enum
from typing import Any

from ..boundary import Boundary
from ..documents import as_mapping, parse_json
from ..errors import RealvlgError
from ..json_text import to_json_text


class Cause(str, Enum):
    """What became of an episode; the first two are as they should be."""

    SUCCESS = 'success'
    RIGHTLY_REFUSED = 'rightly refused'
    REFUSED = 'refused'
    WRONG_OBJECT = 'wrong object'
    COLLISION = 'collision'
    MISSED = 'missed'
    SLIP = 'slip'
    DISTURBED = 'disturbed'
    ERROR = 'error'


@dataclass(frozen=True)
class Episode:
    """One episode.

    Attributes:
        kind: single, clutter or bin.
        seed: of the scene.
        grounding: truth, box or sentence.
        target: name of the object that was asked for.
        sentence: the instruction.
        objects: in the scene.
        hard_depth: whether the depth camera had a bad day.
        cause: what became of it.
        detail: the evidence in words.
        status: of the answer, as PlanGrasps names it; of a pick through the nodes, as Pick does.
        quality: of the grasp that was tried; NaN without one.
        judged: what the judge on the true mesh says of it: valid, or the failure; empty without.
        held: whether the named object was in the hand at the end.
        table_force: largest force of the hand on the table, N.
        approach_force: largest force of the open hand on anything, N.
        width_error: opening of the closed fingers less the object_width that the grasp states, m;
            NaN where nothing was gripped.
        frames: that the answer took.
        seconds: wall time by stage.
    """

    kind: str
    seed: int
    grounding: str
    target: str
    sentence: str
    objects: int
    hard_depth: bool
    cause: Cause
    detail: str
    status: str
    quality: float = math.nan
    judged: str = ''
    held: bool = False
    table_force: float = 0.0
    approach_force: float = 0.0
    width_error: float = math.nan
    frames: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def thing(self) -> str:
        """The kind of object, without its number in the scene."""
        return self.target.rpartition('_')[0]

    @property
    def counts(self) -> bool:
        """Whether it is a trial: the target could be grasped."""
        return self.cause is not Cause.RIGHTLY_REFUSED

    def line(self) -> str:
        """As one line of JSON; what is not finite is null."""
        values = {
            key: None if isinstance(value, float) and not math.isfinite(value) else value
            for key, value in asdict(self).items()
        }
        return to_json_text({**values, 'cause': self.cause.value})

    @classmethod
    def from_line(cls, line: str) -> Episode:
        """Read a line.

        Raises:
            RealvlgError: it is cut off, or of another kind.
        """
        boundary = Boundary('not a line of an episode', RealvlgError)
        with boundary.guard():
            values = as_mapping(parse_json(line, boundary), boundary)
            known = {f.name for f in fields(cls)}
            if set(values) != known:
                raise ValueError(f'it has the keys {sorted(values)}')
            for key in ('quality', 'width_error'):
                values[key] = math.nan if values[key] is None else values[key]
            return cls(**{**values, 'cause': Cause(values['cause'])})

    def outcome(self) -> dict[str, Any]:
        """All but the times, which no two runs share."""
        values = asdict(self)
        del values['seconds']
        return values

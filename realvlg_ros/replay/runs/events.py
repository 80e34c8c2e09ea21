"""The lines of answers.jsonl: goals, groundings, answers, targets and notices."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from ...arrays import FloatArray
from ...errors import RunError, TransformError
from ...quoting import quoted
from ...transforms import from_quaternion
from .json_fields import Fields, flag, integer, number, sequence, text, vector


class EventKind(Enum):
    """What a line tells."""

    GOAL = 'goal'
    GROUNDING = 'grounding'
    ANSWER = 'answer'
    TARGET = 'target'
    NOTICE = 'notice'


@dataclass(frozen=True)
class GraspPose:
    """The best grasp at one time.

    Attributes:
        frame_id: frame of the pose; empty where the line does not tell.
        tcp2frame: (4, 4) m.
        width: distance of the contacts, m; None where the line does not tell, as below.
        quality: 0 to 1.
        covariance: (6, 6) of x, y, z (m) and the rotation about them (rad).
    """

    frame_id: str
    tcp2frame: FloatArray
    width: float | None = None
    quality: float | None = None
    covariance: FloatArray | None = None

    @property
    def position(self) -> FloatArray:
        """(3,) m."""
        return self.tcp2frame[:3, 3]

    def position_std(self) -> float | None:
        """Standard deviation of the position in its worst direction, m."""
        return None if self.covariance is None else float(worst_std(self.covariance[:3, :3]))

    def rotation_std(self) -> float | None:
        """Standard deviation of the rotation about its worst axis, rad."""
        return None if self.covariance is None else float(worst_std(self.covariance[3:, 3:]))


@dataclass(frozen=True)
class Candidate:
    """An object that an instruction may mean, or that came nearest to it.

    Attributes:
        label: what it is, in words.
        description: what tells it from the others.
        box: (4,) x_min, y_min, x_max, y_max in the image, px; None where the line does not tell.
    """

    label: str
    description: str
    box: FloatArray | None = None


@dataclass(frozen=True)
class Event:
    """One line; what its kind does not have is empty or None.

    Attributes:
        kind: what it tells.
        stamp_ns: of the image that it is about, ns.
        t: since the first frame of the bag, s.
        goal: id of the goal that it belongs to.
        instruction: of a goal.
        status: of a grounding or an answer; of a target its state.
        message: the reason.
        label: the object in words.
        track_id: of a target; 0 without a track.
        stable: of a target.
        again: of a grounding that was asked for because the target was lost or to be checked.
        question: to ask the person, of a grounding.
        candidates: that the question is about.
        pose: of the best grasp.
        grasps: how many there were.
        checked_stamp_ns: of the image against whose scene the grasps were checked, ns.
        grounded_stamp_ns: of the image that was looked at for a grounding, ns.
        support_plane: (4,) n . p + d = 0 in the frame of the pose, m.
    """

    kind: EventKind
    stamp_ns: int
    t: float
    goal: str = ''
    instruction: str = ''
    status: str = ''
    message: str = ''
    label: str = ''
    track_id: int = 0
    stable: bool = False
    again: bool = False
    question: str = ''
    candidates: tuple[Candidate, ...] = ()
    pose: GraspPose | None = None
    grasps: int | None = None
    checked_stamp_ns: int | None = None
    grounded_stamp_ns: int | None = None
    support_plane: FloatArray | None = None

    @classmethod
    def from_json(cls, fields: Fields) -> Event:
        """Read one line.

        Raises:
            RunError: a value is not what it should be.
        """
        kind = _kind(text(fields, 'event'))
        stamp_ns, t = integer(fields, 'stamp_ns'), number(fields, 't_s')
        if stamp_ns is None or t is None:
            raise RunError(f'a line of event {quoted(kind.value)} lacks stamp_ns or t_s')
        return cls(
            kind,
            stamp_ns,
            t,
            goal=text(fields, 'goal'),
            instruction=text(fields, 'instruction'),
            status=text(fields, 'state' if kind is EventKind.TARGET else 'status'),
            message=text(fields, 'message'),
            label=text(fields, 'label'),
            track_id=integer(fields, 'track_id') or 0,
            stable=bool(flag(fields, 'stable')),
            again=bool(flag(fields, 'again')),
            question=text(fields, 'question'),
            candidates=tuple(_candidates(fields)),
            pose=_pose(fields),
            grasps=integer(fields, 'grasps'),
            checked_stamp_ns=integer(fields, 'checked_stamp_ns'),
            grounded_stamp_ns=integer(fields, 'grounded_stamp_ns'),
            support_plane=vector(fields, 'support_plane', (4,)),
        )


def _kind(name: str) -> EventKind:
    try:
        return EventKind(name)
    except ValueError as error:
        known = ', '.join(kind.value for kind in EventKind)
        raise RunError(f'event is {quoted(name[:40])}, expected one of {known}') from error


def _candidates(fields: Fields) -> list[Candidate]:
    found = []
    for item in sequence(fields, 'candidates'):
        if not isinstance(item, dict):
            raise RunError('candidates holds something that is not an object')
        box = vector(item, 'box_xyxy', (4,))
        found.append(Candidate(text(item, 'label'), text(item, 'description'), box))
    return found


def _pose(fields: Fields) -> GraspPose | None:
    position = vector(fields, 'position_m', (3,))
    quaternion = vector(fields, 'quaternion_xyzw', (4,))
    if position is None or quaternion is None:
        return None
    try:
        tcp2frame = from_quaternion(position, quaternion)
    except TransformError as error:
        raise RunError(str(error)) from error
    return GraspPose(
        text(fields, 'frame_id'),
        tcp2frame,
        number(fields, 'width_m'),
        number(fields, 'quality'),
        vector(fields, 'covariance', (6, 6)),
    )


def worst_std(covariance: FloatArray) -> FloatArray:
    """Standard deviation (...) in the worst direction of covariances (..., 3, 3)."""
    symmetric = (covariance + np.swapaxes(covariance, -1, -2)) / 2
    return np.sqrt(np.maximum(np.linalg.eigvalsh(symmetric)[..., -1], 0.0))

"""One goal as it goes on: what was heard of it, and the frames that are to be kept."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from ..grounding.grounding import Grounding, GroundingStatus
from ..tracking.target.target import GraspTarget, TargetState
from .event_rows import grounding_row, pose_keys, target_row
from .frame_ring import KeptFrame
from .goal_event import REQUEST, GoalEvent
from .packed_frame import PackedFrame

P = TypeVar('P')

# Events of one goal that are kept. Chosen: far more than a goal has, and a second of JSON.
_MAX_EVENTS = 300
# Targets among which that of the result is looked for. Chosen: some seconds of them.
_MAX_TARGETS = 90
# Images that were grounded of which the frames are kept; a goal that is grounded again and again
# keeps its first ones and the last. Chosen: what a person looks at.
_MAX_GROUNDED = 4


@dataclass
class Shot(Generic[P]):
    """A frame that is to be kept.

    Attributes:
        role: before, grounded, answer, end or after.
        stamp_ns: of the image, ns.
        payload: what it is decoded from; None once that is done, or where it is not there.
        packed: its files; None where it could not be kept.
        problem: why not, in words.
    """

    role: str
    stamp_ns: int
    payload: P | None = None
    packed: PackedFrame | None = None
    problem: str = ''


@dataclass
class Episode(Generic[P]):
    """A goal and what belongs to it; the watch changes it, and afterwards it is written.

    Attributes:
        goal: how it began.
        begun_s: when its first word came, s of the steady clock.
        requests: ids of the requests whose groundings and targets belong to it.
        events: what happened, as JSON objects; see event_rows.
        shots: the frames, in the order in which they were asked for.
        grounding: the last one that was answered OK.
        answer: the target of the result.
        answer_ns: stamp of that target, which may be heard after the end, ns; 0 without one.
        status: how it ended, by name; empty before.
        message: the reason.
        ended_ns: when, by the clock of the images, ns.
        ended_s: when, s of the steady clock.
        from_topics: whether it ended by what groundings and targets said, not by a result.
        after_left: frames that are still to come after the end.
        token: of the question that it asked at its end.
        events_dropped: events beyond the bound.
    """

    goal: GoalEvent
    begun_s: float
    requests: set[str] = field(default_factory=set)
    events: list[dict[str, Any]] = field(default_factory=list)
    shots: list[Shot[P]] = field(default_factory=list)
    grounding: Grounding | None = None
    answer: GraspTarget | None = None
    answer_ns: int = 0
    status: str = ''
    message: str = ''
    ended_ns: int = 0
    ended_s: float = 0.0
    from_topics: bool = False
    after_left: int = 0
    token: str = ''
    events_dropped: int = 0
    _targets: deque[GraspTarget] = field(default_factory=lambda: deque(maxlen=_MAX_TARGETS))
    _last: dict[str, tuple[TargetState, bool, bool]] = field(default_factory=dict)
    _answered: set[str] = field(default_factory=set)

    @property
    def is_request(self) -> bool:
        """Whether no goal of an action has been heard of."""
        return self.goal.action == REQUEST

    def note(self, row: dict[str, Any]) -> None:
        """Add an event, with its time since the goal was accepted; None without a stamp."""
        if len(self.events) >= _MAX_EVENTS and row['event'] != 'answer':
            self.events_dropped += 1
            return
        since_s = round((row['stamp_ns'] - self.goal.stamp_ns) / 1e9, 6)
        self.events.append({**row, 't_s': since_s if row['stamp_ns'] else None})

    def notice(self, message: str, stamp_ns: int) -> None:
        """Note something that is no answer, in words."""
        self.note({'event': 'notice', 'stamp_ns': stamp_ns, 'request_id': '', 'message': message})

    def add_grounding(self, grounding: Grounding) -> None:
        """Note a grounding of one of its requests."""
        self.note(grounding_row(grounding, grounding.request_id in self._answered))
        if grounding.status is not GroundingStatus.IN_PROGRESS:
            self._answered.add(grounding.request_id)
        if grounding.status is GroundingStatus.OK:
            self.grounding = grounding

    def add_target(self, target: GraspTarget) -> None:
        """Note a target of one of its requests, where something about it has changed."""
        self._targets.append(target)
        if self.answer is None and 0 < self.answer_ns == target.stamp_ns:
            self.answer = target
        now = (target.state, target.stable, bool(target.grasps))
        if self._last.get(target.request_id) != now:
            self._last[target.request_id] = now
            self.note(target_row(target))

    def target_at(self, stamp_ns: int) -> GraspTarget | None:
        """The target of an image, if it was heard."""
        known = reversed(self._targets)
        return next((target for target in known if target.stamp_ns == stamp_ns), None)

    def keep(self, role: str, frame: KeptFrame[P] | None, stamp_ns: int) -> Shot[P] | None:
        """Ask for a frame; None where it is kept already.

        Args:
            role: why it is kept.
            frame: of that stamp; None where it is not there any more.
            stamp_ns: of the image, ns.
        """
        if any(shot.stamp_ns == stamp_ns for shot in self.shots):
            return None
        if role == 'grounded':
            self._drop_grounded()
        shot = Shot(role, stamp_ns, None if frame is None else frame.payload)
        if frame is None:
            shot.problem = 'the frame of this stamp did not come, or is not in memory any more'
        self.shots.append(shot)
        return shot

    def end(self, status: str, message: str, stamp_ns: int, now_s: float) -> None:
        """End it.

        Args:
            status: by name.
            message: the reason.
            stamp_ns: when, by the clock of the images, ns.
            now_s: the same by the steady clock, s.
        """
        self.status, self.message = status, message
        self.ended_ns, self.ended_s = stamp_ns, now_s

    def note_answer(self) -> None:
        """Note how it ended, as the last event but notices."""
        self.note(
            {
                'event': 'answer',
                'stamp_ns': self.ended_ns,
                'request_id': self.goal.request_id,
                'status': self.status,
                'message': self.message,
                **pose_keys(self.answer),
            }
        )

    def unheard(self) -> str:
        """Why no end was heard, in words, from the last thing that was."""
        heard = [row for row in self.events if row['event'] in ('grounding', 'target')]
        if not heard:
            return 'nothing was heard of it after it began'
        last = heard[-1]
        what = last.get('status') or last.get('state')
        return f'the last that was heard of it is a {last["event"]}, {what}: {last["message"]}'

    def _drop_grounded(self) -> None:
        grounded = [shot for shot in self.shots if shot.role == 'grounded']
        if len(grounded) >= _MAX_GROUNDED:
            self.shots.remove(grounded[-1])


def answer_of_target(target: GraspTarget, grounding: Grounding | None) -> str:
    """The status that a target gives a request without a goal; empty where it decides nothing."""
    if grounding is None or target.grounded_stamp_ns < grounding.stamp_ns:
        return ''
    if target.state in (TargetState.NO_GRASP, TargetState.LOST):
        return target.state.name
    seen = target.state in (TargetState.TENTATIVE, TargetState.CONFIRMED)
    return 'OK' if seen and target.grasps else ''

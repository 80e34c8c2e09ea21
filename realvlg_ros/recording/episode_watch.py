"""Follows goals by what is heard of them, and gathers what is to be kept of each."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import RLock
from typing import Generic, TypeVar

from ..grounding.grounding import Grounding, GroundingStatus
from ..tracking.target.target import GraspTarget
from .episode import Episode, Shot, answer_of_target
from .frame_ring import FrameRing, KeptFrame
from .goal_event import NO_RESULT, PICK, PLAN, REQUEST, GoalEvent, GoalStep

P = TypeVar('P')

# Stands for the token of a question that was answered by a topic, which names none.
BY_TOPIC = 'topic'

# Requests that are not taken for new ones when they are grounded again. Chosen: far more than are
# followed at a time.
_REMEMBERED = 256
# Frames after the end are waited for so much longer than they take, s. Chosen: a hiccup of the
# camera, not its end.
_AFTER_PATIENCE_S = 1.0


@dataclass(frozen=True)
class WatchLimits:
    """How much of a goal is kept.

    Attributes:
        frames_after: frames after its end, at the interval of the ring.
        interval: of these, s.
        goal_timeout: a goal of which no end is heard for so long is written without one, s.
        max_open: goals that are followed at a time; then one is closed: of those that have ended
            the one that began first, otherwise the one that began first.
    """

    frames_after: int = 3
    interval: float = 0.5
    goal_timeout: float = 120.0
    max_open: int = 4


class EpisodeWatch(Generic[P]):
    """Makes an episode of each goal; thread-safe, and no call blocks for long.

    A goal is heard of by its events. A request without one (a sentence on a topic, the action
    Ground) begins with its first grounding and ends with what groundings and targets say. The
    plans of a pick belong to the pick.
    """

    def __init__(
        self,
        ring: FrameRing[P],
        limits: WatchLimits,
        pin: Callable[[Shot[P]], None],
        done: Callable[[Episode[P]], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Watch from now on.

        Args:
            ring: where frames are taken from.
            limits: how much is kept.
            pin: called with each frame to keep, soon after it was there; decodes it elsewhere.
            done: called with each episode of which everything has come.
            clock: steady, s.
        """
        self._ring = ring
        self._limits = limits
        self._pin = pin
        self._done = done
        self._clock = clock
        self._open: list[Episode[P]] = []
        self._closed: deque[str] = deque(maxlen=_REMEMBERED)
        self._lock = RLock()
        self._reply = ''
        self.closed_early = 0

    @property
    def open_count(self) -> int:
        """Goals that are followed now."""
        return len(self._open)

    def follows(self, request_id: str) -> bool:
        """Whether groundings and targets of a request belong to a goal that is followed."""
        return self._episode_of(request_id) is not None

    def on_goal(self, event: GoalEvent) -> bool:
        """A goal was accepted or has ended; returns whether it is one of its own.

        The plans of a pick are not.
        """
        with self._lock:
            if event.step is GoalStep.ACCEPTED:
                self._accepted(event)
            else:
                self._ended(event)
            return self._of_goal(event.goal_id) is not None

    def on_reply(self) -> None:
        """A person has replied to a question on a topic: the next request is that reply."""
        with self._lock:
            self._reply = BY_TOPIC

    def on_grounding(self, grounding: Grounding) -> bool:
        """A request has taken an image, or was answered; returns whether it is a new one."""
        with self._lock:
            episode = self._episode_of(grounding.request_id)
            begins = episode is None
            if episode is None:
                if grounding.request_id in self._closed:
                    return False
                episode = self._begin(self._request(grounding))
            episode.add_grounding(grounding)
            if grounding.stamp_ns:
                self._keep(episode, 'grounded', grounding.stamp_ns)
            unanswered = (GroundingStatus.IN_PROGRESS, GroundingStatus.OK)
            if episode.is_request and grounding.status not in unanswered:
                episode.token = grounding.token
                stamp_ns = grounding.stamp_ns or self._newest_ns(episode.goal.stamp_ns)
                self._end_by_topics(episode, grounding.status.name, grounding.message, stamp_ns)
            return begins

    def on_target(self, target: GraspTarget) -> None:
        """A target was published; those of no goal that is followed are passed over."""
        with self._lock:
            episode = self._episode_of(target.request_id)
            if episode is None:
                return
            episode.add_target(target)
            status = answer_of_target(target, episode.grounding) if episode.is_request else ''
            if status and not episode.status:
                episode.answer = target
                self._keep(episode, 'answer', target.stamp_ns)
                self._end_by_topics(episode, status, target.message, target.stamp_ns)

    def on_frame(self, frame: KeptFrame[P]) -> None:
        """A frame has come."""
        sampled = self._ring.add(frame)
        if not (sampled and self._open):
            return
        with self._lock:
            for episode in self._open.copy():
                if episode.status and episode.after_left:
                    episode.after_left -= 1
                    self._add_shot(episode, 'after', frame, frame.stamp_ns)
        self.tick()

    def on_jump(self, reason: str) -> None:
        """The stamps have jumped: frames from before have nothing to do with those after it."""
        newest_ns = self._newest_ns(0)
        self._ring.clear()
        with self._lock:
            for episode in self._open:
                episode.notice(reason, newest_ns or episode.goal.stamp_ns)

    def tick(self) -> None:
        """Close what has everything, and what waits in vain; to be called several times a second.

        Nothing else depends on it.
        """
        now = self._clock()
        patience = self._limits.frames_after * self._limits.interval + _AFTER_PATIENCE_S
        with self._lock:
            for episode in self._open.copy():
                if not episode.status and now - episode.begun_s >= self._limits.goal_timeout:
                    self._give_up(episode)
                waited = episode.ended_s and now - episode.ended_s >= patience
                if episode.status and (not episode.after_left or waited):
                    self._close(episode)

    def close_all(self, reason: str) -> None:
        """Close what is open, such as when the node is deactivated; those without an end say so.

        Args:
            reason: why, in words.
        """
        with self._lock:
            for episode in self._open.copy():
                if not episode.status:
                    episode.notice(reason, episode.goal.stamp_ns)
                    self._give_up(episode)
                self._close(episode)

    def _request(self, grounding: Grounding) -> GoalEvent:
        """The beginning of a request that is no goal."""
        reply, self._reply = self._reply, ''
        return GoalEvent(
            GoalStep.ACCEPTED,
            REQUEST,
            '',
            # It is not said when a request was made that has taken no image yet.
            grounding.stamp_ns or self._newest_ns(0),
            request_id=grounding.request_id,
            instruction=grounding.instruction,
            token=reply,
        )

    def _accepted(self, event: GoalEvent) -> None:
        pick = next((e for e in self._open if e.goal.action == PICK and not e.status), None)
        if event.action == PLAN and pick and pick.goal.instruction == event.instruction:
            pick.requests.add(event.request_id)
            pick.note(_goal_row(event))
            return
        episode = self._episode_of(event.request_id)
        if episode is None or not episode.is_request:
            # The plan of a pick, or a goal that was given up, may end after its episode.
            told = {event.request_id, event.goal_id} & set(self._closed)
            late = episode is not None or told
            if event.step is GoalStep.ACCEPTED or not late:
                self._begin(event)
            elif episode is not None:
                episode.note(_goal_row(event))
            return
        # Its first grounding was heard before it.
        episode.goal = event
        episode.note(_goal_row(event))
        if episode.from_topics:
            episode.status, episode.from_topics, episode.ended_s = '', False, 0.0

    def _ended(self, event: GoalEvent) -> None:
        episode = self._of_goal(event.goal_id)
        if episode is None:
            # Its beginning was not heard, or it is the plan of a pick.
            self._accepted(event)
            episode = self._of_goal(event.goal_id)
        if episode is None:
            return
        episode.token = event.token if event.status == 'AMBIGUOUS' else ''
        if event.target_stamp_ns:
            episode.answer_ns = event.target_stamp_ns
            episode.answer = episode.target_at(event.target_stamp_ns)
            self._keep(episode, 'answer', event.target_stamp_ns)
        self._end(episode, event.status, event.message, event.stamp_ns)

    def _begin(self, event: GoalEvent) -> Episode[P]:
        if len(self._open) >= self._limits.max_open:
            self.closed_early += 1
            oldest = next((e for e in self._open if e.status), self._open[0])
            if not oldest.status:
                oldest.notice('newer goals took its place in memory', event.stamp_ns)
                self._give_up(oldest)
            self._close(oldest)
        episode: Episode[P] = Episode(event, self._clock())
        if event.request_id:
            episode.requests.add(event.request_id)
        self._open.append(episode)
        episode.note(_goal_row(event))
        for frame in self._ring.before():
            self._add_shot(episode, 'before', frame, frame.stamp_ns)
        return episode

    def _end_by_topics(
        self, episode: Episode[P], status: str, message: str, stamp_ns: int
    ) -> None:
        if not episode.status:
            episode.from_topics = True
            self._end(episode, status, message, stamp_ns)

    def _end(self, episode: Episode[P], status: str, message: str, stamp_ns: int) -> None:
        episode.end(status, message, stamp_ns, self._clock())
        episode.after_left = self._limits.frames_after
        newest = self._ring.newest()
        if newest is not None:
            self._add_shot(episode, 'end', newest, newest.stamp_ns)

    def _give_up(self, episode: Episode[P]) -> None:
        stamp_ns = self._newest_ns(episode.goal.stamp_ns)
        self._end(episode, NO_RESULT, episode.unheard(), stamp_ns)
        episode.after_left = 0

    def _close(self, episode: Episode[P]) -> None:
        self._open.remove(episode)
        self._closed.extend(episode.requests | ({episode.goal.goal_id} - {''}))
        episode.note_answer()
        self._done(episode)

    def _keep(self, episode: Episode[P], role: str, stamp_ns: int) -> None:
        self._add_shot(episode, role, self._ring.at(stamp_ns), stamp_ns)

    def _add_shot(
        self, episode: Episode[P], role: str, frame: KeptFrame[P] | None, stamp_ns: int
    ) -> None:
        shot = episode.keep(role, frame, stamp_ns)
        if shot is not None and shot.payload is not None:
            self._pin(shot)

    def _newest_ns(self, otherwise_ns: int) -> int:
        """Stamp of the newest frame, ns."""
        newest = self._ring.newest()
        return otherwise_ns if newest is None else newest.stamp_ns

    def _of_goal(self, goal_id: str) -> Episode[P] | None:
        return next((e for e in self._open if e.goal.goal_id == goal_id), None)

    def _episode_of(self, request_id: str) -> Episode[P] | None:
        if not request_id:
            return None
        with self._lock:
            # Clients may use one id again.
            return next((e for e in reversed(self._open) if request_id in e.requests), None)


def _goal_row(event: GoalEvent) -> dict[str, object]:
    return {
        'event': 'goal',
        'stamp_ns': event.stamp_ns,
        'request_id': event.request_id,
        'step': event.step.name,
        'action': event.action,
        'instruction': event.instruction,
        'status': event.status,
        'message': event.message,
    }

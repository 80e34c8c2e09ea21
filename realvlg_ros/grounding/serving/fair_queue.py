"""Turns at a server of which a few run at once: the questions of each robot wait on their own."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ...errors import BusyError, GroundingCanceled

# Interval at which one who waits is asked whether it still does, s. Chosen: a robot that has hung
# up does not get a turn.
_POLL_S = 0.05
# What a robot is told to wait whose queue is full, s. Chosen: the time of one answer.
_RETRY_S = 1.0


@dataclass(eq=False)
class _Ticket:
    """One question that waits."""

    turn: threading.Event = field(default_factory=threading.Event)


class FairQueue:
    """Gives the next turn to the robot that has the fewest running, then to the longest unserved.

    Attributes:
        running: questions at work now, by robot.
        served: turns given so far, by robot.
    """

    def __init__(self, at_once: int, waiting: int, robots: int) -> None:
        """Take the bounds.

        Args:
            at_once: questions that run at once.
            waiting: of one robot that wait; further ones are refused.
            robots: that wait at once; further ones are refused.
        """
        self._at_once, self._most, self._robots = at_once, waiting, robots
        self._lock = threading.Lock()
        self._queues: dict[str, deque[_Ticket]] = {}
        self._last: dict[str, int] = {}
        self._turns = 0
        self.running: Counter[str] = Counter()
        self.served: Counter[str] = Counter()

    @property
    def waiting(self) -> int:
        """Questions that wait now."""
        with self._lock:
            return sum(len(queue) for queue in self._queues.values())

    @contextmanager
    def turn(self, robot: str, gone: Callable[[], bool]) -> Iterator[None]:
        """Wait for a turn, and hold it.

        Args:
            robot: whose question it is.
            gone: asked while it waits; True gives the place up.

        Raises:
            BusyError: the robot's queue is full, or too many robots wait.
            GroundingCanceled: gone returned True.
        """
        ticket = self._enter(robot)
        while not ticket.turn.wait(_POLL_S):
            if gone() and self._leave(robot, ticket):
                raise GroundingCanceled(f'{robot} has hung up while it waited')
        try:
            yield
        finally:
            with self._lock:
                self.running[robot] -= 1
                self._forget(robot)
                self._give()

    def _enter(self, robot: str) -> _Ticket:
        with self._lock:
            if robot not in self._queues and len(self._queues) >= self._robots:
                raise BusyError(f'{self._robots} robots wait already', _RETRY_S)
            queue = self._queues.setdefault(robot, deque())
            if len(queue) >= self._most:
                raise BusyError(f'{self._most} questions of {robot} wait already', _RETRY_S)
            ticket = _Ticket()
            queue.append(ticket)
            self._give()
            return ticket

    def _leave(self, robot: str, ticket: _Ticket) -> bool:
        """Give a place up; False where its turn has come meanwhile."""
        with self._lock:
            if ticket.turn.is_set():
                return False
            self._queues[robot].remove(ticket)
            self._forget(robot)
            return True

    def _give(self) -> None:
        """Give the free turns away."""
        while sum(self.running.values()) < self._at_once:
            waiting = [name for name, queue in self._queues.items() if queue]
            if not waiting:
                return
            robot = min(waiting, key=lambda name: (self.running[name], self._last.get(name, 0)))
            self._turns += 1
            self._last[robot] = self._turns
            self.running[robot] += 1
            self.served[robot] += 1
            self._queues[robot].popleft().turn.set()

    def _forget(self, robot: str) -> None:
        """Keep nothing of a robot that has no question here, but how often it was served."""
        if not self._queues.get(robot) and not self.running[robot]:
            self._queues.pop(robot, None)
            del self.running[robot]
            if len(self._last) > self._robots:
                oldest = min(self._last, key=lambda name: self._last[name])
                del self._last[oldest]
                self.served.pop(oldest, None)

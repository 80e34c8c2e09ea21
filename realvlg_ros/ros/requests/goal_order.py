"""What a new goal does to those that are being answered."""

from __future__ import annotations

import threading
from typing import Generic, Protocol, TypeVar

# The policies: a new goal ends the others, waits for them, or is rejected while there is one.
POLICIES = ('preempt', 'queue', 'reject')
# Goals that may wait for another. Chosen: each holds a thread of the executor's eight.
_MOST_WAITING = 4


class Replaceable(Protocol):
    """A request that a newer one may end."""

    def replace(self, instruction: str) -> None:
        """End it: a newer one, with this instruction, takes its place."""
        ...


R = TypeVar('R', bound=Replaceable)


class GoalOrder(Generic[R]):
    """The requests that are live, in the order in which they are worked on; thread safe."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.Lock()
        self._live: list[R] = []

    @property
    def current(self) -> R | None:
        """The request that is worked on."""
        # One step, and never waits: it is asked by each message.
        return next(iter(self._live), None)

    def refusal(self, policy: str) -> str:
        """Why a new goal is rejected, in words; empty where it is taken.

        Args:
            policy: one of POLICIES.
        """
        with self._lock:
            count = len(self._live)
        if policy == 'reject' and count:
            return 'another goal is being answered (new_goal is reject): ask again when it is done'
        if policy == 'queue' and count > _MOST_WAITING:
            return f'{count - 1} goals are waiting already: ask again when they are done'
        return ''

    def add(self, request: R, instruction: str, policy: str) -> None:
        """Take a request.

        Args:
            request: the newest.
            instruction: of it.
            policy: one of POLICIES; with preempt it ends all others.
        """
        with self._lock:
            others = self._live if policy == 'preempt' else []
            self._live = [*(() if policy == 'preempt' else self._live), request]
        # Not under the lock: a request that is ended takes its own, under which it asks for its
        # turn.
        for other in others:
            other.replace(instruction)

    def ahead_of(self, request: object) -> int:
        """How many requests are worked on before this one."""
        with self._lock:
            return self._live.index(request) if request in self._live else 0

    def remove(self, request: R) -> None:
        """Forget a request that has its result."""
        with self._lock:
            self._live = [other for other in self._live if other is not request]

    def live(self) -> list[R]:
        """All requests, the one that is worked on first."""
        with self._lock:
            return list(self._live)

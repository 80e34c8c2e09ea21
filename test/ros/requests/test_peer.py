"""When a node that waits for a command ends a request."""

import threading
from types import SimpleNamespace
from typing import Any, ClassVar

from realvlg_ros.ros.requests.peer import _IDLE_ANSWERS, Idleness, IdleWatch, Peer


class Answers:
    """A peer that has said so many times in a row that it is idle."""

    def __init__(self, *idle: Idleness) -> None:
        self._idle = list(idle)

    def idleness(self) -> Idleness:
        return self._idle.pop(0) if self._idle else Idleness()


def watched(*idle: Idleness) -> list[str]:
    watch = IdleWatch(Answers(*idle))  # type: ignore[arg-type]
    return [watch.idleness() for _ in idle]


def test_a_node_is_idle_after_some_answers_in_a_row() -> None:
    said = watched(*(Idleness('idle', count) for count in range(1, _IDLE_ANSWERS + 1)))
    assert said == [''] * (_IDLE_ANSWERS - 1) + ['idle']


def test_what_was_said_before_and_what_is_not_said_again_does_not_count() -> None:
    assert not any(watched(*(Idleness('idle', 7) for _ in range(20))))
    # A node that is being restarted says it again, in between it says something else or nothing.
    restarted = [Idleness('inactive', 1), Idleness('inactive', 2), Idleness()]
    assert not any(watched(*restarted, *restarted, *restarted))
    assert not any(watched(*(Idleness('inactive', count) for count in (1, 2, 3, 1, 2, 3, 1))))


def test_several_idle_nodes_are_idle_together() -> None:
    class Two(Peer):
        answers: ClassVar = {'/a': 0, '/b': 0}

        def __init__(self) -> None:
            self._lock = threading.RLock()
            self._asked: Any = {}

        def _candidates(self) -> list[str]:
            return ['/a', '/b']

        def _state(self, name: str) -> str:
            self.answers[name] += 1
            # The other one answers sooner now and then.
            count = self.answers[name] + (name == '/a') * (self.answers[name] % 2)
            self._asked[name] = SimpleNamespace(answers=count)
            return 'inactive'

    watch = IdleWatch(Two())
    said = [watch.idleness() for _ in range(_IDLE_ANSWERS + 3)]
    assert '/a' in said[-1] and 'inactive' in said[-1]

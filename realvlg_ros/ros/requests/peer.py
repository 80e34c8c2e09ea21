"""A lifecycle node that a request needs: whether it is there, and whether it is active."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any, NamedTuple

from lifecycle_msgs.srv import GetState
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.node import Node

from ..node.activation import describe_state, waits_for_command
from ..node.qos import service_queue

# How often a node is asked for its state, and how long an answer counts, s. Chosen: often enough
# to be named within two seconds; a node that is busy configuring does not answer.
_ASK_PERIOD_S = 0.2
_ANSWER_AGE_S = 1.0
# A node that says so many times in a row that it waits for a command ends a request. Chosen: its
# name is in the result within two seconds, and who activates it has some time; of a node that is
# being restarted, on a busy machine too, come fewer.
_IDLE_ANSWERS = 5
# So many nodes are asked. Chosen: one is usual.
_MOST_ASKED = 8


class Idleness(NamedTuple):
    """Which node waits for which command, in words, and its answers in a row that say so."""

    words: str = ''
    answers: int = 0


@dataclass
class _Asked:
    """What is known of one node.

    Attributes:
        client: of its service get_state.
        answer: future of the last call.
        state: label of its state by the last answer; empty before the first.
        answers: how many in a row have named that state.
        asked: when it was last asked, s of the steady clock.
        answered: when it last answered.
    """

    client: Any
    answer: Any = None
    state: str = ''
    answers: int = 0
    asked: float = 0.0
    answered: float = 0.0


class Peer:
    """Finds the node that publishes a topic, or has the usual name, and asks for its state.

    Nothing is asked but when `absence` or `idleness` are called, from any thread.
    """

    def __init__(self, node: Node, name: str, topic: str) -> None:
        """Watch for a node.

        Args:
            node: asks, and gives the ROS graph and the namespace.
            name: usual name of the other node.
            topic: that it publishes, relative to the namespace.
        """
        self._node = node
        self._name = name
        self._topic = node.resolve_topic_name(topic)
        self._group = MutuallyExclusiveCallbackGroup()
        self._asked: dict[str, _Asked] = {}
        # A callback is called at once, in the thread that adds it, when the answer is there.
        self._lock = threading.RLock()

    def absence(self) -> str:
        """That no such node has begun to publish, and the remedy."""
        words = f'no {self._name} is there: start it and check that it is active'
        others = [name for name in self._named() if not self._in_namespace(name)]
        if len(others) < len(self._named()):
            words += '; one is listed: it is starting, or has just ended'
        if others:
            words += (
                f'; {others[0]} is in another namespace than {self._node.get_name()}, which '
                f'listens to {self._topic}'
            )
        return words

    def idleness(self) -> Idleness:
        """That every such node waits for a command, which one, and the command; else empty.

        A node that does not answer, as one does while it loads a model, is not idle.
        """
        found: list[Idleness] = []
        candidates = self._candidates()[:_MOST_ASKED]
        self._forget_all_but(candidates)
        for name in candidates:
            with self._lock:
                state = self._state(name)
                answers = self._asked[name].answers
            if not waits_for_command(state):
                return Idleness()
            found.append(Idleness(describe_state(name, state), answers))
        if not found:
            return Idleness()
        return Idleness(found[0].words, min(idle.answers for idle in found))

    def destroy(self) -> None:
        """Destroy the clients."""
        with self._lock:
            for asked in self._asked.values():
                self._node.destroy_client(asked.client)
            self._asked.clear()

    def _forget_all_but(self, names: list[str]) -> None:
        """Destroy the clients of nodes that are gone."""
        with self._lock:
            for name in self._asked.keys() - set(names):
                self._node.destroy_client(self._asked.pop(name).client)

    def _candidates(self) -> list[str]:
        """Full names of the nodes that publish the topic, or have the name in the namespace."""
        infos = self._node.get_publishers_info_by_topic(self._topic)
        found = {_full(info.node_namespace, info.node_name) for info in infos}
        return sorted(found) or [name for name in self._named() if self._in_namespace(name)]

    def _named(self) -> list[str]:
        """Full names of the nodes with the usual name, in any namespace."""
        nodes = self._node.get_node_names_and_namespaces()
        return sorted({_full(space, name) for name, space in nodes if name == self._name})

    def _in_namespace(self, full_name: str) -> bool:
        return full_name == _full(self._node.get_namespace(), self._name)

    def _state(self, name: str) -> str:
        """The state of a node by a recent answer, else empty; asks it again when it is time."""
        now = time.monotonic()
        if name not in self._asked:
            client = self._node.create_client(
                GetState,
                f'{name}/get_state',
                qos_profile=service_queue(),
                callback_group=self._group,
            )
            self._asked[name] = _Asked(client)
        asked = self._asked[name]
        open_ = asked.answer is not None and not asked.answer.done()
        if now - asked.asked >= (_ANSWER_AGE_S if open_ else _ASK_PERIOD_S):
            self._ask(asked)
        return asked.state if now - asked.answered < _ANSWER_AGE_S else ''

    def _ask(self, asked: _Asked) -> None:
        if asked.answer is not None:
            asked.client.remove_pending_request(asked.answer)
        if asked.client.service_is_ready():
            asked.asked = time.monotonic()
            asked.answer = asked.client.call_async(GetState.Request())
            asked.answer.add_done_callback(lambda future: self._take_answer(asked, future))

    def _take_answer(self, asked: _Asked, future: Any) -> None:
        answer = future.result()
        if answer is None:
            return
        state, now = answer.current_state.label, time.monotonic()
        with self._lock:
            goes_on = state == asked.state and now - asked.answered < _ANSWER_AGE_S
            asked.answers = asked.answers + 1 if goes_on else 1
            asked.state, asked.answered = state, now


class IdleWatch:
    """For one request: whether a node that it needs has been idle for a while."""

    def __init__(self, *peers: Peer) -> None:
        """Watch nodes from now on."""
        self._peers = peers
        self._since = Idleness()

    def idleness(self) -> str:
        """Which node waits for a command, and the command, once it has said so often enough.

        To be called again and again; of the answers before the first call only the last counts.
        """
        idle = next((idle for peer in self._peers if (idle := peer.idleness()).words), None)
        if idle is None:
            idle = Idleness()
        if idle.words != self._since.words or idle.answers < self._since.answers:
            self._since = idle
        said = idle.answers - self._since.answers >= _IDLE_ANSWERS - 1
        return idle.words if said else ''


def _full(namespace: str, name: str) -> str:
    return f'{namespace.rstrip("/")}/{name}'

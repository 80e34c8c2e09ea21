"""A node's publishers, servers, subscriptions and timers, and the conditions that it reports."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeAlias

from rclpy.action import ActionServer, GoalResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup, ReentrantCallbackGroup
from rclpy.clock import Clock, ClockType
from rclpy.lifecycle import LifecycleNode
from rclpy.qos import QoSProfile

from ...message_limits import MAX_TEXT_CHARACTERS
from .activation import describe_state
from .deadline import Deadline
from .diagnostics import Level, Report
from .goals import Goals, Pace
from .node_parameters import CheckedNode
from .qos import action_queues, publisher_events, service_queue, stream, subscription_events
from .senders import Senders

# Executes a goal: takes its handle and returns the result.
Execution: TypeAlias = Callable[[ServerGoalHandle], Any]

# A condition whose message changes, for example in a number, is logged again after this, s.
# Chosen: the log stays readable.
_LOG_PERIOD_S = 10.0
# A node says why it rejects goals once in this time, s. Chosen: who waits for it asks ten times a
# second.
_REJECTION_LOG_PERIOD_S = 1.0
# How long results that no client has fetched are kept, s. Chosen: over the 15 minutes of some
# distributions they would accumulate.
_RESULT_TIMEOUT_S = 30


class EntityNode(CheckedNode, LifecycleNode):  # type: ignore[misc]
    """A lifecycle node that destroys each entity in the transition that undoes its creation.

    Publishers, services and action servers (`create_managed_publisher`, `create_managed_service`,
    `create_managed_action_server`) last from configure to cleanup; subscriptions and timers
    (`create_managed_subscription`, `create_managed_timer`) from activate to deactivate.
    """

    def __init__(self, name: str, **arguments: Any) -> None:
        """Make a node without entities."""
        super().__init__(name, **arguments)
        self._active = False
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._offers: list[Callable[[], Any]] = []
        self._listeners: list[Callable[[], Any]] = []
        self._conditions: dict[str, str] = {}
        self._senders: list[Senders] = []
        self._logged: dict[str, float] = {}
        self._rejection_logged = Deadline(0.0)
        # Goals that were rejected, and why the last one was, in words.
        self.rejected = 0
        self.last_rejection = 'none'

    @property
    def active(self) -> bool:
        """Whether the node is in the state active."""
        return self._active

    @property
    def state(self) -> str:
        """The lifecycle state: unconfigured, inactive, active, finalized or one between them."""
        return str(self._state_machine.current_state[1])

    def create_managed_subscription(
        self,
        message: type[Any],
        topic: str,
        callback: Callable[..., None],
        qos: QoSProfile,
        *,
        parameter: str = '',
        matches_any: bool = True,
        one_sender: bool = False,
    ) -> Callable[[], None]:
        """Subscribe until the node is deactivated.

        Args:
            message: type of message.
            topic: name, relative to the node's namespace.
            callback: called with each message, and with what rclpy says of it if it takes two.
            qos: profile.
            parameter: name of the parameter that sets the reliability of qos, for the warning
                about incompatible QoS; empty when none does.
            matches_any: whether every publisher should match; if not, none is warned about.
            one_sender: whether one node alone should publish it; several are warned about.

        Returns:
            Ends the subscription before that.
        """
        report = self._on_qos(topic) if matches_any else _ignore
        if one_sender:
            self._senders.append(Senders(self, topic))
        subscription = self.create_subscription(
            message,
            topic,
            callback,
            qos,
            callback_group=MutuallyExclusiveCallbackGroup(),
            event_callbacks=subscription_events(self, topic, parameter, report),
        )

        def end() -> None:
            self.destroy_subscription(subscription)

        self._listeners.append(end)
        return end

    def create_managed_publisher(
        self, message: type[Any], topic: str, qos: QoSProfile | None = None
    ) -> Any:
        """Make a publisher, until cleanup, that publishes only while the node is active.

        Args:
            message: type of message.
            topic: name, relative to the node's namespace.
            qos: profile; reliable with a depth of 10 if left out.
        """
        publisher = self.create_lifecycle_publisher(
            message,
            topic,
            qos or stream('reliable', 10),
            event_callbacks=publisher_events(
                self, topic, 'output_reliability', self._on_qos(topic)
            ),
        )
        self._offers.append(lambda: self.destroy_lifecycle_publisher(publisher))
        return publisher

    def create_managed_service(
        self, service: type[Any], name: str, callback: Callable[[Any, Any], Any]
    ) -> None:
        """Offer a service until cleanup; it answers while the node is inactive, too.

        Args:
            service: type of service.
            name: relative to the node's namespace.
            callback: takes the request and the response to fill in, which it returns.
        """
        server = self.create_service(
            service,
            name,
            callback,
            qos_profile=service_queue(),
            callback_group=ReentrantCallbackGroup(),
        )
        self._offers.append(lambda: self.destroy_service(server))

    def create_managed_action_server(
        self,
        action: type[Any],
        name: str,
        begin: Callable[[ServerGoalHandle], Execution],
        refusal: Callable[[], str] = lambda: '',
    ) -> Goals:
        """Offer an action until cleanup; goals are rejected while the node is not active.

        Args:
            action: type of action.
            name: relative to the node's namespace.
            begin: called with the handle of each goal in the order of arrival; must return
                quickly. Returns the function that executes the goal in a thread of its own: it
                enters a LiveGoal and returns the result.
            refusal: why a goal is rejected now, in words; empty where it is taken.

        Returns:
            The live goals.
        """
        goals, pace = Goals(), Pace()
        server = ActionServer(
            self,
            action,
            name,
            lambda handle: begin(handle)(handle),
            # One at a time, which keeps their order; what a goal executes is in no group.
            callback_group=MutuallyExclusiveCallbackGroup(),
            goal_callback=lambda _: self._accept_goal(name, pace, refusal),
            handle_accepted_callback=lambda handle: handle.execute(begin(_cut(handle))),
            cancel_callback=goals.accept_cancel,
            result_timeout=_RESULT_TIMEOUT_S,
            **action_queues(),
        )
        self._offers.append(server.destroy)
        return goals

    def create_managed_timer(self, period: float, callback: Callable[[], None]) -> None:
        """Call the callback every period s of the steady clock until the node is deactivated."""
        timer = self.create_timer(
            period,
            callback,
            callback_group=MutuallyExclusiveCallbackGroup(),
            clock=self._steady,
        )
        self._listeners.append(lambda: self.destroy_timer(timer))

    def warn(self, subject: str, message: str) -> None:
        """Report a condition in the diagnostics, and in the log at most every few seconds.

        Args:
            subject: name of the condition.
            message: what is wrong, and the remedy; empty when the condition is over.
        """
        before = self._conditions.get(subject, '')
        if before == message:
            return
        self._conditions[subject] = message
        if not message:
            self.get_logger().info(f'{subject}: recovered')
        elif not before or time.monotonic() - self._logged.get(subject, 0.0) > _LOG_PERIOD_S:
            self._logged[subject] = time.monotonic()
            self.get_logger().warning(message)

    def conditions(self) -> list[Report]:
        """The conditions that hold."""
        return [
            Report(subject, Level.WARN, message)
            for subject, message in self._conditions.copy().items()
            if message
        ]

    def watch_senders(self) -> None:
        """Warn of topics with several publishers, of which one alone should publish."""
        for senders in self._senders.copy():
            if (words := senders.words()) or f'senders of {senders.topic}' in self._conditions:
                self.warn(f'senders of {senders.topic}', words)

    def stop_listening(self) -> None:
        """Destroy subscriptions and timers, and forget the conditions."""
        _call_all(self._listeners)
        self._senders.clear()
        self._conditions.clear()

    def withdraw_offers(self) -> None:
        """Destroy publishers, services and action servers."""
        _call_all(self._offers)

    def _accept_goal(self, name: str, pace: Pace, refusal: Callable[[], str]) -> GoalResponse:
        pace.wait()
        if self._active:
            words = refusal()
        else:
            words = describe_state(self.get_fully_qualified_name(), self.state)
        if not words:
            return GoalResponse.ACCEPT
        self.rejected += 1
        self.last_rejection = words
        if self._rejection_logged.passed:
            self._rejection_logged = Deadline(_REJECTION_LOG_PERIOD_S)
            self.get_logger().warning(f'a goal of {name} is rejected: {words}')
        return GoalResponse.REJECT

    def _on_qos(self, topic: str) -> Callable[[str], None]:
        return lambda message: self.warn(f'QoS of {topic}', message)


def _cut(handle: ServerGoalHandle) -> ServerGoalHandle:
    """The handle of a goal, whose texts are cut where they are longer than any that is taken.

    rclpy keeps goals for a while; what is cut is still too long, and is refused in words.
    """
    goal = handle.request
    for name in goal.get_fields_and_field_types():
        text = getattr(goal, name)
        if isinstance(text, str) and len(text) > MAX_TEXT_CHARACTERS:
            setattr(goal, name, text[: MAX_TEXT_CHARACTERS + 1])
    return handle


def _ignore(message: str) -> None:
    """Take a report that nobody needs."""


def _call_all(steps: list[Callable[[], Any]]) -> None:
    for step in steps:
        step()
    steps.clear()

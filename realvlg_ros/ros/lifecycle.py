"""The base of our nodes: a lifecycle with reasons, autostart, parameters and diagnostics."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from rclpy.action import ActionServer, GoalResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.callback_groups import (
    CallbackGroup,
    MutuallyExclusiveCallbackGroup,
    ReentrantCallbackGroup,
)
from rclpy.clock import Clock, ClockType
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn
from rclpy.qos import QoSProfile

from ..errors import RealvlgError
from .deadline import Deadline
from .diagnostics import DiagnosticsPublisher, Level, Report
from .goals import Goals
from .parameters import NodeParameters, parameter
from .qos import publisher_events, stream, subscription_events

# States in which a transition can begin.
_PRIMARY_STATES = ('unconfigured', 'inactive', 'active', 'finalized')
# How long a stop waits for the transition that runs, s.
_TRANSITION_TIMEOUT_S = 3.0
# A condition whose words change, such as a figure in them, is logged again after this, s.
_LOG_PERIOD_S = 10.0

_SUCCESS = TransitionCallbackReturn.SUCCESS
_FAILURE = TransitionCallbackReturn.FAILURE
_ERROR = TransitionCallbackReturn.ERROR


@dataclass(frozen=True)
class ManagedNodeParameters:
    """What every node of ours can be told."""

    autostart: bool = parameter(
        True, 'Configure and activate at the start, without a lifecycle manager.'
    )


class ManagedNode(LifecycleNode):  # type: ignore[misc]
    """A lifecycle node whose subclass says what happens in configure, activate and so on.

    Publishers, services and action servers are made in `configure` (`publish_on`, `serve`,
    `serve_action`), subscriptions and timers in `activate` (`subscribe`, `every`); this class
    destroys them in cleanup and deactivate.
    A RealvlgError in a transition is a FAILURE with its message as the reason; any other
    exception is an ERROR with a traceback, after which the node is unconfigured.
    """

    parameter_type: ClassVar[type[ManagedNodeParameters]] = ManagedNodeParameters

    def __init__(self, name: str, **arguments: Any) -> None:
        """Declare the parameters; nothing else happens before the first transition."""
        super().__init__(name, **arguments)
        self._configured = False
        self._active = False
        self._problem = ''
        self._warnings: dict[str, str] = {}
        self._logged: dict[str, float] = {}
        self._streams: list[Any] = []
        self._offers: list[Callable[[], Any]] = []
        self._timers_while_active: list[Any] = []
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        self._declared: NodeParameters[Any] = NodeParameters(
            self, self.parameter_type, lambda: self._configured
        )
        self._diagnostics = DiagnosticsPublisher(self, self._reports)
        # In the callback group of the lifecycle services, so that the two never overlap.
        self._autostart_timer = self.create_timer(0.0, self._autostart, clock=self._steady)

    def configure(self) -> None:
        """Build everything that needs the parameters; load models."""

    def activate(self) -> None:
        """Subscribe and begin; what may fail comes first, for deactivate is not called then."""

    def deactivate(self) -> None:
        """End what runs; subscriptions and timers are destroyed afterwards."""

    def cleanup(self) -> None:
        """Undo configure, also one that failed half way."""

    def diagnose(self) -> list[Report]:
        """The reports of an active node."""
        return []

    @property
    def active(self) -> bool:
        """Whether the node is in the state active."""
        return self._active

    def current_parameters(self) -> Any:
        """The parameters as they are now, in the class's parameter_type."""
        return self._declared.check()

    @property
    def state(self) -> str:
        """The lifecycle state: unconfigured, inactive, active, finalized or one between them."""
        return str(self._state_machine.current_state[1])

    def stop(self, linger: float) -> bool:
        """Deactivate, let the results of ended goals leave for linger seconds, and shut down.

        Returns:
            False when a transition was still running, such as the loading of a model.
        """
        deadline = Deadline(_TRANSITION_TIMEOUT_S)
        while self.state not in _PRIMARY_STATES:
            if deadline.passed:
                return False
            time.sleep(0.01)
        if self.state == 'active':
            self.trigger_deactivate()
            time.sleep(linger)
        if self.state != 'finalized':
            self.trigger_shutdown()
        return True

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Check the parameters and configure."""
        result = self._attempt('configure', self._configure)
        if result == _SUCCESS:
            return super().on_configure(state)
        self._release()
        return result

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Enable the publishers and activate."""
        super().on_activate(state)
        self._active = True
        result = self._attempt('activate', self.activate)
        if result != _SUCCESS:
            self._active = False
            self._unsubscribe()
            super().on_deactivate(state)
        return result

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Deactivate, and destroy subscriptions and timers."""
        self._stop()
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Give everything back."""
        self._release()
        return super().on_cleanup(state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """End from whatever state the node is in."""
        self._stop()
        self._release()
        return super().on_shutdown(state)

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Return to unconfigured."""
        self._stop()
        self._release()
        return super().on_error(state)

    def subscribe(
        self,
        message: type[Any],
        topic: str,
        callback: Callable[[Any], None],
        qos: QoSProfile,
        *,
        parameter: str = '',
        group: CallbackGroup | None = None,
    ) -> None:
        """Subscribe until the node is deactivated.

        Args:
            message: type of message.
            topic: name, relative to the node's namespace.
            callback: takes the message.
            qos: profile.
            parameter: the one that sets the reliability of qos, if any.
            group: callback group; None for one of its own.
        """
        subscription = self.create_subscription(
            message,
            topic,
            callback,
            qos,
            callback_group=group or MutuallyExclusiveCallbackGroup(),
            event_callbacks=subscription_events(self, topic, parameter, self._on_qos(topic)),
        )
        self._streams.append(subscription)

    def publish_on(self, message: type[Any], topic: str, qos: QoSProfile | None = None) -> Any:
        """Make a publisher that is silent while the node is not active; reliable by default."""
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

    def serve(self, service: type[Any], name: str, callback: Callable[[Any, Any], Any]) -> None:
        """Offer a service until cleanup; it is called in any state from inactive on."""
        server = self.create_service(
            service, name, callback, callback_group=ReentrantCallbackGroup()
        )
        self._offers.append(lambda: self.destroy_service(server))

    def serve_action(
        self, action: type[Any], name: str, execute: Callable[[ServerGoalHandle], Any]
    ) -> Goals:
        """Offer an action until cleanup; goals are rejected while the node is not active.

        Args:
            action: type of action.
            name: relative to the node's namespace.
            execute: runs in a thread of its own; makes a LiveGoal and returns the result.

        Returns:
            The goals that live.
        """
        goals = Goals()
        server = ActionServer(
            self,
            action,
            name,
            execute,
            callback_group=ReentrantCallbackGroup(),
            goal_callback=lambda _: self._accept_goal(name),
            cancel_callback=goals.accept_cancel,
        )
        self._offers.append(server.destroy)
        return goals

    def every(self, period: float, callback: Callable[[], None]) -> None:
        """Call back every period, s, on the steady clock until the node is deactivated."""
        timer = self.create_timer(
            period,
            callback,
            callback_group=MutuallyExclusiveCallbackGroup(),
            clock=self._steady,
        )
        self._timers_while_active.append(timer)

    def warn(self, subject: str, message: str) -> None:
        """Report a condition in the diagnostics, and in the log at most every few seconds.

        Args:
            subject: what it is about.
            message: in words, with the remedy; empty when the condition is over.
        """
        before = self._warnings.get(subject, '')
        if before == message:
            return
        self._warnings[subject] = message
        if not message:
            self.get_logger().info(f'{subject}: recovered')
        elif not before or time.monotonic() - self._logged.get(subject, 0.0) > _LOG_PERIOD_S:
            self._logged[subject] = time.monotonic()
            self.get_logger().warning(message)

    def _accept_goal(self, name: str) -> GoalResponse:
        if self._active:
            return GoalResponse.ACCEPT
        self.get_logger().warning(f'a goal of {name} is rejected: the node is not active')
        return GoalResponse.REJECT

    def _on_qos(self, topic: str) -> Callable[[str], None]:
        return lambda message: self.warn(f'QoS of {topic}', message)

    def _configure(self) -> None:
        self.current_parameters()
        self._configured = True
        self.configure()
        self._problem = ''

    def _attempt(self, name: str, transition: Callable[[], None]) -> TransitionCallbackReturn:
        try:
            transition()
        except RealvlgError as error:
            self._problem = f'{name} failed: {error}'
            self.get_logger().error(self._problem)
            return _FAILURE
        except Exception as error:
            self._problem = f'{name} failed: {error!r}'
            self.get_logger().error(f'{self._problem}\n{traceback.format_exc()}')
            return _ERROR
        self.get_logger().info(f'{name}d')
        return _SUCCESS

    def _undo(self, step: Callable[[], None]) -> None:
        """Run a step that must not keep the rest from being given back."""
        try:
            step()
        except Exception:
            self.get_logger().error(traceback.format_exc())

    def _stop(self) -> None:
        if not self._active:
            return
        self._active = False
        self._undo(self.deactivate)
        self._unsubscribe()

    def _unsubscribe(self) -> None:
        for timer in self._timers_while_active:
            self.destroy_timer(timer)
        for subscription in self._streams:
            self.destroy_subscription(subscription)
        self._timers_while_active.clear()
        self._streams.clear()
        self._warnings.clear()

    def _release(self) -> None:
        if self._configured:
            self._undo(self.cleanup)
            for withdraw in self._offers:
                withdraw()
            self._offers.clear()
            self._configured = False

    def _autostart(self) -> None:
        self.destroy_timer(self._autostart_timer)
        if not self.get_parameter('autostart').value or self._configured:
            return
        if self.trigger_configure() == _SUCCESS:
            self.trigger_activate()

    def _reports(self) -> list[Report]:
        if self._problem:
            lifecycle = Report('lifecycle', Level.ERROR, self._problem)
        elif not self._active:
            state = 'inactive' if self._configured else 'unconfigured'
            lifecycle = Report('lifecycle', Level.WARN, state)
        else:
            lifecycle = Report('lifecycle', message='active')
        warnings = [
            Report(subject, Level.WARN, message)
            for subject, message in self._warnings.copy().items()
            if message
        ]
        return [lifecycle, *warnings, *(self.diagnose() if self._active else [])]

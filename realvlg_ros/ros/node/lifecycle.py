"""The base of the lifecycle nodes: transitions, autostart, parameters and diagnostics."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from rcl_interfaces.msg import ParameterDescriptor
from rclpy.lifecycle import LifecycleState, TransitionCallbackReturn

from ... import __version__
from ...errors import RealvlgError
from ...settings import setting
from ...threads import limit_threads
from .deadline import Deadline
from .diagnostics import DiagnosticsPublisher, Level, Report
from .entity_node import EntityNode
from .node_parameters import NodeParameters
from .thread_parameter import ThreadParameter

# States in which a transition can begin.
_PRIMARY_STATES = ('unconfigured', 'inactive', 'active', 'finalized')
# How long a stop waits for the transition that runs, s. Chosen: less than launch waits before it
# kills (5 s).
_TRANSITION_TIMEOUT_S = 3.0

_SUCCESS = TransitionCallbackReturn.SUCCESS
_FAILURE = TransitionCallbackReturn.FAILURE
_ERROR = TransitionCallbackReturn.ERROR


@dataclass(frozen=True)
class ManagedNodeParameters(ThreadParameter):
    """Parameters of every lifecycle node."""

    autostart: bool = setting(
        True, 'Configure and activate at the start, without a lifecycle manager.'
    )
    runtime_sources: bool = setting(
        False,
        'Let parameters that name files or code, such as backend and gripper, be set while the '
        'process runs: every peer of the ROS domain may then choose what is loaded.',
        fixed=True,
    )


class ManagedNode(EntityNode):
    """A lifecycle node whose subclasses define configure, activate, deactivate and cleanup.

    A RealvlgError in a transition is a FAILURE with its message as the reason; any other
    exception is an ERROR with a traceback, after which the node is unconfigured.
    """

    parameter_type: ClassVar[type[ManagedNodeParameters]] = ManagedNodeParameters

    def __init__(self, name: str, **arguments: Any) -> None:
        """Declare the parameters; nothing else happens before the first transition."""
        super().__init__(name, **arguments)
        self._configured = self._built = False
        self._problem = ''
        words = 'Version of realvlg_ros that this node is of.'
        self.declare_parameter(
            'version', __version__, ParameterDescriptor(description=words, read_only=True), True
        )
        self._declared = NodeParameters(self, self.parameter_type, lambda: self._configured)
        self._diagnostics = DiagnosticsPublisher(self, self._reports)
        # In the callback group of the lifecycle services, so that the two never overlap.
        self._autostart_timer = self.create_timer(0.0, self._autostart, clock=self._steady)

    def configure(self) -> None:
        """Create everything that needs the parameters; load models."""

    def activate(self) -> None:
        """Subscribe and start, first what may fail: deactivate is not called after a failure."""

    def deactivate(self) -> None:
        """Stop work in progress; subscriptions and timers are destroyed afterwards."""

    def cleanup(self) -> None:
        """Undo configure, also one that failed midway."""

    def reconfigure(self, parameters: Any) -> None:
        """Take the dynamic parameters: called when one was set, and after configure and activate.

        Those that were set during a transition are taken at its end.

        Args:
            parameters: the current ones, an instance of parameter_type.
        """

    def take_parameters(self) -> None:
        """Pass the current parameters on, if there is something to use them."""
        if self._built:
            self.reconfigure(self.current_parameters())

    def diagnose(self) -> list[Report]:
        """The reports of an active node."""
        return []

    def current_parameters(self) -> Any:
        """The current parameters, an instance of parameter_type.

        Raises:
            ParameterError: a value given at the start was refused, or values contradict each
                other.
        """
        assert self._declared is not None
        return self._declared.check()

    def stop(self, linger: float) -> bool:
        """Deactivate, wait linger s so that results of ended goals are sent, and shut down.

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
        result = self._attempt('activate', self.activate)
        self._active = result == _SUCCESS
        if self._active:
            self.take_parameters()
        else:
            self.stop_listening()
            super().on_deactivate(state)
        return result

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Deactivate, and destroy subscriptions and timers."""
        self._stop()
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Destroy what configure created."""
        self._release()
        return super().on_cleanup(state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Deactivate and clean up, from any state."""
        self._stop()
        self._release()
        return super().on_shutdown(state)

    def on_error(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Return to unconfigured."""
        self._stop()
        self._release()
        return super().on_error(state)

    def _configure(self) -> None:
        limit_threads(self.current_parameters().threads)
        self._configured = True
        self.configure()
        self._built = True
        self.take_parameters()

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
        self._problem = ''
        self.get_logger().info(f'{name}d')
        return _SUCCESS

    def _undo(self, step: Callable[[], None]) -> None:
        """Run a step of the release; log its exception, so that the rest is still released."""
        try:
            step()
        except Exception:
            self.get_logger().error(traceback.format_exc())

    def _stop(self) -> None:
        if not self._active:
            return
        self._active = False
        self._undo(self.deactivate)
        self.stop_listening()

    def _release(self) -> None:
        if self._configured:
            self._built = False
            self._undo(self.cleanup)
            self.withdraw_offers()
            self._configured = False

    def _autostart(self) -> None:
        self.destroy_timer(self._autostart_timer)
        if not self.get_parameter('autostart').value or self._configured:
            return
        if self.trigger_configure() == _SUCCESS:
            self.trigger_activate()

    def _reports(self) -> list[Report]:
        self.watch_senders()
        if self._problem:
            lifecycle = Report('lifecycle', Level.ERROR, self._problem)
        elif not self._active:
            state = 'inactive' if self._configured else 'unconfigured'
            lifecycle = Report('lifecycle', Level.WARN, state)
        else:
            lifecycle = Report('lifecycle', message='active')
        return [lifecycle, *self.conditions(), *(self.diagnose() if self._active else [])]

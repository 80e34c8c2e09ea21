"""What a node reports about itself on /diagnostics."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.clock import Clock, ClockType
from rclpy.node import Node

# How often diagnostics are published, s. From diagnostic_updater, whose default it is.
PERIOD_S = 1.0


class Level(IntEnum):
    """The levels of diagnostic_msgs/DiagnosticStatus."""

    OK = 0
    WARN = 1
    ERROR = 2
    STALE = 3


@dataclass(frozen=True)
class Report:
    """The state of one part of a node.

    Attributes:
        name: of the part.
        level: severity.
        message: the state, with the remedy when something is wrong.
        values: figures by name, with the unit in the name.
    """

    name: str
    level: Level = Level.OK
    message: str = 'ok'
    values: Mapping[str, object] = field(default_factory=dict)

    def to_msg(self, node: str) -> DiagnosticStatus:
        """The status message of this report of a node."""
        return DiagnosticStatus(
            level=bytes([self.level]),
            name=f'{node}: {self.name}',
            message=self.message,
            hardware_id=node,
            values=[KeyValue(key=key, value=_text(v)) for key, v in self.values.items()],
        )


class RateCounter:
    """Counts events and gives their rate between two readings."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start at zero."""
        self._clock = clock
        self.count = 0
        self._read_count = 0
        self._read_time = clock()

    def tick(self) -> None:
        """Count one."""
        self.count += 1

    def read(self) -> float:
        """Events a second since the last reading."""
        now, count = self._clock(), self.count
        elapsed = now - self._read_time
        rate = (count - self._read_count) / elapsed if elapsed > 0 else 0.0
        self._read_time, self._read_count = now, count
        return rate


class DiagnosticsPublisher:
    """Publishes the reports of a node once a second, whatever its lifecycle state."""

    def __init__(self, node: Node, reports: Callable[[], Sequence[Report]]) -> None:
        """Start publishing.

        Args:
            node: the node that is reported on.
            reports: called once a second, in a callback group of its own.
        """
        self._node = node
        self._reports = reports
        self._publisher = node.create_publisher(DiagnosticArray, '/diagnostics', 10)
        node.create_timer(
            PERIOD_S,
            self.publish,
            callback_group=MutuallyExclusiveCallbackGroup(),
            clock=Clock(clock_type=ClockType.STEADY_TIME),
        )

    def publish(self) -> None:
        """Publish the current reports."""
        name = self._node.get_fully_qualified_name().lstrip('/')
        try:
            reports = self._reports()
        except Exception as error:  # A failing report must not end the node.
            reports = [Report('diagnostics', Level.ERROR, repr(error))]
        array = DiagnosticArray(status=[report.to_msg(name) for report in reports])
        array.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(array)


def _text(value: object) -> str:
    return f'{value:.3f}' if isinstance(value, float) else str(value)

"""Nodes that publish until they have no more, each run as a process."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Sequence
from typing import Any

import rclpy
from rclpy.executors import SingleThreadedExecutor

from .node_parameters import CheckedNode
from .run_node import BAD_INPUT, start_node


class SourceNode(CheckedNode):
    """A node whose process ends when the event `finished` is set."""

    def __init__(self, name: str, **arguments: Any) -> None:
        """Make a node that has not finished."""
        super().__init__(name, **arguments)
        self.finished = threading.Event()


def run_source(make: Callable[[], SourceNode], args: Sequence[str] | None = None) -> int:
    """Publish until the source has no more frames, or until SIGINT or SIGTERM.

    Returns:
        The exit status: 0, or 2 when a parameter or what it names cannot be used.
    """
    stop = threading.Event()
    previous = {
        number: signal.signal(number, lambda *_: stop.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        source = start_node(make, args)
        if source is None:
            return BAD_INPUT
        executor = SingleThreadedExecutor()
        executor.add_node(source)
        while not (stop.is_set() or source.finished.is_set()):
            executor.spin_once(timeout_sec=0.1)
        source.destroy_node()
        executor.shutdown(timeout_sec=1.0)
    finally:
        rclpy.try_shutdown()
        for number, handler in previous.items():
            signal.signal(number, handler)
    return 0

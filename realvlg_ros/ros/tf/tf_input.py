"""Lookups of transforms at the stamp of an image, which wait if tf arrives after the image."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from ...errors import TransformError
from ...transform_buffer import TransformBuffer
from ..node.deadline import Deadline
from ..node.lifecycle import ManagedNode
from .tf_adapter import TransformListener

T = TypeVar('T')

# How often a transform that is not there yet is looked for, s. Chosen: a fraction of a frame.
_POLL_S = 0.005


class TfInput:
    """A buffer that is filled from /tf until the node is deactivated."""

    def __init__(self, node: ManagedNode, timeout: float) -> None:
        """Subscribe to /tf and /tf_static.

        Args:
            node: owner of the subscriptions, in its activate transition.
            timeout: longest wait for a transform, s.

        Raises:
            MissingDependencyError: tf2_msgs is not installed.
        """
        self._timeout = timeout
        self._buffer = TransformBuffer()
        self._listener = TransformListener(
            self._buffer,
            node.create_managed_subscription,
            lambda words: node.warn('tf data', words),
        )

    def wait(self, what: str, look_up: Callable[[TransformBuffer], T]) -> T:
        """Look something up, and wait for it at most the timeout; never call it in a callback.

        Args:
            what: its name, for the error.
            look_up: gives it, or raises TransformError while it is not available.

        Raises:
            TransformError: it is not available in time; names what tf has refused, too.
        """
        deadline = Deadline(self._timeout)
        while True:
            try:
                found = look_up(self._buffer)
            except TransformError as error:
                if not deadline.passed:
                    time.sleep(_POLL_S)
                    continue
                raise self._listener.missing(what, error) from error
            return found

    def clear(self) -> None:
        """Forget all but static transforms, as after a jump back of the clock."""
        self._buffer.clear()

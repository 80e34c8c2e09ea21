"""Lookups of transforms at the stamp of an image, which wait if tf arrives after the image."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from ...arrays import FloatArray
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
        self._node = node
        self._timeout = timeout
        self._buffer = TransformBuffer()
        self._known: set[str] = set()
        TransformListener(
            self._buffer,
            node.create_managed_subscription,
            lambda words: node.warn('tf data', words),
        )

    def known(self, what: str) -> bool:
        """Whether a lookup of this name has ever succeeded."""
        return what in self._known

    def wait(self, what: str, look_up: Callable[[TransformBuffer], T]) -> T:
        """Look something up, and wait for it at most the timeout; never call it in a callback.

        Args:
            what: its name, for the warning; what has never been found is not waited for.
            look_up: gives it, or raises TransformError while it is not available.

        Raises:
            TransformError: it is not available in time; the node has reported a warning.
        """
        deadline = Deadline(self._timeout if self.known(what) else 0.0)
        while True:
            try:
                found = look_up(self._buffer)
            except TransformError as error:
                if not deadline.passed:
                    time.sleep(_POLL_S)
                    continue
                self._node.warn('tf', f'no {what}: {error}')
                raise
            self._known.add(what)
            self._node.warn('tf', '')
            return found

    def camera2fixed(
        self, camera_frame: str, fixed_frame: str, stamp_ns: int
    ) -> FloatArray | None:
        """The 4x4 pose of the camera in the fixed frame; None if it has never been available.

        Args:
            camera_frame: name of the optical frame.
            fixed_frame: name of the fixed frame.
            stamp_ns: time of the pose, ns.

        Raises:
            TransformError: it was available before and is not at this time; outputs must not
                alternate between the fixed frame and the camera's.
        """
        what = f'pose of {camera_frame!r} in {fixed_frame!r}'
        try:
            return self.wait(
                what, lambda buffer: buffer.lookup(fixed_frame, camera_frame, stamp_ns)
            )
        except TransformError:
            if self.known(what):
                raise
            return None

    def clear(self) -> None:
        """Forget all but static transforms, as after a jump back of the clock."""
        self._buffer.clear()

"""The pose of the camera in a fixed frame, from tf, at the stamp of an image."""

from __future__ import annotations

import time

from ..errors import MissingDependencyError, TransformError
from ..transform_buffer import TransformBuffer
from ..transforms import FloatArray
from .deadline import Deadline
from .lifecycle import ManagedNode
from .tf_adapter import TransformListener

_POLL_S = 0.005


class FixedFrame:
    """Looks up camera2fixed, and waits a little where tf is later than the image."""

    def __init__(self, node: ManagedNode, fixed_frame: str, timeout: float) -> None:
        """Listen to tf until the node is deactivated.

        Args:
            node: an activating node.
            fixed_frame: name of the frame.
            timeout: longest wait for a transform, s.

        Raises:
            MissingDependencyError: tf2_msgs is not installed.
        """
        self.fixed_frame = fixed_frame
        self._node = node
        self._timeout = timeout
        self._buffer = TransformBuffer()
        self._known = False
        TransformListener(self._buffer, node.subscribe, lambda words: node.warn('tf data', words))

    @classmethod
    def of(cls, node: ManagedNode, fixed_frame: str, timeout: float) -> FixedFrame | None:
        """One if a fixed frame is named and tf can be read; else None, with a warning."""
        if not fixed_frame:
            return None
        try:
            return cls(node, fixed_frame, timeout)
        except MissingDependencyError as error:
            node.warn('tf', str(error))
            return None

    def lookup(self, camera_frame: str, stamp_ns: int) -> FloatArray | None:
        """The 4x4 camera2fixed at a time; None as long as it was never known.

        Raises:
            TransformError: it was known before and is not at this time; frames must not change
                between the fixed frame and the camera's from image to image.
        """
        # Without a transform so far there is nothing to wait for.
        deadline = Deadline(self._timeout if self._known else 0.0)
        while True:
            try:
                transform = self._buffer.lookup(self.fixed_frame, camera_frame, stamp_ns)
            except TransformError as error:
                if not deadline.passed:
                    time.sleep(_POLL_S)
                    continue
                words = f'no pose of {camera_frame!r} in {self.fixed_frame!r}: {error}'
                self._node.warn('tf', words)
                if self._known:
                    raise
                return None
            self._known = True
            self._node.warn('tf', '')
            return transform

    def clear(self) -> None:
        """Forget what moves, as after a jump back of the clock."""
        self._buffer.clear()

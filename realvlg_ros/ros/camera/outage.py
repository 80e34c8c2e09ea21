"""Since when a node has had no frame that it could use, and why."""

from __future__ import annotations

import time
from collections.abc import Callable

# Gives the time since the last frame, s, and why no more come; 0 and an empty text while they do.
CameraOutage = Callable[[], tuple[float, str]]


class Outage:
    """The time without frames: none come, or what comes cannot be used."""

    def __init__(
        self,
        camera: CameraOutage,
        least_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start without an outage.

        Args:
            camera: whether frames come.
            least_s: frames that could not be used for so long are an outage, s.
            clock: steady, s.
        """
        self._camera = camera
        self._least_s = least_s
        self._clock = clock
        self._failed_s: float | None = None
        self.failure = ''
        self.tf_unavailable = False

    def used(self) -> None:
        """A frame has come and could be used."""
        self._failed_s, self.failure, self.tf_unavailable = None, '', False

    def failed(self, reason: str, tf_unavailable: bool = False) -> None:
        """A frame has come and could not be used, in words; and whether tf is the reason."""
        if self._failed_s is None:
            self._failed_s = self._clock()
        self.failure, self.tf_unavailable = reason, tf_unavailable

    def now(self) -> tuple[float, str]:
        """How long it has lasted, s, and the reason; 0 and an empty text without an outage."""
        lasted, reason = self._camera()
        # Read once: another thread may use a frame meanwhile.
        failed_s = self._failed_s
        if reason or failed_s is None:
            return lasted, reason
        lasted = self._clock() - failed_s
        if lasted <= self._least_s:
            return 0.0, ''
        return lasted, f'no usable frame for {lasted:.1f} s: {self.failure}'

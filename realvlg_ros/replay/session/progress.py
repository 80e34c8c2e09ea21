"""How far a replay is."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

from ...progress_bar import ProgressBar


class Progress:
    """Writes share, rate and time left; to be closed at the end."""

    def __init__(
        self,
        duration_s: float,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start.

        Args:
            duration_s: of the bag, s.
            stream: that is written to; standard error if it is not given.
            clock: steady, s.
        """
        self._duration_s = max(duration_s, 1e-9)
        self._bar = ProgressBar(stream, clock)

    def update(self, time_s: float, frames: int) -> None:
        """So much of the bag, s, and so many images are done."""

        def figures(spent_s: float) -> tuple[str, ...]:
            return (
                f'{time_s:.1f} of {self._duration_s:.1f} s', f'{frames / spent_s:.0f} images/s',
                f'{time_s / spent_s:.1f} x real time',
            )  # fmt: skip

        self._bar.update(time_s / self._duration_s, figures)

    def close(self) -> None:
        """Take the bar away, for good or for a line of others."""
        self._bar.close()

"""How far a replay is: a bar on a terminal, a line from time to time elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

# How often a bar and a line are written, s. Chosen: as often as it is read.
_BAR_PERIOD_S = 0.2
_LINE_PERIOD_S = 5.0
# Characters of the bar. Chosen: the line fits 80 columns.
_WIDTH = 24
# The time left is told after so long, s. Chosen: the first images take longer than the others.
_LEAST_S = 1.0


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
        self._stream = sys.stderr if stream is None else stream
        self._clock = clock
        self._began_s = self._written_s = clock()
        self._is_terminal = self._stream.isatty()
        self._length = 0

    def update(self, time_s: float, frames: int) -> None:
        """So much of the bag, s, and so many images are done."""
        now_s = self._clock()
        period_s = _BAR_PERIOD_S if self._is_terminal else _LINE_PERIOD_S
        if now_s - self._written_s >= period_s:
            self._written_s = now_s
            self._write(self._words(time_s, frames, now_s))

    def close(self) -> None:
        """Take the bar away, for good or for a line of others."""
        if self._length:
            self._stream.write('\r' + ' ' * self._length + '\r')
            self._stream.flush()
            self._length = 0

    def _words(self, time_s: float, frames: int, now_s: float) -> str:
        spent_s = max(now_s - self._began_s, 1e-9)
        share = min(time_s / self._duration_s, 1.0)
        rate = time_s / spent_s
        left = '' if spent_s < _LEAST_S or rate <= 0 else f'{_clock_time(spent_s, share)} left'
        figures = (
            f'{time_s:.1f} of {self._duration_s:.1f} s', f'{frames / spent_s:.0f} images/s',
            f'{rate:.1f} x real time', left,
        )  # fmt: skip
        words = ', '.join(filter(None, figures))
        if not self._is_terminal:
            return f'{share:4.0%}  {words}'
        full = int(share * _WIDTH)
        return f'{share:4.0%} [{"#" * full}{"-" * (_WIDTH - full)}] {words}'

    def _write(self, words: str) -> None:
        if not self._is_terminal:
            self._stream.write(f'{words}\n')
        else:
            self._stream.write(f'\r{words.ljust(self._length)}')
            self._length = len(words)
        self._stream.flush()


def _clock_time(spent_s: float, share: float) -> str:
    """The time left in minutes and seconds."""
    left_s = round(spent_s * (1 - share) / max(share, 1e-9))
    return f'{left_s // 60}:{left_s % 60:02}'

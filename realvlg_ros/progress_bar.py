"""How far a long run is: a bar on a terminal, a line from time to time elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import TextIO

# How often a bar and a line are written, s. Chosen: as often as it is read.
_BAR_PERIOD_S = 0.2
_LINE_PERIOD_S = 5.0
# Characters of the bar. Chosen: the line fits 80 columns.
_WIDTH = 24
# The time left is told after so long, s. Chosen: the first steps take longer than the others.
_LEAST_S = 1.0


class ProgressBar:
    """Writes share, figures and time left; to be closed at the end."""

    def __init__(
        self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Start.

        Args:
            stream: that is written to; standard error if it is not given.
            clock: steady, s.
        """
        self._stream = sys.stderr if stream is None else stream
        self._clock = clock
        self._began_s = self._written_s = clock()
        self._is_terminal = self._stream.isatty()
        self._length = 0

    def update(self, share: float, figures: Callable[[float], Sequence[str]]) -> None:
        """So much is done.

        Args:
            share: 0 to 1.
            figures: what is told, by the time since the start, s; asked for if it is written.
        """
        now_s = self._clock()
        period_s = _BAR_PERIOD_S if self._is_terminal else _LINE_PERIOD_S
        if now_s - self._written_s >= period_s:
            self._written_s = now_s
            spent_s = max(now_s - self._began_s, 1e-9)
            self._write(self._words(min(share, 1.0), figures(spent_s), spent_s))

    def close(self) -> None:
        """Take the bar away, for good or for a line of others."""
        if self._length:
            self._stream.write('\r' + ' ' * self._length + '\r')
            self._stream.flush()
            self._length = 0

    def _words(self, share: float, figures: Sequence[str], spent_s: float) -> str:
        left = '' if spent_s < _LEAST_S or share <= 0 else f'{_clock_time(spent_s, share)} left'
        words = ', '.join(filter(None, (*figures, left)))
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

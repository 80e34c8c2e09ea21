"""What arrives on one topic now: its rate, its age, and whether its stamps can be used."""

from __future__ import annotations

from collections import deque
from itertools import takewhile
from statistics import median

# What came in the last so many seconds tells how a stream is now, and at least so many messages
# do where they come more slowly. Chosen: a cause is named within 2 s, of a camera of 2 Hz too.
WINDOW_S = 2.0
_FEWEST = 3
# Messages kept. Chosen: the window at 200 Hz.
_KEPT = 400
# What came in so long, s, calls stamps unusable. Chosen: no hiccup lasts so long, and a target is
# told not to be stable after as much.
_EVIDENCE_S = 0.5
# A stream that was silent for so many of its periods, and for so long, s, has stopped. Chosen:
# a loaded machine delivers in bursts.
_PERIODS_SILENT = 3
_SILENT_S = 0.5


class StreamMonitor:
    """A sliding window over the messages of one topic."""

    def __init__(self) -> None:
        """Start before the first message."""
        self.received = 0
        self._window: deque[tuple[float, int, bool]] = deque(maxlen=_KEPT)

    def add(self, now_s: float, stamp_ns: int, usable: bool) -> None:
        """A message has come.

        Args:
            now_s: on the steady clock, s.
            stamp_ns: of the message.
            usable: whether its stamp is in line.
        """
        self.received += 1
        self._window.append((now_s, stamp_ns, usable))

    def age_s(self, now_s: float) -> float:
        """Time since the last message, s; infinite before the first."""
        return now_s - self._window[-1][0] if self._window else float('inf')

    def period_s(self) -> float:
        """Usual time between two messages that came last, s; 0 when it is not known yet."""
        times = [time for time, _, _ in list(self._window)[-16:]]
        steps = [after - before for before, after in zip(times, times[1:], strict=False)]
        return median(steps) if steps else 0.0

    def silent(self, now_s: float, least_s: float = _SILENT_S) -> bool:
        """Whether no message has come for several periods, and for least_s."""
        return self.age_s(now_s) > max(least_s, _PERIODS_SILENT * self.period_s())

    def rate_hz(self, now_s: float) -> float:
        """Messages a second; 0 for a stream that is silent."""
        recent = self._recent(now_s)
        if len(recent) < 2 or self.silent(now_s) or recent[-1][0] == recent[0][0]:
            return 0.0
        return (len(recent) - 1) / (recent[-1][0] - recent[0][0])

    def usable_hz(self, now_s: float) -> float:
        """Messages a second that are neither repeated nor out of line."""
        recent = self._recent(now_s)
        different = {stamp for _, stamp, usable in recent if usable}
        return self.rate_hz(now_s) * len(different) / max(len(recent), 1)

    def fault(self, now_s: float, name: str) -> str:
        """Why the stamps of what comes now cannot be used, and the remedy; empty if they can."""
        recent = self._recent(now_s, _EVIDENCE_S)
        if len(recent) < _FEWEST or self.silent(now_s):
            return ''
        # Before the first window is over, little is known.
        if len(recent) == len(self._window) and now_s - recent[0][0] < _EVIDENCE_S:
            return ''
        stamps = [stamp for _, stamp, _ in recent]
        if min(stamps) < max(stamps):
            stamps = [stamp for _, stamp, usable in recent if not usable]
        if len(stamps) * 2 <= len(recent):
            return ''
        if not any(stamps):
            return (
                f'the stamps of {name} are zero (for {self._lasting_s(now_s):.1f} s): set '
                'header.stamp in the driver to the time at which the image was taken'
            )
        if min(stamps) == max(stamps):
            return (
                f'the stamps of {name} do not advance ({stamps[-1] / 1e9:.3f} s for '
                f'{self._lasting_s(now_s):.1f} s): the driver repeats one image or does not set '
                'header.stamp, or simulated time stands still'
            )
        return (
            f'the stamps of {name} are out of line ({len(stamps)} of the last {len(recent)}, from '
            f'{min(stamps) / 1e9:.3f} to {max(stamps) / 1e9:.3f} s): check the clock of the '
            'driver, and that one node only publishes on the topic'
        )

    def _lasting_s(self, now_s: float) -> float:
        """How long every stamp has been that of the last message, s."""
        window = list(self._window)
        same = takewhile(lambda item: item[1] == window[-1][1], reversed(window))
        return now_s - min(time for time, _, _ in same)

    def lead_ns(self, start_s: float, end_s: float) -> float | None:
        """How far its stamps are ahead of the steady clock, ns; None without usable messages.

        The value means something only beside that of another stream or of another time.

        Args:
            start_s: messages from this time on count, on the steady clock, s.
            end_s: and to this one, s.
        """
        leads = [
            stamp - time * 1e9
            for time, stamp, usable in list(self._window)
            if usable and start_s <= time <= end_s
        ]
        return median(leads) if leads else None

    def _recent(self, now_s: float, window_s: float = WINDOW_S) -> list[tuple[float, int, bool]]:
        window = list(self._window)
        recent = [item for item in window if now_s - item[0] <= window_s]
        return recent if len(recent) >= _FEWEST else window[-_FEWEST:]

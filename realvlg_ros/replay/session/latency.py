"""How long groundings take in the time of the bag."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ...errors import ReplayError

_EXPECTED = 'expected zero, measured, or fixed:SECONDS such as fixed:0.5'
# The longest latency, s. From tracker.request_timeout, whose largest value it is.
_LONGEST_S = 600.0


@dataclass(frozen=True)
class GroundingLatency:
    """Time from the image of a grounding to its delivery.

    Attributes:
        seconds: the same for each; None takes the wall time of each.
    """

    seconds: float | None

    @classmethod
    def parse(cls, text: str) -> GroundingLatency:
        """Of zero, measured or fixed:SECONDS.

        Raises:
            ReplayError: another text, or seconds out of range.
        """
        kind, _, number = text.partition(':')
        if text == 'zero':
            return cls(0.0)
        if text == 'measured':
            return cls(None)
        try:
            seconds = float(number) if kind == 'fixed' else math.nan
        except ValueError:
            seconds = math.nan
        if not 0 <= seconds <= _LONGEST_S:
            raise ReplayError(f'grounding latency is {text!r}; {_EXPECTED}, up to {_LONGEST_S:g}')
        return cls(seconds)

    def __str__(self) -> str:
        if self.seconds is None:
            return 'measured'
        return f'fixed:{self.seconds:g}' if self.seconds else 'zero'

    def of(self, measured_s: float) -> int:
        """The latency of a grounding, ns, that took so long, s."""
        return round((measured_s if self.seconds is None else self.seconds) * 1e9)

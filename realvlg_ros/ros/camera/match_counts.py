"""Numbers of messages received, matched and dropped."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class MatchCounts:
    """Numbers of messages received, matched and dropped.

    Attributes:
        received: messages, by stream.
        matched: complete frames.
        dropped_color, dropped_depth: images dropped without a match, by reason.
        outliers: messages with a stamp that is zero or out of line, by stream; dropped.
        jumps: how often the stamps of a stream jumped and its images were cleared.
    """

    received: Counter[str] = field(default_factory=Counter)
    matched: int = 0
    dropped_color: Counter[str] = field(default_factory=Counter)
    dropped_depth: Counter[str] = field(default_factory=Counter)
    outliers: Counter[str] = field(default_factory=Counter)
    jumps: int = 0

    def drop(self, name: str, reason: str, number: int = 1) -> None:
        """Count images that were dropped.

        Args:
            name: of the stream: color or depth.
            reason: in words.
            number: of images; 0 counts nothing.
        """
        if number:
            dropped: Counter[str] = getattr(self, f'dropped_{name}')
            dropped[reason] += number

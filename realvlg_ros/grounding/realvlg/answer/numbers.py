"""Decimal numbers that are written digit by digit and stay within a range."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class NumberRange:
    """The numbers a field may hold.

    Attributes:
        low, high: least and greatest magnitude, integers.
        decimals: digits after the point that may be written.
        signed: whether a minus sign may stand before it.
        excluded: one integer that may not be written, or None.
    """

    low: int
    high: int
    decimals: int = 0
    signed: bool = False
    excluded: int | None = None

    def reaches(self, low: int, high: int) -> bool:
        """Whether an allowed integer lies in low to high, both included."""
        low, high = max(low, self.low), min(high, self.high)
        count = high - low + 1
        if self.excluded is not None and low <= self.excluded <= high:
            count -= 1
        return count > 0


@dataclass(frozen=True)
class PartialNumber:
    """A number of which some digits are written.

    Attributes:
        range: the numbers allowed.
        sign: -1 after a minus sign, else 1.
        whole: digits before the point.
        fraction: digits after it.
    """

    range: NumberRange
    sign: int = 1
    whole: str = ''
    fraction: str = ''

    @property
    def value(self) -> float:
        """The number as it stands."""
        return self.sign * float(f'{self.whole}.{self.fraction or 0}')

    @property
    def complete(self) -> bool:
        """Whether the number may end here."""
        if not self.whole:
            return False
        return bool(self.fraction) or self.range.reaches(int(self.whole), int(self.whole))

    @property
    def may_point(self) -> bool:
        """Whether a decimal point may follow; never at the upper end of the range."""
        if not self.range.decimals or self.fraction or not self.whole:
            return False
        return self.complete and int(self.whole) < self.range.high

    def with_digit(self, digit: int) -> PartialNumber | None:
        """The number with one more digit, or None where no allowed number begins with these."""
        if self.fraction:
            if len(self.fraction) == self.range.decimals:
                return None
            return replace(self, fraction=f'{self.fraction}{digit}')
        if self.whole == '0':
            return None
        longer = replace(self, whole=f'{self.whole}{digit}')
        return longer if longer.interval() is not None else None

    def with_fraction(self, digit: int) -> PartialNumber:
        """The number with a point and one digit after it."""
        return replace(self, fraction=str(digit))

    def interval(self) -> tuple[float, float] | None:
        """Least and greatest value that it can still take; None where there is none."""
        if self.fraction:
            step = 10.0 ** -len(self.fraction)
            values = self.value, self.value + self.sign * step
            return min(values), max(values)
        if not self.whole:
            first, last = self.range.low, self.range.high
            return self._signed(first, last) if self.range.reaches(first, last) else None
        reached: list[tuple[int, int]] = []
        start, width = int(self.whole), 1
        while start * width <= self.range.high:
            first, last = start * width, start * width + width - 1
            if self.range.reaches(first, last):
                reached.append((max(first, self.range.low), min(last, self.range.high)))
            if start == 0:
                break
            width *= 10
        return self._signed(reached[0][0], reached[-1][1]) if reached else None

    def _signed(self, low: int, high: int) -> tuple[float, float]:
        ends = self.sign * float(low), self.sign * float(high)
        return min(ends), max(ends)

"""Limits on the figures of a comparison, for CI."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...errors import ParameterError
from .figures import Figure

# Every figure that a limit can bound, in the order of figures_of.
NAMES = (
    'statuses_worse',
    'statuses_better',
    'statuses_changed',
    'goals_unpaired',
    'answer_later_s_max',
    'answer_position_mm_max',
    'answer_rotation_deg_max',
    'position_mm_median',
    'position_mm_p95',
    'position_mm_max',
    'rotation_deg_median',
    'rotation_deg_p95',
    'rotation_deg_max',
    'followed_drop',
    'jitter_position_ratio',
    'jitter_rotation_ratio',
    'jumps_more',
    'latency_ratio',
    'latency_p95_ratio',
    'work_ratio',
)


@dataclass(frozen=True)
class LimitCheck:
    """A limit with the figure that it bounds.

    Attributes:
        figure: bounded.
        limit: the largest value that is allowed.
    """

    figure: Figure
    limit: float

    @property
    def holds(self) -> bool:
        """Whether the figure is known and within the limit."""
        return self.figure.value is not None and self.figure.value <= self.limit


def parse_limits(given: Sequence[str]) -> dict[str, float]:
    """The limits of texts such as 'position_mm_p95=2'.

    Raises:
        ParameterError: an unknown name, a name twice, or something that is not a number.
    """
    limits: dict[str, float] = {}
    for text in given:
        name, sign, words = text.partition('=')
        name = name.strip()
        if not sign:
            raise ParameterError(f'limit {text!r} is not NAME=VALUE, such as statuses_worse=0')
        if name not in NAMES:
            near = difflib.get_close_matches(name, NAMES, 1)
            hint = f' (did you mean {near[0]}?)' if near else ''
            raise ParameterError(f'limit {name!r} is not known{hint}; known: {", ".join(NAMES)}')
        if name in limits:
            raise ParameterError(f'limit {name} is given twice')
        try:
            value = float(words)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise ParameterError(f'limit {name} is {words!r}, not a number')
        limits[name] = value
    return limits


def check_limits(figures: Sequence[Figure], limits: Mapping[str, float]) -> list[LimitCheck]:
    """Each limit with its figure."""
    by_name = {figure.name: figure for figure in figures}
    return [LimitCheck(by_name[name], limit) for name, limit in limits.items()]

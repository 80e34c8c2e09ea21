"""Losses, rates and latencies of a run of the graph, paired by the images' stamps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from realvlg_ros.arrays import FloatArray

Arrival = tuple[int, int]


@dataclass(frozen=True)
class Score:
    """What became of the images of a window of time.

    Attributes:
        published: images with a stamp in the window.
        arrived: of these, those with a result.
        rate_hz: arrivals a second, from the first to the last.
        latencies_ms: (arrived,) from the stamp of each image to the first arrival of it.
    """

    published: int
    arrived: int
    rate_hz: float
    latencies_ms: FloatArray

    @property
    def lost(self) -> int:
        """Images without a result."""
        return self.published - self.arrived

    def latency_ms(self, percentile: float) -> float:
        """A percentile of the latencies, ms; NaN when nothing arrived."""
        if not self.arrived:
            return float('nan')
        return float(np.percentile(self.latencies_ms, percentile))


def score(
    published_ns: Iterable[int], arrivals: Iterable[Arrival], start_ns: int, end_ns: int
) -> Score:
    """Compare what was published with what arrived.

    Args:
        published_ns: stamps of all images.
        arrivals: stamp of an image and time at which its result came, on the same clock, ns;
            of several results of one image the first counts.
        start_ns: first stamp of the window.
        end_ns: the window ends before this stamp.
    """
    stamps = {stamp for stamp in published_ns if start_ns <= stamp < end_ns}
    first: dict[int, int] = {}
    for stamp, arrived_ns in arrivals:
        if stamp in stamps:
            first[stamp] = min(arrived_ns, first.get(stamp, arrived_ns))
    times = np.array(sorted(first.values()), np.float64)
    rate = 0.0
    if len(times) > 1 and times[-1] > times[0]:
        rate = (len(times) - 1) / ((times[-1] - times[0]) * 1e-9)
    latencies = [(arrived - stamp) / 1e6 for stamp, arrived in first.items()]
    return Score(len(stamps), len(first), float(rate), np.array(latencies, np.float64))


def longest_gap_ms(arrivals: Iterable[Arrival], start_ns: int, end_ns: int) -> float:
    """The longest time without an arrival between two moments, ms."""
    times = sorted(time for _, time in arrivals if start_ns <= time < end_ns)
    return float(np.diff([start_ns, *times, end_ns]).max()) / 1e6


def slope_per_minute(times_s: FloatArray, values: FloatArray, warm_up_s: float) -> float:
    """The slope of the line fitted to a series after a warm-up, a minute; NaN if too short."""
    late = times_s >= times_s[0] + warm_up_s if len(times_s) else times_s > 0
    if late.sum() < 2:
        return float('nan')
    return float(np.polyfit(times_s[late], values[late], 1)[0] * 60)

"""Memory, handles and threads of processes over their lives."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.graph.process_usage import resident_mb

# What a process takes in so long after its start is not growth, s, and shorter lives tell
# nothing. Chosen: caches and pools are filled by the first goals.
WARM_S, LEAST_S = 20.0, 20.0


@dataclass(frozen=True)
class Sample:
    """What a process holds: its age, s, memory, MB, open handles and threads."""

    age_s: float
    memory_mb: float
    handles: int
    threads: int


@dataclass
class Usage:
    """The samples of each node by the process that it was.

    Attributes:
        warm_s: age from which on growth counts, s.
        lives: samples by node and process.
    """

    warm_s: float = WARM_S
    lives: dict[tuple[str, int], list[Sample]] = field(default_factory=dict)
    _begun: dict[int, float] = field(default_factory=dict)

    def take(self, pids: Mapping[str, int]) -> None:
        """Look at each process; one that has just ended is passed over."""
        now = time.monotonic()
        for node, pid in pids.items():
            begun = self._begun.setdefault(pid, now)
            try:
                sample = Sample(
                    now - begun,
                    resident_mb(pid),
                    len(list(Path(f'/proc/{pid}/fd').iterdir())),
                    len(list(Path(f'/proc/{pid}/task').iterdir())),
                )
            except OSError:
                continue
            if sample.memory_mb > 0:
                self.lives.setdefault((node, pid), []).append(sample)

    def warm(self, node: str) -> list[list[Sample]]:
        """The samples of each life of a node that lasted, without its beginning."""
        lives = [samples for (name, _), samples in self.lives.items() if name == node]
        cut = [[sample for sample in life if sample.age_s >= self.warm_s] for life in lives]
        return [life for life in cut if life and life[-1].age_s - life[0].age_s >= LEAST_S]

    def slope(self, node: str, what: str) -> float:
        """Growth of a quantity in an hour: the median of the slopes between samples of a life."""
        slopes: list[float] = []
        for life in self.warm(node):
            age = np.array([sample.age_s for sample in life])
            value = np.array([float(getattr(sample, what)) for sample in life])
            first, second = np.triu_indices(len(life), 1)
            far = age[second] - age[first] >= LEAST_S / 2
            rise = (value[second] - value[first])[far] / (age[second] - age[first])[far]
            slopes += rise.tolist()
        return 3600 * float(np.median(slopes)) if slopes else float('nan')

    def most(self, node: str, what: str) -> float:
        """The largest value that a node had."""
        values = [
            float(getattr(sample, what))
            for (name, _), life in self.lives.items()
            if name == node
            for sample in life
        ]
        return max(values, default=float('nan'))

"""The parameter `threads`, which every node has."""

from __future__ import annotations

from dataclasses import dataclass

from ...settings import Settings, setting
from ...threads import MAX_THREADS


@dataclass(frozen=True)
class ThreadParameter(Settings):
    """Number of threads of a node's numeric libraries."""

    threads: int = setting(
        1,
        'Threads of each call into BLAS, OpenMP and OpenCV; 0 leaves them, or gives them back, as '
        'the libraries and the environment had them. More than 1 costs time: the products are '
        'small. torch on a CPU has its own number, the option threads of the backend.',
        unit='threads',
        low=0,
        high=MAX_THREADS,
    )

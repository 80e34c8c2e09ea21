"""How many threads the numeric libraries of a process take: BLAS, OpenMP and OpenCV.

By default each of them takes every core for each call. The products of this package are small:
threads cost more to wake than they save, and they take the cores of the other nodes.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import cv2

from .errors import MissingDependencyError, ParameterError
from .optional import import_optional

# The most threads that can be asked for. Chosen: as many as the largest servers have cores.
MAX_THREADS = 256
# What OpenBLAS, MKL, BLIS and the OpenMP runtimes look at when they are loaded: their own name if
# it is set, and OMP_NUM_THREADS if it is not.
_SHARED_VARIABLE = 'OMP_NUM_THREADS'
_OWN_VARIABLES = tuple(f'{name}_NUM_THREADS' for name in ('OPENBLAS', 'GOTO', 'MKL', 'BLIS'))

_logger = logging.getLogger(__name__)


def limit_threads(threads: int) -> None:
    """Let each call into BLAS, OpenMP and OpenCV take so many threads, in the whole process.

    It holds for the libraries that are loaded, each copy of OpenBLAS among them (numpy, scipy and
    OpenCV bring their own), and, by the environment, for those that this process or one that it
    starts loads later. An OpenMP runtime that is loaded already keeps its number in other threads,
    since OpenMP has one for each. torch on a CPU needs a number of its own: see
    `use_torch_threads`.

    Args:
        threads: 1 or more; 0 takes back what earlier calls have set: the libraries and the
            environment have again what they had before the first one. A library that was loaded
            since then keeps its number.

    Raises:
        ParameterError: the number is not within 0 to MAX_THREADS.
    """
    if not 0 <= threads <= MAX_THREADS:
        raise ParameterError(f'threads is {threads}; expected 0 to {MAX_THREADS}')
    global _before
    if threads == 0:
        _restore()
        return
    if _before is None:
        _before = _Before.now()
    os.environ[_SHARED_VARIABLE] = str(threads)
    for name in _OWN_VARIABLES:
        if name in os.environ:
            os.environ[name] = str(threads)
    cv2.setNumThreads(threads)
    try:
        threadpoolctl = import_optional(
            'threadpoolctl',
            'BLAS libraries that are loaded keep their threads',
            'apt install python3-threadpoolctl (or pip), '
            f'or set {_SHARED_VARIABLE}={threads} before the start',
        )
    except MissingDependencyError as error:
        _logger.warning('%s', error)
        return
    _take_control(threadpoolctl)
    limits = threadpoolctl.threadpool_limits(threads)
    if _before.pools is None:
        _before.pools = limits


@dataclass
class _Before:
    """What there was before the first number was set.

    Attributes:
        environment: values by variable; None for one that was not set.
        opencv: threads of OpenCV.
        pools: restores those of BLAS and OpenMP; None without threadpoolctl.
    """

    environment: dict[str, str | None]
    opencv: int
    pools: Any = None

    @classmethod
    def now(cls) -> _Before:
        names = (_SHARED_VARIABLE, *_OWN_VARIABLES)
        return cls({name: os.environ.get(name) for name in names}, cv2.getNumThreads())


_before: _Before | None = None


def _restore() -> None:
    """Give back what there was before the first number was set."""
    global _before
    if _before is None:
        return
    for name, value in _before.environment.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    cv2.setNumThreads(_before.opencv)
    if _before.pools is not None:
        import threadpoolctl

        _take_control(threadpoolctl)
        _before.pools.restore_original_limits()
    _before = None


def _take_control(threadpoolctl: ModuleType) -> None:
    """Let this thread set OpenBLAS's number.

    From threadpoolctl 3.8 on only the thread that set it first can do so again; calls of others
    do nothing. A node is configured by whatever thread its executor has free.
    """
    openblas = getattr(threadpoolctl, 'OpenBLASController', None)
    clear = getattr(openblas, 'clear_controlling_thread', None)
    if clear is not None:
        clear(force=True)


def available_cores() -> int:
    """The number of cores on which this process may run."""
    return len(os.sched_getaffinity(0))

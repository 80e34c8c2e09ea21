"""One malloc arena for all threads of a node, so that its memory does not grow."""

from __future__ import annotations

import ctypes
import os

# Number of the option. From malloc.h of glibc.
_M_ARENA_MAX = -8


def use_one_arena() -> bool:
    """Have glibc's malloc serve every thread from one arena; call it before threads are made.

    By default each thread gets an arena of its own, up to eight for each core. An image that one
    thread allocates and another one frees leaves a hole that only the first arena can fill, so
    that the memory of a node grows for minutes although the size of its data stays the same.

    Returns:
        False where malloc is not glibc's, or the user has set MALLOC_ARENA_MAX.
    """
    mallopt = getattr(ctypes.CDLL(None), 'mallopt', None)
    if mallopt is None or 'MALLOC_ARENA_MAX' in os.environ:
        return False
    return bool(mallopt(_M_ARENA_MAX, 1))

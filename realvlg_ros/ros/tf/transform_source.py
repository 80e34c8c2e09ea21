"""What gives transforms: tf of a running graph, or that of a bag."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from ...transform_buffer import TransformBuffer

T = TypeVar('T')


class TransformSource(Protocol):
    """Looks transforms up, and waits for those that come after the image."""

    def wait(self, what: str, look_up: Callable[[TransformBuffer], T]) -> T:
        """Look something up, and wait for it within bounds; never call it in a callback.

        Args:
            what: its name, for the error.
            look_up: gives it, or raises TransformError while it is not available.

        Raises:
            TransformError: it is not available in time; names what tf has refused, too.
        """

"""What each request asked for, and how the object looked that was found for it first.

A sentence like "the leftmost box" means another object once the one that was asked for is gone.
When a target is grounded again, the question is the same only if the answer looks like it.
"""

from __future__ import annotations

from collections import OrderedDict

from ..grounding.grounding import Grounding
from .target.appearance import Appearance, Likeness

# So many requests are remembered, the newest. Chosen: far more than are asked for again.
_REMEMBERED = 64


class Questions:
    """Requests, and the appearance of what was found for each."""

    def __init__(self) -> None:
        """Start with none."""
        self._looks: OrderedDict[tuple[str, str], tuple[Appearance, str]] = OrderedDict()

    def remember(self, grounding: Grounding, look: Appearance) -> None:
        """Keep how the object of a request looks, if it is the first that was found for it."""
        if grounding.request_id:
            self._looks.setdefault(_key(grounding), (look, grounding.label))
            while len(self._looks) > _REMEMBERED:
                self._looks.popitem(last=False)

    def compare(self, grounding: Grounding, look: Appearance) -> Likeness | None:
        """Whether what was found now looks like what its request found first; None for the first.

        Args:
            grounding: that has come.
            look: of its object.
        """
        first = self._looks.get(_key(grounding)) if grounding.request_id else None
        return None if first is None else first[0].compare(look)

    def is_alike_without_color(self, grounding: Grounding, look: Appearance) -> bool:
        """Whether what was found now is as bright and large as what its request found first.

        Args:
            grounding: that has come.
            look: of its object.
        """
        first = self._looks.get(_key(grounding))
        return first is not None and first[0].is_alike_without_color(look)

    def label(self, grounding: Grounding) -> str:
        """The object in words that the request of a grounding found first."""
        return self._looks[_key(grounding)][1]


def _key(grounding: Grounding) -> tuple[str, str]:
    return grounding.request_id, grounding.instruction

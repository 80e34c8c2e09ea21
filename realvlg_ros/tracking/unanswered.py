"""Groundings whose first plans are being made: each gets an answer, also when its target goes."""

from __future__ import annotations

from collections.abc import Iterable

from ..grounding.grounding import Grounding
from ..message_limits import MAX_REQUESTS
from .target.track import TargetTrack

# Why a grounding that had a target comes to none.
GIVEN_UP = (
    'before its first plan was made, its target was given up or went to a newer request; ask again'
)


class Unanswered:
    """Groundings that no target or refusal was returned for yet, the oldest first."""

    def __init__(self) -> None:
        """Start with none."""
        self._groundings: list[Grounding] = []

    def add(self, grounding: Grounding) -> None:
        """Wait for the first plans of a grounding's target; of too many the oldest goes."""
        self._groundings = [*self._groundings[1 - MAX_REQUESTS :], grounding]

    def answered(self, *tracks: TargetTrack) -> None:
        """The groundings of targets have had their answers."""
        had = [track.grounding for track in tracks]
        self._groundings = [g for g in self._groundings if not any(g is other for other in had)]

    def take_orphans(self, tracks: Iterable[TargetTrack]) -> list[Grounding]:
        """The groundings that no target waits for any more.

        Their target was removed, or a newer grounding of the same object took its place.

        Args:
            tracks: the targets that are followed.
        """
        if not self._groundings:
            return []
        awaited = [track.grounding for track in tracks if not track.settled]
        orphans = [g for g in self._groundings if not any(g is other for other in awaited)]
        self._groundings = [g for g in self._groundings if not any(g is o for o in orphans)]
        return orphans

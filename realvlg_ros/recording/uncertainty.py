"""How unsure the system was of an answer, to look at the most telling recordings first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def uncertainty_of(events: Iterable[Mapping[str, Any]], status: str) -> float:
    """How unsure an answer was, 0 to 1, from the events of an episode.

    A grasp is as sure as the less sure of its grounding (score) and its best grasp (quality).
    NOT_FOUND is as unsure as its nearest candidate fits. What nothing is known of is unsure
    altogether, and so is a question.

    Args:
        events: as in episode.json; see event_rows.
        status: how the goal ended, by name.
    """
    grounding = _last(events, 'grounding')
    if status == 'NOT_FOUND' and grounding is not None:
        scores = [_share(item.get('score')) for item in grounding.get('candidates', ())]
        return max(scores, default=0.0)
    if grounding is None or grounding.get('status') != 'OK':
        return 1.0
    answer = _last(events, 'answer')
    quality = None if answer is None else answer.get('quality')
    return 1.0 - min(_share(grounding.get('score')), _share(quality))


def _last(events: Iterable[Mapping[str, Any]], kind: str) -> Mapping[str, Any] | None:
    """The last event of a kind; of groundings, of those that were answered."""
    found = [
        row for row in events if row.get('event') == kind and row.get('status') != 'IN_PROGRESS'
    ]
    return found[-1] if found else None


def _share(value: Any) -> float:
    """A share as it was given; 0 where it was not."""
    return min(max(float(value), 0.0), 1.0) if isinstance(value, int | float) else 0.0

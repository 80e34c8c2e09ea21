"""Whether two runs are on the same recording."""

from __future__ import annotations

from typing import Any

from ...errors import RunError
from ..runs.json_fields import integer, mapping, number, sequence
from ..runs.run_reader import Run

# Durations that differ by less are the same, s. Chosen: a storage may round its times.
_SAME_S = 0.001
# Differences that a message names. Chosen: a line or two.
_MOST = 4


def check_same_bag(a: Run, b: Run) -> None:
    """Refuse runs on different recordings; the path and the storage may differ.

    Raises:
        RunError: names what differs.
    """
    different = bag_differences(a, b)
    if different:
        words = '; '.join(different[:_MOST])
        more = f' and {len(different) - _MOST} more' if len(different) > _MOST else ''
        raise RunError(
            f'{a.folder} and {b.folder} are not on the same bag: {words}{more}; replay the same '
            'bag, or give --force to compare them all the same'
        )


def bag_differences(a: Run, b: Run) -> list[str]:
    """What of the recordings differs, in words: start, duration, topics."""
    bags = [mapping(run.facts, 'bag') for run in (a, b)]
    found = []
    starts = [integer(bag, 'start_ns') for bag in bags]
    if starts[0] != starts[1]:
        found.append(f'they start at {starts[0]} ns and at {starts[1]} ns')
    lengths = [number(bag, 'duration_s') for bag in bags]
    if None in lengths and lengths[0] != lengths[1]:
        found.append(f'they last {lengths[0]} s and {lengths[1]} s')
    elif None not in lengths and abs((lengths[0] or 0.0) - (lengths[1] or 0.0)) > _SAME_S:
        found.append(f'they last {lengths[0]:.3f} s and {lengths[1]:.3f} s')
    counts = [_counts(bag) for bag in bags]
    for name in sorted({*counts[0], *counts[1]}):
        here, there = (each.get(name) for each in counts)
        if here != there:
            found.append(f'{name} has {_messages(here)} and {_messages(there)}')
    return found


def _counts(bag: dict[str, Any]) -> dict[str, Any]:
    topics = [topic for topic in sequence(bag, 'topics') if isinstance(topic, dict)]
    return {str(topic.get('name')): topic.get('count') for topic in topics}


def _messages(count: Any) -> str:
    return 'no messages' if count is None else f'{count} messages'

"""What a reply says: the numbers of each thing, or that there is no such thing."""

from __future__ import annotations

from dataclasses import dataclass

# Things of one reply. Chosen: far more than a table holds; more is a model that repeats itself.
MOST_ITEMS = 100


@dataclass(frozen=True)
class Item:
    """One thing of an answer.

    Attributes:
        values: its numbers, in the units of the answer's frame; as written while a reply is read,
            then in the order of the task's fields.
        label: what the model calls it; empty where it gives no name.
        score: 0 to 1, or None where only the whole answer has one.
    """

    values: tuple[float, ...]
    label: str = ''
    score: float | None = None


@dataclass(frozen=True)
class Reply:
    """A reply that was read.

    Attributes:
        items: the things, in the order in which they were written; none where the model says that
            there is no such thing.
        words: the answer as it was written, without a thought.
    """

    items: tuple[Item, ...]
    words: str

"""Which story has which number: every prefix of the numbers holds each kind in its share."""

from __future__ import annotations

from functools import cache

import numpy as np

from benchmarks.honesty.graph_stories import GRAPH_KINDS
from benchmarks.honesty.stories import KINDS

# Numbers of one run; the seed of a story is its number and this times the seed of the run.
SPAN = 1000


@cache
def _round() -> tuple[str, ...]:
    """The kinds of all stories of one round, evenly mixed."""
    kinds = [(kind, told[0]) for kind, told in (*KINDS.items(), *GRAPH_KINDS.items())]
    places = [((index + 0.5) / count, kind) for kind, count in kinds for index in range(count)]
    jitter = np.random.default_rng(0).uniform(-0.02, 0.02, len(places))
    order = sorted(range(len(places)), key=lambda i: places[i][0] + jitter[i])
    return tuple(places[i][1] for i in order)


def kind_of(story_seed: int) -> str:
    """The kind of the story of a seed."""
    kinds = _round()
    return kinds[story_seed % SPAN % len(kinds)]


def seeds(count: int, run_seed: int) -> list[int]:
    """The seeds of the first stories of a run."""
    return [SPAN * run_seed + number for number in range(count)]


def round_length() -> int:
    """How many stories one round has."""
    return len(_round())


def in_graph(kind: str) -> bool:
    """Whether stories of a kind are told to the real nodes."""
    return kind in GRAPH_KINDS

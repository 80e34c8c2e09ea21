"""Lexical diversity of descriptions: MTLD (McCarthy and Jarvis 2010)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

# The type-token ratio at which a factor ends. From McCarthy and Jarvis (2010).
_FACTOR = 0.72
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def words_of(texts: Iterable[str]) -> list[str]:
    """The words of texts one after another, in small letters."""
    return [word for text in texts for word in _WORD.findall(text.lower())]


def mtld(words: Sequence[str], factor: float = _FACTOR) -> float:
    """Measure of textual lexical diversity: mean length of runs that keep a type-token ratio.

    The mean of reading forward and backward. Texts below some hundred words give rough values.

    Args:
        words: in order; 0 words have no diversity.
        factor: type-token ratio at which a run ends.
    """
    if not words:
        return 0.0
    return (_one_way(words, factor) + _one_way(words[::-1], factor)) / 2


def _one_way(words: Sequence[str], factor: float) -> float:
    seen: set[str] = set()
    count, factors = 0, 0.0
    for word in words:
        seen.add(word)
        count += 1
        if len(seen) / count <= factor:
            factors += 1
            seen, count = set(), 0
    if count:
        factors += (1 - len(seen) / count) / (1 - factor)
    # Words of which none comes twice are one run that never ends.
    return len(words) / factors if factors else float(len(words))

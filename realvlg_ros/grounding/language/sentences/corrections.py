"""What takes back the words before it."""

from __future__ import annotations

from collections.abc import Sequence

from ..phrases.draft import ARTICLES
from ..vocabulary.lexicon import Lexicon
from ..vocabulary.tokens import Kind, Token

_NAMING = (
    Kind.COLOR, Kind.SHAPED, Kind.NOUN, Kind.PLACE, Kind.DEGREE, Kind.SUPERLATIVE, Kind.GENERIC,
    Kind.ONE,
)  # fmt: skip


def corrected(tokens: Sequence[Token], words: Lexicon) -> Sequence[Token]:
    """What is said after the last correction, if that names something."""
    for index in range(len(tokens) - 1, 0, -1):
        if tokens[index].is_a(Kind.CORRECTION) or _takes_back(tokens, index, words):
            rest = tokens[index + 1 :]
            if any(token.is_a(*_NAMING) for token in rest):
                return rest
    return tokens


def _takes_back(tokens: Sequence[Token], index: int, words: Lexicon) -> bool:
    """Whether a no in a sentence takes back what was said: the red one, no, the green one."""
    token = tokens[index]
    # Neither the red one nor the green one takes nothing back.
    denies = token.is_a(Kind.NOT) and token.text != words.denial
    if token.text not in words.no or denies or index + 1 == len(tokens):
        return False
    before, following = tokens[index - 1], tokens[index + 1]
    if before.is_a(Kind.COPULA) or (
        (passed := before.get(Kind.IGNORED)) is not None and passed.value == 'filler'
    ):
        # If there is none the red one.
        return False
    sense = following.get(Kind.IGNORED)
    determined = sense is not None and sense.value in ARTICLES
    return determined or following.is_a(Kind.BREAK, Kind.DEMONSTRATIVE, Kind.TAKE)

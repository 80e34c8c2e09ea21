"""What is known of the noun that a phrase is about."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ..tree.kinds import NounKind
from ..tree.syntax import Noun
from ..vocabulary.lexicon import Lexicon
from ..vocabulary.shapes import shapes
from ..vocabulary.tokens import Kind, Token


def noun_of(
    names: Sequence[Token], beside: Sequence[str], adjectives: Collection[str], lexicon: Lexicon
) -> Noun:
    """The noun of a phrase.

    Args:
        names: nouns that stand together, the one that it is about last.
        beside: nouns that say what is in it.
        adjectives: the other words of the phrase.
        lexicon: of the language.
    """
    if not names:
        return Noun()
    *before, head = names
    words = [token.text for token in before] + list(beside)
    first = head
    # The last word of a name of several decides: a mustard bottle is a bottle.
    if ' ' in head.text and not head.is_a(Kind.SHAPED):
        *start, last = head.text.split()
        if any(sense.kind is Kind.SHAPED for sense in lexicon.senses.get(last, ())):
            head = Token(last, lexicon.senses[last])
            words = [*words, *start]
    kind, shape = _class(head, {*words, *adjectives}, lexicon)
    if kind is NounKind.GENERIC and words:
        kind = NounKind.UNVERIFIED
    return Noun(first.text, kind, shape, tuple(dict.fromkeys(words)))


def _class(head: Token, words: set[str], lexicon: Lexicon) -> tuple[NounKind, str]:
    """What is known of a noun, given the other words of its phrase."""
    if head.is_a(Kind.GENERIC, Kind.ONE):
        return NounKind.GENERIC, ''
    if sense := head.get(Kind.SHAPED):
        shape = shapes().get(sense.value)
        if shape is None or (shape.is_flat and words & lexicon.heaped):
            return NounKind.UNVERIFIED, ''
        return NounKind.SHAPE, sense.value
    toy = bool(words & lexicon.toys)
    if head.is_a(Kind.IMMATERIAL) and not toy:
        return NounKind.IMMATERIAL, ''
    if head.is_a(Kind.LARGE) and not toy:
        return NounKind.LARGE, ''
    return NounKind.UNVERIFIED, ''

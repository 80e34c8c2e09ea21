"""Kinds of sentences, by what singles the object out, as the language room reads them."""

from __future__ import annotations

from enum import IntEnum
from functools import singledispatch

from ...grounding.language.sentences.parser import understand
from ...grounding.language.tree import syntax
from ...grounding.language.tree.syntax import AllOf, AnyOf, Modifier, Node, Thing

# Measures of where a thing is, not of what it is like. From the lexicon.
_PLACES = ('distance', 'right', 'middle')


class SentenceKind(IntEnum):
    """The hardest part of a sentence; of two parts the later one here counts."""

    ANY = 0
    NAME = 1
    LOOK = 2
    PLACE = 3
    RELATION = 4
    DENIAL = 5
    SEVERAL = 6

    @property
    def words(self) -> str:
        """As people read it."""
        return _WORDS[self]


_WORDS = {
    SentenceKind.ANY: 'any object',
    SentenceKind.NAME: 'name',
    SentenceKind.LOOK: 'look',
    SentenceKind.PLACE: 'place',
    SentenceKind.RELATION: 'relation',
    SentenceKind.DENIAL: 'denial',
    SentenceKind.SEVERAL: 'several',
}


def kind_of(sentence: str) -> SentenceKind:
    """The kind of a sentence by its likeliest reading; words that are not known are names."""
    return _kind_of_node(understand(sentence).thing)


def _kind_of_node(node: Node) -> SentenceKind:
    if isinstance(node, AnyOf | AllOf) or node.count > 1 or node.every:
        return SentenceKind.SEVERAL
    return max((_own_kind(node), *(_kind_of_part(said) for said in node.said)))


def _own_kind(thing: Thing) -> SentenceKind:
    return SentenceKind.NAME if thing.is_named else SentenceKind.ANY


@singledispatch
def _kind_of_part(said: Modifier) -> SentenceKind:
    """Colours, sizes, forms and what cannot be seen."""
    return SentenceKind.LOOK


@_kind_of_part.register
def _(said: syntax.Extreme) -> SentenceKind:
    if said.landmark is not None:
        return SentenceKind.RELATION
    return SentenceKind.PLACE if said.measure in _PLACES else SentenceKind.LOOK


@_kind_of_part.register(syntax.Place)
@_kind_of_part.register(syntax.Ordinal)
def _(said: Modifier) -> SentenceKind:
    return SentenceKind.PLACE


@_kind_of_part.register(syntax.Related)
@_kind_of_part.register(syntax.Compared)
@_kind_of_part.register(syntax.OneOf)
def _(said: Modifier) -> SentenceKind:
    return SentenceKind.RELATION


@_kind_of_part.register(syntax.Not)
@_kind_of_part.register(syntax.Except)
def _(said: Modifier) -> SentenceKind:
    return SentenceKind.DENIAL


@_kind_of_part.register
def _(said: syntax.Both) -> SentenceKind:
    return max(_kind_of_part(part) for part in said.parts)


@_kind_of_part.register
def _(said: syntax.Either) -> SentenceKind:
    return max(_kind_of_part(part) for part in said.options)

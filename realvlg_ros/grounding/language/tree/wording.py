"""A syntax tree in the words of a person, for messages."""

from __future__ import annotations

from functools import singledispatch

from . import syntax
from .syntax import AllOf, AnyOf, Modifier, Node, Noun, Sentence, Thing

_NUMBERS = ('', 'first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth')


def in_words(node: Node) -> str:
    """A node in words: "the purple ball", "the mug next to the can"."""
    if isinstance(node, AnyOf | AllOf):
        joint = ' or ' if isinstance(node, AnyOf) else ' and '
        return joint.join(in_words(part) for part in node.branches)
    before = [word for said in node.said if (word := _before(said))]
    after = [word for said in node.said if (word := _after(said))]
    name = ' '.join([*_beside(node.noun), node.noun.text or 'one'])
    article = 'all' if node.every else str(node.count) if node.count else 'the'
    return ' '.join([article, *before, name, *after])


def name_of(sentence: Sentence) -> str:
    """What recognisers are asked for: colours and name, without places and other things.

    Names of which the form is known are English whatever the language; empty where no thing is
    named.
    """
    node = sentence.first
    if not sentence.wanted or not isinstance(node, Thing) or not node.noun.text:
        return ''
    noun = node.noun.text
    if sentence.language != 'en' and node.noun.shape:
        noun = node.noun.shape
    return ' '.join([*node.colors, *_beside(node.noun), noun])


def _beside(noun: Noun) -> list[str]:
    """Nouns beside a name that do not stand in it already."""
    return [word for word in noun.beside if word not in noun.text.split()]


@singledispatch
def _before(said: Modifier) -> str:
    """What stands before the noun; empty if nothing."""
    return ''


@_before.register
def _(said: syntax.Color) -> str:
    return ' and '.join(said.names)


@_before.register
def _(said: syntax.Either) -> str:
    return ' or '.join(_before(option) for option in said.options)


@_before.register
def _(said: syntax.Degree) -> str:
    return said.word


@_before.register
def _(said: syntax.Extreme) -> str:
    if said.landmark is not None:
        return ''
    return f'{_rank(said.rank)} {said.word}'.strip() if said.rank != 1 else said.word


@_before.register
def _(said: syntax.Ordinal) -> str:
    return _rank(said.rank)


@_before.register
def _(said: syntax.Posture) -> str:
    return said.name


@_before.register
def _(said: syntax.Unseen) -> str:
    return said.word if said.why != 'part' else ''


@singledispatch
def _after(said: Modifier) -> str:
    """What stands after the noun; empty if nothing."""
    return ''


@_after.register
def _(said: syntax.Place) -> str:
    return said.side.value


@_after.register
def _(said: syntax.Related) -> str:
    return f'{said.relation.value} {" and ".join(in_words(node) for node in said.to)}'


@_after.register
def _(said: syntax.Extreme) -> str:
    return f'{said.word} {in_words(said.landmark)}' if said.landmark is not None else ''


@_after.register
def _(said: syntax.Compared) -> str:
    return f'{said.word} than {in_words(said.standard)}'


@_after.register
def _(said: syntax.Not) -> str:
    return f'that is not {_before(said.part) or _after(said.part)}'


@_after.register
def _(said: syntax.Except) -> str:
    return f'but not {in_words(said.things)}'


@_after.register
def _(said: syntax.OneOf) -> str:
    return f'of {in_words(said.things)}'


@_after.register
def _(said: syntax.Ordinal) -> str:
    return f'from the {said.side.name.lower()}' if said.side is not None else ''


@_after.register
def _(said: syntax.Unseen) -> str:
    return said.word if said.why == 'part' else ''


def _rank(rank: int) -> str:
    if rank < 0:
        return 'last' if rank == -1 else f'{_rank(-rank)} to last'
    return _NUMBERS[rank] if rank < len(_NUMBERS) else f'{rank}th'

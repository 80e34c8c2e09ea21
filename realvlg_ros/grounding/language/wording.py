"""A syntax tree in the words of a person, for messages."""

from __future__ import annotations

from .syntax import (
    AllOf,
    AnyOf,
    Color,
    Compared,
    Degree,
    Either,
    Except,
    Extreme,
    Modifier,
    Node,
    Not,
    Noun,
    OneOf,
    Ordinal,
    Place,
    Posture,
    Related,
    Sentence,
    Thing,
    Unseen,
)

_NUMBERS = ('', 'first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth')


def in_words(node: Node) -> str:
    """A node in words: "the purple ball", "the mug next to the can"."""
    if isinstance(node, AnyOf):
        return ' or '.join(in_words(option) for option in node.options)
    if isinstance(node, AllOf):
        return ' and '.join(in_words(part) for part in node.parts)
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
    node = sentence.thing
    node = node.parts[0] if isinstance(node, AllOf) else node
    if not sentence.wanted or not isinstance(node, Thing) or not node.noun.text:
        return ''
    colors = [name for said in node.said if isinstance(said, Color) for name in said.names]
    noun = node.noun.text
    if sentence.language != 'en' and node.noun.shape:
        noun = node.noun.shape
    return ' '.join([*colors, *_beside(node.noun), noun])


def _beside(noun: Noun) -> list[str]:
    """Nouns beside a name that do not stand in it already."""
    return [word for word in noun.beside if word not in noun.text.split()]


def _before(said: Modifier) -> str:
    if isinstance(said, Color):
        return ' and '.join(said.names)
    if isinstance(said, Either):
        return ' or '.join(_before(option) for option in said.options)
    if isinstance(said, Degree):
        return said.word
    if isinstance(said, Extreme) and said.landmark is None:
        return f'{_rank(said.rank)} {said.word}'.strip() if said.rank != 1 else said.word
    if isinstance(said, Ordinal):
        return _rank(said.rank)
    if isinstance(said, Posture):
        return said.name
    return said.word if isinstance(said, Unseen) and said.why != 'part' else ''


def _after(said: Modifier) -> str:
    if isinstance(said, Place):
        return said.side.value
    if isinstance(said, Related):
        words = ' and '.join(in_words(node) for node in said.landmarks)
        return f'{said.relation.value} {words}'
    if isinstance(said, Extreme) and said.landmark is not None:
        return f'{said.word} {in_words(said.landmark)}'
    if isinstance(said, Compared):
        return f'{said.word} than {in_words(said.standard)}'
    if isinstance(said, Not):
        return f'that is not {_before(said.part) or _after(said.part)}'
    if isinstance(said, Except):
        return f'but not {in_words(said.things)}'
    if isinstance(said, OneOf):
        return f'of {in_words(said.things)}'
    if isinstance(said, Ordinal) and said.side is not None:
        return f'from the {said.side.name.lower()}'
    return said.word if isinstance(said, Unseen) and said.why == 'part' else ''


def _rank(rank: int) -> str:
    if rank < 0:
        return 'last' if rank == -1 else f'{_rank(-rank)} to last'
    return _NUMBERS[rank] if rank < len(_NUMBERS) else f'{rank}th'

"""A noun phrase while it is read, and the kinds of words that it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ..tree.kinds import NounKind
from ..tree.syntax import (
    Color,
    Degree,
    Except,
    Extreme,
    Modifier,
    Node,
    Not,
    Ordinal,
    Place,
    Posture,
    Thing,
    Unseen,
)
from ..vocabulary.lexicon import Lexicon
from ..vocabulary.tokens import Kind, Token
from .nouns import noun_of

NOUNS = (
    Kind.SHAPED, Kind.NOUN, Kind.LARGE, Kind.IMMATERIAL, Kind.PART, Kind.SUPPORT, Kind.GENERIC,
    Kind.ONE,
)  # fmt: skip
PLAIN = (
    Kind.COLOR, Kind.COLORFUL, Kind.DEGREE, Kind.LIGHT, Kind.POSTURE, Kind.LOOK, Kind.STATE,
    Kind.MATERIAL,
)  # fmt: skip
GRADED = (Kind.SUPERLATIVE, Kind.COMPARATIVE, Kind.MOST, Kind.LEAST, Kind.MORE, Kind.LESS)
COUNTED = (Kind.ORDINAL, Kind.LAST, Kind.NEXT_TO_LAST)
DETERMINERS = (
    Kind.DEMONSTRATIVE, Kind.ALL, Kind.ANY, Kind.COUNT, Kind.IGNORED, Kind.NUMBER_PREFIX,
)  # fmt: skip
# Reasons to ignore a word that stands before a noun.
ARTICLES = ('article', 'possessive')
STARTS = (*PLAIN, *GRADED, *COUNTED, *NOUNS, Kind.IT, Kind.OTHER, Kind.PLACE)
WHERE = (Kind.PLACE, Kind.PLACE_PREPOSITION, Kind.RELATION)
AFTER = (
    Kind.RELATIVE, Kind.COPULA, Kind.NOT, Kind.EXCEPT, Kind.WITH, Kind.WITHOUT, Kind.RELATION,
    Kind.PLACE_PREPOSITION, Kind.PLACE, Kind.FROM, Kind.OF, Kind.THAN, Kind.SAYS, *GRADED,
)  # fmt: skip


@dataclass
class Draft:
    """A phrase that is being read."""

    said: list[Modifier] = field(default_factory=list)
    names: list[Token] = field(default_factory=list)
    count: int = 0
    every: bool = False
    free: bool = False
    pronoun: str = ''
    compared: list[tuple[str, int, str]] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)
    pointed: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was read yet."""
        counted = self.count or self.every or self.free or self.pronoun
        return not (self.said or self.names or counted or self.compared)

    def node(self, lexicon: Lexicon) -> Thing:
        """The thing, with comparatives without a standard as what they mean of two."""
        said = list(self.said)
        said += [Extreme(measure, sign, word=word) for measure, sign, word in self.compared]
        adjectives = {m.word for m in said if isinstance(m, Unseen)}
        adjectives |= {m.name for m in said if isinstance(m, Posture)}
        noun = noun_of(self.names, self.beside, adjectives, lexicon)
        thing = Thing(noun, tuple(said), self.count, self.every, self.free, self.pronoun)
        return thing if self.count or self.every or self.free else _with_excluded_noun(thing)


def is_generic(draft: Draft) -> bool:
    """Whether a phrase names no thing but any."""
    return all(token.is_a(Kind.ONE, Kind.GENERIC) for token in draft.names)


def sharing_a_noun(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Phrases of which the last names what the others leave out: the red or the blue box."""
    last = nodes[-1]
    if not isinstance(last, Thing) or not last.noun.text:
        return tuple(nodes)
    return tuple(
        replace(node, noun=last.noun)
        if isinstance(node, Thing)
        and not (node.noun.text or node.pronoun)
        and has_adjectives(node)
        else node
        for node in nodes
    )


def _with_excluded_noun(thing: Thing) -> Thing:
    """A thing that leaves its noun to what is excluded: the biggest but not the tallest box."""
    if thing.noun.text or thing.pronoun or not thing.said:
        return thing
    *before, last = thing.said
    described = any(isinstance(said, Color | Degree | Extreme | Ordinal | Not) for said in before)
    others = last.things if isinstance(last, Except) else None
    if not described or not isinstance(others, Thing) or not others.said:
        return thing
    return thing if others.noun.kind is NounKind.GENERIC else replace(thing, noun=others.noun)


def has_adjectives(thing: Thing) -> bool:
    """Whether adjectives alone are said of a thing, of which another's noun may be left out."""
    return any(isinstance(said, Color | Degree | Place | Unseen) for said in thing.said)


def merged(first: Node, second: Node) -> Thing | None:
    """Two phrases for one thing: the mug, the red one; None where they may be of two."""
    if not (isinstance(first, Thing) and isinstance(second, Thing)):
        return None
    if first.count or second.count or first.pronoun or second.pronoun:
        return None
    if any(isinstance(m, Except) for m in (*first.said, *second.said)):
        return None
    if first == Thing(first.noun) and first.noun.kind is NounKind.GENERIC:
        return second
    generic = [thing.noun.kind is NounKind.GENERIC for thing in (first, second)]
    if generic[0] == generic[1] or not (first.said or second.said):
        return None
    noun = second.noun if generic[0] else first.noun
    return replace(first, noun=noun, said=(*first.said, *second.said))


def describe_color(color: Color) -> str:
    """The colours of a modifier in words."""
    return ' and '.join(color.names)


def measure_of(value: str) -> tuple[str, int]:
    """The measure and the sign of a degree."""
    return value[:-1], 1 if value.endswith('+') else -1

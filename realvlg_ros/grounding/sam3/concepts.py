"""The phrases that SAM 3 is asked for: the names in a sentence with their colours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ..language.tree.kinds import NounKind
from ..language.tree.syntax import AllOf, AnyOf, Node, Sentence, Thing

# What is asked for where no name is said.
_ANY = 'object'
# Names that no picture shows.
_UNSEEN = (NounKind.IMMATERIAL,)


@dataclass(frozen=True)
class Concept:
    """A phrase, and the noun of the sentence that its instances bear.

    Attributes:
        phrase: colours and name, without places and relations.
        noun: as said; empty where none was.
        meant: whether what is asked for bears it, and not a landmark only.
    """

    phrase: str
    noun: str
    meant: bool


def concepts_of(sentence: Sentence) -> tuple[Concept, ...]:
    """What is asked for first, then its landmarks; each phrase once.

    A noun that is said of several things stands without colours: "the mug beside the red mug"
    asks for every mug. Names whose form is known are English, whatever the language.
    """
    found = [(thing, meant) for node in sentence.wanted for thing, meant in _things(node, True)]
    uses = Counter(thing.noun.text for thing in dict.fromkeys(thing for thing, _ in found))
    concepts: dict[str, Concept] = {}
    for thing, meant in sorted(found, key=lambda pair: not pair[1]):
        if thing.noun.kind in _UNSEEN:
            continue
        phrase = _phrase(thing, sentence.language, colored=uses[thing.noun.text] == 1)
        noun = thing.noun.text if thing.is_named else ''
        concepts.setdefault(phrase, Concept(phrase, noun, meant))
    return tuple(concepts.values())


def _phrase(thing: Thing, language: str, colored: bool) -> str:
    noun = thing.noun
    name = noun.shape if language != 'en' and noun.shape else noun.text
    if not name or noun.kind is NounKind.GENERIC:
        name = _ANY
    beside = [word for word in noun.beside if word not in name.split()]
    return ' '.join([*(thing.colors if colored else ()), *beside, name])


def _things(node: Node, meant: bool) -> Iterator[tuple[Thing, bool]]:
    """Each thing of a tree, and whether it is what is asked for."""
    if isinstance(node, AnyOf | AllOf):
        for number, part in enumerate(node.branches):
            yield from _things(part, meant and (isinstance(node, AnyOf) or number == 0))
        return
    yield node, meant
    for landmark in node.landmarks:
        yield from _things(landmark, False)

"""What a word may be, and a word of a sentence with what it may be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a word does in a sentence; the values are the keys of a lexicon file."""

    IGNORED = 'ignored'
    TAKE = 'take'
    PUT = 'place'
    FORBID = 'forbid'
    CORRECTION = 'correction'
    COLOR = 'colors'
    COLOR_NOUN = 'color_nouns'
    COLORFUL = 'colorful'
    DEGREE = 'plain'
    COMPARATIVE = 'comparative'
    SUPERLATIVE = 'superlative'
    LIGHT = 'light'
    MOST = 'most'
    LEAST = 'least'
    MORE = 'more'
    LESS = 'less'
    PLACE = 'places'
    PLACE_PREPOSITION = 'place_prepositions'
    PLACE_NOUN = 'place_nouns'
    PLACE_OF = 'place_of'
    FROM = 'from'
    ORDINAL = 'ordinals'
    LAST = 'last'
    NEXT_TO_LAST = 'next_to_last'
    NUMBER_PREFIX = 'number_prefix'
    COUNT = 'counts'
    ALL = 'all'
    ANY = 'any'
    RELATION = 'relations'
    SPEAKER = 'speaker'
    TO = 'to'
    DESTINATION = 'destination'
    AND = 'and'
    OR = 'or'
    BUT = 'but'
    NOT = 'not'
    EXCEPT = 'except'
    WITHOUT = 'without'
    WITH = 'with'
    THAN = 'than'
    OF = 'of'
    RELATIVE = 'relative'
    COPULA = 'copula'
    SAYS = 'says'
    DEMONSTRATIVE = 'demonstratives'
    IT = 'it'
    OTHER = 'other'
    ONE = 'one'
    GENERIC = 'generic'
    POSTURE = 'postures'
    LOOK = 'looks'
    STATE = 'states'
    MATERIAL = 'materials'
    SHAPED = 'shaped'
    NOUN = 'nouns'
    LARGE = 'large'
    IMMATERIAL = 'immaterial'
    PART = 'parts'
    SUPPORT = 'supports'
    BREAK = 'break'


@dataclass(frozen=True)
class Sense:
    """One meaning of a word.

    Attributes:
        kind: what it does.
        value: which of its kind: the name of a colour, a measure with its sign, ...
    """

    kind: Kind
    value: str = ''


@dataclass(frozen=True)
class Token:
    """A word, or a phrase that counts as one.

    Attributes:
        text: as it is looked up.
        senses: what it may be; empty where it is not known.
        plural: whether it names several.
        said: how it was said, where that is a slip of the word; else empty.
    """

    text: str
    senses: tuple[Sense, ...] = ()
    plural: bool = False
    said: str = ''

    def get(self, kind: Kind) -> Sense | None:
        """Its sense of a kind, if it has one."""
        return next((sense for sense in self.senses if sense.kind is kind), None)

    def is_a(self, *kinds: Kind) -> bool:
        """Whether it may be of one of some kinds."""
        return any(sense.kind in kinds for sense in self.senses)

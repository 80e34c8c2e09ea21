"""What a sentence asks for, as a small tree: things, and what is said of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class NounKind(Enum):
    """What is known of a noun."""

    GENERIC = 'any object'
    SHAPE = 'a class whose shape is known'
    UNVERIFIED = 'a word that only recognition could confirm'
    LARGE = 'a thing too large to be seen on a table, unless a toy is meant'
    IMMATERIAL = 'nothing that a hand can hold'


class Side(Enum):
    """Where an object is said to be."""

    LEFT = 'on the left'
    RIGHT = 'on the right'
    MIDDLE = 'in the middle'
    FRONT = 'in front'
    BACK = 'at the back'


class Relation(Enum):
    """Where an object is said to be with respect to others; the values are in words."""

    LEFT_OF = 'to the left of'
    RIGHT_OF = 'to the right of'
    NEXT_TO = 'next to'
    NEAR = 'near'
    FAR_FROM = 'far from'
    NEAREST = 'nearest to'
    FARTHEST = 'farthest from'
    IN_FRONT_OF = 'in front of'
    BEHIND = 'behind'
    BETWEEN = 'between'
    ON = 'on top of'
    IN = 'in'
    UNDER = 'under'
    AMONG = 'among'


class Intent(Enum):
    """What a person wants with a sentence."""

    TAKE = 'take'
    FORBID = 'forbid'
    STOP = 'stop'
    GREETING = 'greeting'
    YES = 'yes'
    NO = 'no'
    OTHER_SCRIPT = 'another script'
    NOTHING = 'nothing'


@dataclass(frozen=True)
class Noun:
    """The name of a thing.

    Attributes:
        text: as said; empty when none was.
        kind: what is known of it.
        shape: its class in forms.yaml, or empty.
        beside: nouns that belong to its name, or say what is in it; unverified.
    """

    text: str = ''
    kind: NounKind = NounKind.GENERIC
    shape: str = ''
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Modifier:
    """Something said of a thing."""


@dataclass(frozen=True)
class Color(Modifier):
    """It shows all of these colours."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Degree(Modifier):
    """It has more of a measure (sign 1) than what it is seen beside, or less (-1)."""

    measure: str
    sign: int
    word: str = ''


@dataclass(frozen=True)
class Extreme(Modifier):
    """It is the first, or the rank-th, by a measure among what fits the rest.

    The measure 'to' is the distance to the landmark.
    """

    measure: str
    sign: int
    rank: int = 1
    word: str = ''
    landmark: Node | None = None


@dataclass(frozen=True)
class Ordinal(Modifier):
    """It is the rank-th counted from a side; negative ranks count from the end."""

    rank: int
    side: Side | None = None


@dataclass(frozen=True)
class Place(Modifier):
    """It is at a side of the view."""

    side: Side


@dataclass(frozen=True)
class Posture(Modifier):
    """How it lies, or what form it has."""

    name: str


@dataclass(frozen=True)
class Unseen(Modifier):
    """A word that neither colour nor depth can confirm.

    Attributes:
        word: as said.
        why: state, material, look, part or text.
    """

    word: str
    why: str


@dataclass(frozen=True)
class Related(Modifier):
    """Where it is with respect to landmarks; two of them for between."""

    relation: Relation
    landmarks: tuple[Node, ...]


@dataclass(frozen=True)
class Compared(Modifier):
    """It has more of a measure than a standard (sign 1), or less (-1)."""

    measure: str
    sign: int
    standard: Node
    word: str = ''


@dataclass(frozen=True)
class Not(Modifier):
    """What is said does not hold of it."""

    part: Modifier


@dataclass(frozen=True)
class Either(Modifier):
    """One of these holds of it."""

    options: tuple[Modifier, ...]


@dataclass(frozen=True)
class Both(Modifier):
    """All of these hold of it."""

    parts: tuple[Modifier, ...]


@dataclass(frozen=True)
class Except(Modifier):
    """It is none of these."""

    things: Node


@dataclass(frozen=True)
class OneOf(Modifier):
    """It is one of these."""

    things: Node


@dataclass(frozen=True)
class Thing:
    """A description of one thing, or of several.

    Attributes:
        noun: its name.
        said: what is said of it.
        count: how many are asked for; 0 for one.
        every: whether all that fit are asked for.
        free: whether any of those that fit will do.
        pronoun: 'it' or 'other', where words before tell which; else empty.
    """

    noun: Noun = field(default_factory=Noun)
    said: tuple[Modifier, ...] = ()
    count: int = 0
    every: bool = False
    free: bool = False
    pronoun: str = ''


@dataclass(frozen=True)
class AnyOf:
    """One of several descriptions."""

    options: tuple[Node, ...]


@dataclass(frozen=True)
class AllOf:
    """Several things, one after the other."""

    parts: tuple[Node, ...]


Node = Thing | AnyOf | AllOf


@dataclass(frozen=True)
class Sentence:
    """What was said, word by word.

    Attributes:
        intent: what is wanted.
        wanted: the readings of what is asked for, the likelier first; none where no object is.
        language: whose lexicon it was read with.
        unknown: words that were not understood.
        ignored: words that say nothing of an object, with the reason.
        mended: words as said, with the known word that each was taken for.
        words: what is asked for, as said.
        denies: whether it says nothing but what is not meant: no mug.
    """

    intent: Intent
    wanted: tuple[Node, ...] = ()
    language: str = 'en'
    unknown: tuple[str, ...] = ()
    ignored: tuple[tuple[str, str], ...] = ()
    mended: tuple[tuple[str, str], ...] = ()
    words: str = ''
    denies: bool = False

    @property
    def thing(self) -> Node:
        """What is asked for by the likeliest reading; any object where nothing was said."""
        return self.wanted[0] if self.wanted else Thing()

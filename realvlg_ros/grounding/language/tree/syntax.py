"""What a sentence asks for, as a small tree: things, and what is said of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from .kinds import Intent, NounKind, Relation, Side


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

    @property
    def landmarks(self) -> tuple[Node, ...]:
        """The other things that it speaks of."""
        return ()

    @property
    def color_names(self) -> tuple[str, ...]:
        """Names of the colours in it, also of those that are denied."""
        return ()

    @property
    def asks_color(self) -> bool:
        """Whether it says what colour the thing has."""
        return False


@dataclass(frozen=True)
class Color(Modifier):
    """It shows all of these colours."""

    names: tuple[str, ...]

    @property
    def color_names(self) -> tuple[str, ...]:
        """See Modifier."""
        return self.names

    @property
    def asks_color(self) -> bool:
        """See Modifier."""
        return True


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

    @property
    def landmarks(self) -> tuple[Node, ...]:
        """See Modifier."""
        return () if self.landmark is None else (self.landmark,)


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
    to: tuple[Node, ...]

    @property
    def landmarks(self) -> tuple[Node, ...]:
        """See Modifier."""
        return self.to


@dataclass(frozen=True)
class Compared(Modifier):
    """It has more of a measure than a standard (sign 1), or less (-1)."""

    measure: str
    sign: int
    standard: Node
    word: str = ''

    @property
    def landmarks(self) -> tuple[Node, ...]:
        """See Modifier."""
        return (self.standard,)


@dataclass(frozen=True)
class Not(Modifier):
    """What is said does not hold of it."""

    part: Modifier

    @property
    def color_names(self) -> tuple[str, ...]:
        """See Modifier."""
        return self.part.color_names


@dataclass(frozen=True)
class Either(Modifier):
    """One of these holds of it."""

    options: tuple[Modifier, ...]

    @property
    def color_names(self) -> tuple[str, ...]:
        """See Modifier."""
        return tuple(name for option in self.options for name in option.color_names)

    @property
    def asks_color(self) -> bool:
        """See Modifier."""
        return True


@dataclass(frozen=True)
class Both(Modifier):
    """All of these hold of it."""

    parts: tuple[Modifier, ...]


@dataclass(frozen=True)
class Except(Modifier):
    """It is none of these."""

    things: Node

    @property
    def landmarks(self) -> tuple[Node, ...]:
        """See Modifier."""
        return (self.things,)


@dataclass(frozen=True)
class OneOf(Modifier):
    """It is one of these."""

    things: Node

    @property
    def landmarks(self) -> tuple[Node, ...]:
        """See Modifier."""
        return (self.things,)


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

    @property
    def things(self) -> tuple[Thing, ...]:
        """Itself."""
        return (self,)

    @property
    def colors(self) -> tuple[str, ...]:
        """The colours that it must show."""
        return tuple(n for said in self.said if isinstance(said, Color) for n in said.names)

    @property
    def landmarks(self) -> tuple[Node, ...]:
        """The other things that are spoken of to tell which it is."""
        return tuple(node for said in self.said for node in said.landmarks)

    @property
    def is_named(self) -> bool:
        """Whether a noun says what it is."""
        return self.noun.kind is not NounKind.GENERIC


@dataclass(frozen=True)
class AnyOf:
    """One of several descriptions."""

    options: tuple[Node, ...]

    @property
    def branches(self) -> tuple[Node, ...]:
        """The descriptions."""
        return self.options

    @property
    def things(self) -> tuple[Thing, ...]:
        """All things that are described."""
        return tuple(thing for option in self.options for thing in option.things)


@dataclass(frozen=True)
class AllOf:
    """Several things, one after the other."""

    parts: tuple[Node, ...]

    @property
    def branches(self) -> tuple[Node, ...]:
        """The things in their order."""
        return self.parts

    @property
    def things(self) -> tuple[Thing, ...]:
        """All things that are described."""
        return tuple(thing for part in self.parts for thing in part.things)


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

    @property
    def first(self) -> Node:
        """The first of what is asked for one after the other."""
        return self.thing.parts[0] if isinstance(self.thing, AllOf) else self.thing

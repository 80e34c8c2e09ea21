"""What the readers of the parts of a phrase share."""

from __future__ import annotations

from abc import ABC, abstractmethod

from ..tree.kinds import Relation
from ..tree.syntax import Node
from ..vocabulary.lexicon import Lexicon
from ..vocabulary.tokens import Kind, Token
from .cursor import Cursor
from .draft import ARTICLES, GRADED, NOUNS, PLAIN


class Reader(ABC):
    """Reads from a cursor; what the parts of a phrase share."""

    def __init__(self, cursor: Cursor, lexicon: Lexicon, high: bool) -> None:
        """Read from a cursor.

        Args:
            cursor: before the first phrase.
            lexicon: of the language.
            high: whether what follows a landmark is said of the first thing, not of the landmark.
        """
        self.cursor = cursor
        self.lexicon = lexicon
        self.high = high
        self.forked = False
        # How many things were said of the last phrase before its noun.
        self.before = 0

    @abstractmethod
    def landmark(self, relation: Relation | None = None) -> Node | None:
        """The other thing, or several where the relation takes them."""

    def _excludes_a_thing(self) -> bool:
        """Whether 'not' stands before a whole phrase, not before an adjective."""
        c = self.cursor
        following = c.peek(1)
        sense = following.get(Kind.IGNORED)
        determined = sense is not None and sense.value in ARTICLES
        return (
            determined
            or following.is_a(Kind.DEMONSTRATIVE, Kind.IT, *NOUNS)
            and not following.is_a(*PLAIN)
        )

    def _following(self, ahead: int) -> Token:
        """The next token from some place on that is no filler."""
        while (token := self.cursor.peek(ahead)).is_a(Kind.IGNORED):
            sense = token.get(Kind.IGNORED)
            if sense is not None and sense.value in ARTICLES:
                break
            ahead += 1
        return token

    def _noun_follows(self, ahead: int) -> bool:
        """Whether adjectives lead to a noun from a token on."""
        between = (*PLAIN, *GRADED, Kind.PLACE, Kind.BREAK, Kind.AND)
        while self.cursor.peek(ahead).is_a(*between) and ahead < 8:
            if self.cursor.peek(ahead).is_a(*NOUNS):
                return True
            ahead += 1
        return self.cursor.peek(ahead).is_a(*NOUNS)

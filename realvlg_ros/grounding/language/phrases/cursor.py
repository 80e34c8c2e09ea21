"""A place among the words of a sentence, and what became of those before it."""

from __future__ import annotations

from collections.abc import Sequence

from ..vocabulary.tokens import Kind, Sense, Token

_END = Token('')


class Cursor:
    """Reads tokens one by one; each is understood, ignored for a reason, or not understood."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        """Stand before the first token."""
        self.tokens = tokens
        self.position = 0
        self.unknown: list[str] = []
        self.ignored: list[tuple[str, str]] = []

    def peek(self, ahead: int = 0) -> Token:
        """The next token, or one after it; one without a text at the end."""
        index = self.position + ahead
        return self.tokens[index] if index < len(self.tokens) else _END

    @property
    def done(self) -> bool:
        """Whether no token is left."""
        return self.position >= len(self.tokens)

    def at(self, *kinds: Kind) -> bool:
        """Whether the next token may be of one of some kinds."""
        return self.peek().is_a(*kinds)

    def take(self) -> Token:
        """The next token, which is understood."""
        token = self.peek()
        self.position += 1
        return token

    def accept(self, kind: Kind) -> Sense | None:
        """The sense of the next token, taken, if it is of a kind."""
        sense = self.peek().get(kind)
        if sense is not None:
            self.position += 1
        return sense

    def ignore(self, reason: str) -> None:
        """Pass over the next token for a reason."""
        self.ignored.append((self.take().text, reason))

    def reject(self) -> None:
        """Pass over the next token, which is not understood."""
        token = self.take()
        if not token.is_a(Kind.BREAK) and token.text:
            self.unknown.append(token.said or token.text)

    def skip(self, *kinds: Kind) -> None:
        """Pass over tokens that say nothing of an object, and over those of some kinds."""
        while not self.done:
            if sense := self.peek().get(Kind.IGNORED):
                self.ignore(sense.value)
            elif kinds and self.at(*kinds):
                self.take()
            else:
                return

    def ahead(self, *passing: Kind) -> Token:
        """The next token that is not ignored, nor of some kinds; nothing is taken."""
        distance = 0
        while (token := self.peek(distance)).is_a(Kind.IGNORED, *passing):
            distance += 1
        return token

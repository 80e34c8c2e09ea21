"""Noun phrases: the part of the grammar that says which thing is meant.

    phrase      = {determiner} {adjective} [noun {noun}] {after}
    after       = relation phrase | place | "that is" {adjective} | "with" part | ...

By recursive descent over what each word may be. A word that fits nowhere is kept as one that was
not understood; nothing is skipped without a reason.
"""

from __future__ import annotations

from dataclasses import replace

from ..tree.kinds import Relation
from ..tree.syntax import AllOf, AnyOf, Except, Node, Ordinal, Thing
from ..vocabulary.lexicon import Lexicon
from ..vocabulary.tokens import Kind, Token
from .clauses import ClauseReader
from .cursor import Cursor
from .draft import (
    AFTER,
    ARTICLES,
    COUNTED,
    DETERMINERS,
    GRADED,
    NOUNS,
    PLAIN,
    STARTS,
    Draft,
    merged,
    sharing_a_noun,
)

# Phrases in phrases. Chosen: more are not followed when heard.
_DEEPEST = 10


class PhraseReader(ClauseReader):
    """Reads noun phrases from a cursor."""

    def __init__(self, cursor: Cursor, lexicon: Lexicon, high: bool) -> None:
        """See Reader.

        Args:
            cursor: before the first phrase.
            lexicon: of the language.
            high: whether what follows a landmark is said of the first thing, not of the landmark.
        """
        super().__init__(cursor, lexicon, high)
        self._depth = 0

    def starts(self) -> bool:
        """Whether a phrase may begin at the cursor."""
        token = self.cursor.ahead()
        return bool(token.text) and (not token.senses or token.is_a(*STARTS, *DETERMINERS, *AFTER))

    def many(self) -> Node | None:
        """One phrase, or several with 'and' or 'or' between them."""
        first = self.one()
        if first is None:
            return None
        parts: list[Node] = [first]
        options: list[Node] = []
        while joint := self._joint():
            following = self.one()
            if following is None:
                break
            joined = merged(parts[-1], following) if joint is Kind.BREAK else None
            if joined is not None:
                parts[-1] = joined
            elif joint is Kind.OR:
                options.append(parts.pop())
                parts.append(following)
            else:
                parts.append(following)
        if options:
            return AnyOf(sharing_a_noun((*options, *parts)))
        parts = list(sharing_a_noun(parts))
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _joint(self) -> Kind | None:
        """Take 'and', 'or' or a pause, where another phrase follows it."""
        c = self.cursor
        start, joint = c.position, None
        noted = len(c.ignored)
        while c.at(Kind.AND, Kind.OR, Kind.BREAK) or c.at(Kind.IGNORED):
            if c.at(Kind.IGNORED):
                if joint is None:
                    break
                if c.peek().get(Kind.IGNORED).value in ARTICLES:  # type: ignore[union-attr]
                    break
                c.ignore('filler')
                continue
            token = c.take()
            if token.is_a(Kind.OR):
                joint = Kind.OR
            elif token.is_a(Kind.AND):
                joint = Kind.AND
            elif joint is None:
                joint = Kind.BREAK
        following = c.ahead()
        begins = following.is_a(*STARTS, Kind.ALL, Kind.ANY, Kind.COUNT, Kind.DEMONSTRATIVE)
        if joint and begins and not following.is_a(Kind.TAKE, Kind.PUT, Kind.FORBID):
            return joint
        c.position = start
        del c.ignored[noted:]
        return None

    def one(self, nested: bool = False) -> Thing | None:
        """One phrase; None where there is none.

        Args:
            nested: whether it is a landmark or a standard of another.
        """
        if self._depth >= _DEEPEST:
            self.cursor.reject()
            return None
        self._depth += 1
        draft = Draft()
        position = -1
        # What stands before its thing is read first: from the shelf the mug.
        while draft.is_empty and self.cursor.position != position:
            position = self.cursor.position
            self._determiners(draft)
            self._before(draft, nested)
            if not nested:
                self.before = len(draft.said)
            self._after(draft, nested)
        self._depth -= 1
        if draft.is_empty and draft.pointed:
            draft.pronoun = 'it'
        return None if draft.is_empty else draft.node(self.lexicon)

    def _determiners(self, draft: Draft) -> None:
        c = self.cursor
        while not c.done:
            if c.at(Kind.EXCEPT) or (c.at(Kind.NOT) and self._excludes_a_thing()):
                c.take()
                if (things := self.one(nested=True)) is not None:
                    draft.said.append(Except(things))
                return
            if c.at(Kind.ALL):
                c.take()
                draft.every = True
            elif c.at(Kind.COUNT) and not c.at(Kind.ORDINAL):
                draft.count = int(c.take().get(Kind.COUNT).value)  # type: ignore[union-attr]
            elif c.at(Kind.ANY):
                c.take()
                draft.free = True
            elif c.at(Kind.DEMONSTRATIVE):
                draft.pointed = True
                c.ignore('pointing')
            elif c.at(Kind.NUMBER_PREFIX) and c.peek(1).is_a(Kind.COUNT, Kind.ORDINAL):
                c.take()
                token = c.take()
                sense = token.get(Kind.COUNT) or token.get(Kind.ORDINAL)
                draft.said.append(Ordinal(int(sense.value)))  # type: ignore[union-attr]
            elif c.at(Kind.OF) and (draft.free or draft.count or draft.every):
                c.take()
            elif sense := c.peek().get(Kind.IGNORED):
                if c.at(*STARTS) and sense.value not in ARTICLES:
                    return
                c.ignore(sense.value)
            else:
                return

    def _before(self, draft: Draft, nested: bool) -> None:
        """Adjectives and nouns, up to the noun that the phrase is about."""
        c = self.cursor
        while not c.done:
            token = c.peek()
            if self._is_pause_between_adjectives(draft):
                c.take()
            elif not token.senses:
                c.reject()
                if not self._continues():
                    draft.names.append(replace(token, text=token.said or token.text))
                    return
            elif token.is_a(Kind.NOT) and self._following(1).is_a(*PLAIN, Kind.PLACE):
                c.take()
                self._negated(draft)
            elif token.is_a(Kind.OTHER):
                c.take()
                draft.pronoun = 'other'
            elif token.is_a(Kind.IT) and not draft.names:
                c.take()
                draft.pronoun = 'it'
                if not c.at(*NOUNS):
                    return
            elif self._is_name(token, draft):
                draft.names.append(c.take())
                if not c.at(*NOUNS) or c.at(Kind.RELATION, Kind.ONE) and not c.at(Kind.GENERIC):
                    if c.at(Kind.ONE):
                        c.take()
                    return
            elif self._adjective(draft) or self._place_before(draft):
                pass
            elif sense := token.get(Kind.IGNORED):
                if sense.value not in ('filler', 'article', 'possessive', 'manner'):
                    return
                if token.is_a(Kind.NOT) or not c.ahead().is_a(*STARTS):
                    return
                # Not the red one the blue one: the next phrase begins.
                next_one = nested and draft.said or draft.compared and token.is_a(Kind.OF)
                if next_one and sense.value in ARTICLES:
                    return
                c.ignore(sense.value)
            elif token.is_a(Kind.COUNT) and c.peek(1).is_a(*STARTS):
                draft.count = int(c.take().get(Kind.COUNT).value)  # type: ignore[union-attr]
            else:
                return

    def _is_pause_between_adjectives(self, draft: Draft) -> bool:
        c = self.cursor
        if not (draft.said or draft.compared) or draft.names:
            return False
        if not c.at(Kind.BREAK, Kind.AND, Kind.BUT):
            return False
        following = c.peek(1)
        before_noun = following.is_a(*PLAIN, *GRADED, Kind.PLACE) and not following.is_a(
            Kind.RELATION
        )
        return before_noun and self._noun_follows(1)

    def _continues(self) -> bool:
        """Whether the phrase goes on to a noun after a word that was not understood."""
        token = self.cursor.peek()
        return token.is_a(*NOUNS, *PLAIN, Kind.IT) or (bool(token.text) and not token.senses)

    def _is_name(self, token: Token, draft: Draft) -> bool:
        """Whether a word is a noun here, not an adjective that may be one."""
        if not token.is_a(*NOUNS):
            return False
        if token.is_a(Kind.RELATION, Kind.TO) and draft.said:
            return False
        if not token.is_a(*PLAIN, *GRADED, Kind.PLACE, Kind.ORDINAL, Kind.ONE, Kind.SPEAKER):
            return True
        following = self.cursor.peek(1)
        more = following.is_a(*NOUNS) and not following.is_a(Kind.RELATION)
        if token.is_a(Kind.COLOR, Kind.PLACE, *COUNTED):
            return False
        if token.is_a(Kind.ONE):
            return not draft.names and not more
        return not more and not following.is_a(*PLAIN)

    def landmark(self, relation: Relation | None = None) -> Node | None:
        """The other thing, or several where the relation takes them."""
        first: Node | None = self.one(nested=True)
        if first is None:
            return None
        c = self.cursor
        parts, options = [first], []
        while c.at(Kind.OR) and c.peek(1).is_a(*STARTS, *DETERMINERS):
            c.take()
            if (other := self.one(nested=True)) is not None:
                options.append(other)
        if options:
            return AnyOf((first, *options))
        while relation is Relation.BETWEEN and c.at(Kind.AND) and len(parts) < 2:
            c.take()
            if (other := self.one(nested=True)) is not None:
                parts.append(other)
        return first if len(parts) == 1 else AllOf(tuple(parts))

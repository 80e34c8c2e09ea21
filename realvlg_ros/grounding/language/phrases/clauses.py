"""What is said after a noun, clause by clause."""

from __future__ import annotations

from dataclasses import replace

from ..tree.syntax import (
    Except,
    Extreme,
    OneOf,
    Ordinal,
)
from ..vocabulary.tokens import Kind
from .draft import (
    AFTER,
    ARTICLES,
    GRADED,
    NOUNS,
    PLAIN,
    STARTS,
    WHERE,
    Draft,
)
from .groups import GroupReader


class ClauseReader(GroupReader):
    """Reads what follows a noun."""

    def _after(self, draft: Draft, nested: bool) -> None:
        """What is said after the noun."""
        c = self.cursor
        if nested and self.high and draft.names:
            self.forked |= c.at(*AFTER)
            return
        while not c.done:
            before = c.position
            excludes = c.at(Kind.EXCEPT) or (c.at(Kind.NOT) and self._excludes_a_thing())
            if nested and excludes:
                return
            if c.at(Kind.IGNORED) and not c.at(*AFTER):
                if nested and c.ahead().is_a(Kind.BREAK):
                    return
                sense = c.peek().get(Kind.IGNORED)
                if nested and draft.names and sense.value in ARTICLES:  # type: ignore[union-attr]
                    return
                c.ignore(sense.value)  # type: ignore[union-attr]
                continue
            if nested and draft.said and self._is_next_article():
                return
            if c.at(Kind.BUT) and c.peek(1).is_a(Kind.ONE) and self._but_one(draft):
                continue
            all_but = (
                draft.every and c.at(Kind.BUT) and self._following(1).is_a(*STARTS, Kind.IGNORED)
            )
            if c.at(Kind.BREAK, Kind.AND, Kind.BUT) and not all_but:
                if nested or not self._goes_on():
                    return
                c.take()
                while c.at(Kind.IGNORED) and not c.at(*AFTER):
                    c.ignore('filler')
                continue
            copula = c.at(Kind.COPULA)
            self._clause_after(draft, nested)
            if c.position == before or (copula and draft.is_empty):
                return
            if nested:
                self.forked = True

    def _is_next_article(self) -> bool:
        """Whether a word that may begin a clause begins the next phrase: die rote die blaue."""
        c = self.cursor
        return c.at(Kind.RELATIVE) and c.at(Kind.IGNORED) and not self._is_relative_clause(0)

    def _but_one(self, draft: Draft) -> bool:
        """The rightmost but one: the second of them."""
        last = draft.said[-1] if draft.said else None
        if not isinstance(last, Extreme | Ordinal):
            return False
        self.cursor.take()
        self.cursor.take()
        further = 1 if last.rank > 0 else -1
        draft.said[-1] = replace(last, rank=last.rank + further)
        return True

    def _goes_on(self) -> bool:
        """Whether more is said of the same thing after a pause or 'and'."""
        following, ahead = self.cursor.peek(1), 1
        if following.is_a(Kind.BREAK, Kind.AND, Kind.BUT):
            following, ahead = self.cursor.peek(2), 2
        if following.is_a(Kind.RELATIVE) and following.is_a(Kind.IGNORED):
            return self._is_relative_clause(ahead)
        if following.is_a(Kind.TAKE, Kind.PUT, Kind.FORBID) and not following.is_a(Kind.COPULA):
            return False
        if following.is_a(Kind.IGNORED, Kind.ALL, Kind.ANY, Kind.COUNT):
            return False
        if following.is_a(Kind.DEMONSTRATIVE) and not following.is_a(Kind.RELATIVE):
            return False
        return following.is_a(*AFTER) or (following.is_a(*PLAIN) and not self._noun_follows(1))

    def _is_relative_clause(self, ahead: int) -> bool:
        """Whether a word that may be an article begins a clause with a verb at its end."""
        while (token := self.cursor.peek(ahead)).text and not token.is_a(Kind.BREAK):
            if token.is_a(Kind.COPULA):
                return True
            ahead += 1
        return False

    def _clause_after(self, draft: Draft, nested: bool) -> None:
        """One thing that is said after the noun."""
        c = self.cursor
        if c.at(Kind.SAYS):
            self._text(draft)
        elif c.at(Kind.TO, Kind.FROM) and self._distance_to(draft):
            return
        elif c.at(Kind.OF) and c.at(Kind.RELATIVE) and not self._is_relative_clause(0):
            self._of(draft)
        elif c.at(Kind.RELATIVE, Kind.COPULA) and not c.at(Kind.TAKE):
            self._predicate(draft)
        elif c.at(Kind.COLOR_NOUN) and c.peek(1).is_a(Kind.COLOR):
            c.take()
        elif c.at(Kind.EXCEPT) or (c.at(Kind.BUT) and draft.every):
            c.take()
            if (things := self.landmark()) is not None:
                draft.said.append(Except(things))
        elif c.at(Kind.NOT) and not c.at(Kind.WITHOUT):
            if not self.forbids_all():
                self._not_after(draft)
        elif c.at(Kind.WITH, Kind.WITHOUT):
            self._part(draft)
        elif (
            (c.at(Kind.OF, Kind.FROM) and self._of(draft))
            or (c.at(*WHERE) and self._where(draft, nested))
            or (self._counts_here() and self._counted(draft))
            or (c.at(Kind.ANY) and self._group(draft))
        ):
            return
        elif c.at(*PLAIN, *GRADED) and not c.at(Kind.TAKE, Kind.PUT):
            self._adjective(draft)
        elif c.at(Kind.THAN) and draft.compared:
            measure, sign, word = draft.compared.pop()
            self._compare(draft, measure, sign, word)
        elif c.at(Kind.ONE, Kind.GENERIC) and not draft.names:
            draft.names.append(c.take())

    def _distance_to(self, draft: Draft) -> bool:
        """What a nearest or farthest thing is measured from: the closest mug to the box."""
        c = self.cursor
        for index, said in enumerate(draft.said):
            if isinstance(said, Extreme) and said.measure == 'distance':
                c.take()
                c.skip()
                if c.at(Kind.SPEAKER) and not c.at(*NOUNS):
                    c.take()
                elif (landmark := self.landmark()) is not None:
                    draft.said[index] = replace(said, measure='to', landmark=landmark)
                return True
        return False

    def forbids_all(self) -> bool:
        """Whether 'not' at the end of a clause forbids all of it, as in German."""
        c = self.cursor
        following = c.ahead(Kind.NOT)
        return c.at(Kind.NOT) and (
            not following.text or following.is_a(Kind.BREAK, Kind.TAKE, Kind.PUT)
        )

    def _predicate(self, draft: Draft) -> None:
        """Take 'that' or 'is'; a thing that follows is what this one is: that is a mug."""
        c = self.cursor
        copula = c.at(Kind.COPULA)
        c.take()
        sense = c.peek().get(Kind.IGNORED)
        if not copula or draft.is_empty or sense is None or sense.value not in ARTICLES:
            return
        if c.at(Kind.RELATIVE) or not self._following(1).is_a(*NOUNS, *PLAIN):
            return
        if (things := self.landmark()) is not None:
            draft.said.append(OneOf(things))

    def _counts_here(self) -> bool:
        """Whether an ordinal after the noun counts from a side: the box second from the left."""
        token, following = self.cursor.peek(), self.cursor.peek(1)
        if token.is_a(Kind.LAST, Kind.NEXT_TO_LAST):
            return True
        return token.is_a(Kind.ORDINAL) and following.is_a(
            Kind.FROM, Kind.PLACE_PREPOSITION, Kind.SUPERLATIVE
        )

"""What is said after a noun: relative clauses, parts, groups, exclusions."""

from __future__ import annotations

from dataclasses import replace

from .draft import (
    AFTER,
    ARTICLES,
    GRADED,
    NOUNS,
    PLAIN,
    STARTS,
    WHERE,
    Draft,
    describe_color,
    is_generic,
    sharing_a_noun,
)
from .places import PlaceReader
from .syntax import (
    AnyOf,
    Color,
    Except,
    Extreme,
    Modifier,
    Node,
    Not,
    NounKind,
    OneOf,
    Ordinal,
    Posture,
    Side,
    Thing,
    Unseen,
)
from .tokens import Kind, Token


class ClauseReader(PlaceReader):
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

    def _group(self, draft: Draft) -> bool:
        """What follows 'one of' after an adjective: the left one of the mugs."""
        if draft.names or not (draft.said or draft.compared):
            return False
        self.cursor.take()
        if (things := self.landmark()) is not None:
            draft.said.insert(0, OneOf(things))
        return True

    def _not_after(self, draft: Draft) -> None:
        c = self.cursor
        if self._excludes_a_thing():
            c.take()
            if (things := self.landmark()) is not None:
                draft.said.append(Except(things))
            while c.at(Kind.NOT) and self._excludes_a_thing():
                self._not_after(draft)
            return
        c.take()
        self._negated(draft)
        while c.at(Kind.OR, Kind.AND) and c.peek(1).is_a(*PLAIN, Kind.PLACE):
            c.take()
            self._negated(draft)

    def _negated(self, draft: Draft) -> None:
        """Take the adjective or the place after 'not'."""
        inner = Draft()
        c = self.cursor
        c.skip()
        if not (self._adjective(inner) or self._place_before(inner) or self._where(inner, True)):
            c.unknown.append('not')
            return
        said = inner.node(self.lexicon).said
        if c.at(Kind.OR, Kind.NOT):
            # Not red, green or blue: none of them, one by one.
            said = tuple(each for part in said for each in _one_by_one(part))
        draft.said += [Not(part) for part in said]

    def _text(self, draft: Draft) -> None:
        """Words that are written on the thing."""
        c = self.cursor
        c.take()
        words = []
        while not c.done and not c.at(Kind.BREAK, Kind.AND):
            words.append(c.take().text)
        draft.said.append(Unseen(' '.join(words), 'text'))

    def _part(self, draft: Draft) -> None:
        """What a thing has, or lacks: with a handle, without a red lid."""
        c = self.cursor
        lacks = c.at(Kind.WITHOUT) and not c.at(Kind.NOUN)
        denies, thing = c.peek().text == self.lexicon.denial, False
        words = [c.take().text]
        handle = False
        while not c.done and (c.at(*NOUNS, *PLAIN, Kind.AND, Kind.OF, Kind.COUNT, Kind.IGNORED)):
            if c.at(Kind.AND) and not c.peek(1).is_a(*NOUNS, *PLAIN):
                break
            if c.at(Kind.IGNORED) and not c.at(*NOUNS):
                sense = c.peek().get(Kind.IGNORED)
                if sense.value not in ('article', 'possessive', 'filler'):  # type: ignore[union-attr]
                    break
                c.ignore('article')
                continue
            handle |= c.peek().is_a(Kind.POSTURE) and not words[1:]
            thing |= c.at(Kind.SHAPED, Kind.ONE, Kind.GENERIC) and not c.at(Kind.PART)
            words.append(c.take().text)
        if len(words) == 1 or (denies and thing):
            # The red mug no blue mug: it may be taken back.
            c.unknown.append(words[0])
        elif handle and len(words) == 2:
            has: Modifier = Posture('handle')
            draft.said.append(Not(has) if lacks else has)
        else:
            draft.said.append(Unseen(' '.join(words), 'part'))

    def _of(self, draft: Draft) -> bool:
        """What follows 'of' or 'from': a side that is counted from, a group, a content."""
        c = self.cursor
        start = c.position
        c.take()
        c.skip()
        if c.at(Kind.PLACE):
            side = Side[c.take().get(Kind.PLACE).value.upper()]  # type: ignore[union-attr]
            self._count_from(draft, side)
            if c.at(Kind.PLACE_NOUN):
                c.take()
            return True
        if c.at(Kind.COUNT) and not c.peek(1).is_a(*STARTS):
            c.take()
            return True
        if c.at(Kind.SUPPORT) and not c.at(Kind.SHAPED):
            c.ignore('surface')
            return True
        if c.at(Kind.SPEAKER) and not c.at(*NOUNS):
            c.take()
            return True
        # Of a content no more is said: the bottle of water on the left.
        high, self.high = self.high, self.high or not is_generic(draft)
        things = self._group_of_two() if draft.compared else self.landmark()
        self.high = high
        if things is None:
            c.position = start
            return False
        if (
            isinstance(things, Thing)
            and things.noun.kind is NounKind.LARGE
            and (c.tokens[start].is_a(Kind.FROM))
        ):
            c.ignored.append((things.noun.text, 'source'))
            return True
        self._join_group(draft, things)
        return True

    def _is_a_measure(self, draft: Draft) -> bool:
        """Whether a phrase names how something is heaped, as a roll or a pack of it."""
        head = draft.names[-1] if draft.names else Token('')
        return head.text in self.lexicon.heaped and not head.is_a(Kind.SHAPED)

    def _group_of_two(self) -> Node | None:
        """The things that are compared: the taller of the red and the green bottle."""
        first = self.landmark()
        c = self.cursor
        if first is None or not c.at(Kind.AND) or not c.peek(1).is_a(*STARTS, Kind.IGNORED):
            return first
        c.take()
        second = self.landmark()
        return first if second is None else AnyOf(sharing_a_noun((first, second)))

    def _join_group(self, draft: Draft, things: Node) -> None:
        """The red one of the mugs; a cup of tea; the handle of the mug."""
        selects = any(isinstance(m, (Extreme, Ordinal)) for m in draft.said) or draft.compared
        generic = is_generic(draft)
        if (
            isinstance(things, Thing)
            and draft.names
            and draft.names[-1].is_a(Kind.PART)
            and (not draft.names[-1].is_a(Kind.SHAPED, Kind.NOUN))
        ):
            draft.beside += [token.text for token in draft.names]
            draft.names = [Token(things.noun.text, self.lexicon.senses.get(things.noun.text, ()))]
            draft.said += things.said
        elif isinstance(things, Thing) and self._is_a_measure(draft) and things.noun.text:
            # A roll of white tape is tape, and white.
            draft.beside += [token.text for token in draft.names] + list(things.noun.beside)
            draft.names = [Token(things.noun.text, self.lexicon.senses.get(things.noun.text, ()))]
            draft.said += things.said
        elif generic or _names_a_group(things, bool(selects)):
            draft.said.insert(0, OneOf(things))
        elif isinstance(things, Thing) and not things.noun.text:
            draft.said += things.said
        elif isinstance(things, Thing):
            draft.beside += [things.noun.text, *things.noun.beside]
            draft.said += [m for m in things.said if isinstance(m, Unseen)]
            draft.said += [Unseen(describe_color(m), 'part') for m in things.said
                           if isinstance(m, Color)]  # fmt: skip
        draft.beside = [word for word in draft.beside if word]


def _one_by_one(said: Modifier) -> tuple[Modifier, ...]:
    """The colours of a list as one modifier each."""
    return tuple(Color((name,)) for name in said.names) if isinstance(said, Color) else (said,)


def _names_a_group(node: Node, selects: bool) -> bool:
    """Whether what follows 'of' is no content but several things: of the red ones.

    Args:
        node: what follows.
        selects: whether a superlative or an ordinal stands before.
    """
    if not isinstance(node, Thing):
        return selects
    said = bool(node.said or node.count or node.every)
    return node.noun.kind is NounKind.GENERIC and bool(node.noun.text) and said

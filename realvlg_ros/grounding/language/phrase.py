"""Noun phrases: the part of the grammar that says which thing is meant.

    phrase      = {determiner} {adjective} [noun {noun}] {after}
    after       = relation phrase | place | "that is" {adjective} | "with" part | ...

By recursive descent over what each word may be. A word that fits nowhere is kept as one that was
not understood; nothing is skipped without a reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from .cursor import Cursor
from .lexicon import Lexicon
from .nouns import noun_of
from .syntax import (
    AllOf,
    AnyOf,
    Color,
    Compared,
    Degree,
    Either,
    Except,
    Extreme,
    Modifier,
    Node,
    Not,
    NounKind,
    OneOf,
    Ordinal,
    Place,
    Posture,
    Related,
    Relation,
    Side,
    Thing,
    Unseen,
)
from .tokens import Kind, Token

# Phrases in phrases. Chosen: more are not followed when heard.
_DEEPEST = 10
NOUNS = (
    Kind.SHAPED, Kind.NOUN, Kind.LARGE, Kind.IMMATERIAL, Kind.PART, Kind.SUPPORT, Kind.GENERIC,
    Kind.ONE,
)  # fmt: skip
_PLAIN = (
    Kind.COLOR, Kind.COLORFUL, Kind.DEGREE, Kind.LIGHT, Kind.POSTURE, Kind.LOOK, Kind.STATE,
    Kind.MATERIAL,
)  # fmt: skip
_GRADED = (Kind.SUPERLATIVE, Kind.COMPARATIVE, Kind.MOST, Kind.LEAST, Kind.MORE, Kind.LESS)
_COUNTED = (Kind.ORDINAL, Kind.LAST, Kind.NEXT_TO_LAST)
_DETERMINERS = (
    Kind.DEMONSTRATIVE, Kind.ALL, Kind.ANY, Kind.COUNT, Kind.IGNORED, Kind.NUMBER_PREFIX,
)  # fmt: skip
# Reasons to ignore a word that stands before a noun.
ARTICLES = ('article', 'possessive')
_STARTS = (*_PLAIN, *_GRADED, *_COUNTED, *NOUNS, Kind.IT, Kind.OTHER, Kind.PLACE)
_WHERE = (Kind.PLACE, Kind.PLACE_PREPOSITION, Kind.RELATION)
_AFTER = (
    Kind.RELATIVE, Kind.COPULA, Kind.NOT, Kind.EXCEPT, Kind.WITH, Kind.WITHOUT, Kind.RELATION,
    Kind.PLACE_PREPOSITION, Kind.PLACE, Kind.FROM, Kind.OF, Kind.THAN, Kind.SAYS, *_GRADED,
)  # fmt: skip


@dataclass
class _Draft:
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
        counted = self.count or self.every or self.free or self.pronoun
        return not (self.said or self.names or counted or self.compared)

    def node(self, lexicon: Lexicon) -> Thing:
        """The thing, with comparatives without a standard as what they mean of two."""
        said = list(self.said)
        said += [Extreme(measure, sign, word=word) for measure, sign, word in self.compared]
        adjectives = {m.word for m in said if isinstance(m, Unseen)}
        adjectives |= {m.name for m in said if isinstance(m, Posture)}
        noun = noun_of(self.names, self.beside, adjectives, lexicon)
        return Thing(noun, tuple(said), self.count, self.every, self.free, self.pronoun)


class PhraseReader:
    """Reads noun phrases from a cursor."""

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
        self._depth = 0

    def starts(self) -> bool:
        """Whether a phrase may begin at the cursor."""
        token = self.cursor.ahead()
        return bool(token.text) and (
            not token.senses or token.is_a(*_STARTS, *_DETERMINERS, *_AFTER)
        )

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
            merged = _merged(parts[-1], following) if joint is Kind.BREAK else None
            if merged is not None:
                parts[-1] = merged
            elif joint is Kind.OR:
                options.append(parts.pop())
                parts.append(following)
            else:
                parts.append(following)
        if options:
            return AnyOf(_sharing_a_noun((*options, *parts)))
        parts = list(_sharing_a_noun(parts))
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
        begins = following.is_a(*_STARTS, Kind.ALL, Kind.ANY, Kind.COUNT, Kind.DEMONSTRATIVE)
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
        draft = _Draft()
        position = -1
        # What stands before its thing is read first: from the shelf the mug.
        while draft.is_empty and self.cursor.position != position:
            position = self.cursor.position
            self._determiners(draft)
            self._before(draft)
            if not nested:
                self.before = len(draft.said)
            self._after(draft, nested)
        self._depth -= 1
        if draft.is_empty and draft.pointed:
            draft.pronoun = 'it'
        return None if draft.is_empty else draft.node(self.lexicon)

    def _determiners(self, draft: _Draft) -> None:
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
                if c.at(*_STARTS) and sense.value not in ARTICLES:
                    return
                c.ignore(sense.value)
            else:
                return

    def _excludes_a_thing(self) -> bool:
        """Whether 'not' stands before a whole phrase, not before an adjective."""
        c = self.cursor
        following = c.peek(1)
        sense = following.get(Kind.IGNORED)
        determined = sense is not None and sense.value in ARTICLES
        return (
            determined
            or following.is_a(Kind.DEMONSTRATIVE, Kind.IT, *NOUNS)
            and not following.is_a(*_PLAIN)
        )

    def _before(self, draft: _Draft) -> None:
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
            elif token.is_a(Kind.NOT) and self._following(1).is_a(*_PLAIN, Kind.PLACE):
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
                if not c.ahead().is_a(*_STARTS):
                    return
                c.ignore(sense.value)
            elif token.is_a(Kind.COUNT) and c.peek(1).is_a(*_STARTS):
                draft.count = int(c.take().get(Kind.COUNT).value)  # type: ignore[union-attr]
            else:
                return

    def _is_pause_between_adjectives(self, draft: _Draft) -> bool:
        c = self.cursor
        if not (draft.said or draft.compared) or draft.names:
            return False
        if not c.at(Kind.BREAK, Kind.AND, Kind.BUT):
            return False
        following = c.peek(1)
        before_noun = following.is_a(*_PLAIN, *_GRADED, Kind.PLACE) and not following.is_a(
            Kind.RELATION
        )
        return before_noun and self._noun_follows(1)

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
        between = (*_PLAIN, *_GRADED, Kind.PLACE, Kind.BREAK, Kind.AND)
        while self.cursor.peek(ahead).is_a(*between) and ahead < 8:
            if self.cursor.peek(ahead).is_a(*NOUNS):
                return True
            ahead += 1
        return self.cursor.peek(ahead).is_a(*NOUNS)

    def _continues(self) -> bool:
        """Whether the phrase goes on to a noun after a word that was not understood."""
        token = self.cursor.peek()
        return token.is_a(*NOUNS, *_PLAIN, Kind.IT) or (bool(token.text) and not token.senses)

    def _is_name(self, token: Token, draft: _Draft) -> bool:
        """Whether a word is a noun here, not an adjective that may be one."""
        if not token.is_a(*NOUNS):
            return False
        if token.is_a(Kind.RELATION, Kind.TO) and draft.said:
            return False
        if not token.is_a(*_PLAIN, *_GRADED, Kind.PLACE, Kind.ORDINAL, Kind.ONE, Kind.SPEAKER):
            return True
        following = self.cursor.peek(1)
        more = following.is_a(*NOUNS) and not following.is_a(Kind.RELATION)
        if token.is_a(Kind.COLOR, Kind.PLACE, *_COUNTED):
            return False
        if token.is_a(Kind.ONE):
            return not draft.names and not more
        return not more and not following.is_a(*_PLAIN)

    def _adjective(self, draft: _Draft) -> bool:
        """Take one adjective, if there is one."""
        c = self.cursor
        token = c.peek()
        if token.is_a(Kind.COLOR):
            draft.said.append(self._colors())
        elif token.is_a(*_GRADED):
            return self._graded(draft)
        elif token.is_a(*_COUNTED):
            return self._counted(draft)
        elif token.is_a(Kind.LIGHT):
            c.take()
            shade = c.at(Kind.COLOR, Kind.COLOR_NOUN)
            if c.at(Kind.COLOR_NOUN):
                c.take()
            draft.said.append(
                Degree('lightness', 1, token.text) if shade else Unseen(token.text, 'state')
            )
        elif sense := token.get(Kind.DEGREE):
            c.take()
            draft.said.append(Degree(*_measure(sense.value), token.text))
        elif sense := token.get(Kind.POSTURE):
            c.take()
            draft.said.append(Posture(sense.value))
        elif sense := token.get(Kind.COLORFUL):
            c.take()
            draft.said.append(Posture('colorful' if sense.value == 'many' else 'colorless'))
        elif token.is_a(Kind.LOOK, Kind.STATE, Kind.MATERIAL):
            c.take()
            kind = next(s.kind for s in token.senses
                        if s.kind in (Kind.LOOK, Kind.STATE, Kind.MATERIAL))  # fmt: skip
            draft.said.append(Unseen(token.text, _WHY[kind]))
        else:
            return False
        return True

    def _colors(self) -> Modifier:
        """One colour, several that show together, or some of which one shows."""
        c = self.cursor
        names, either = [c.accept(Kind.COLOR).value], False  # type: ignore[union-attr]
        while c.at(Kind.AND, Kind.OR, Kind.BREAK) and c.peek(1).is_a(Kind.COLOR):
            either |= c.at(Kind.OR)
            c.take()
            names.append(c.accept(Kind.COLOR).value)  # type: ignore[union-attr]
        while c.at(Kind.COLOR):
            names.append(c.accept(Kind.COLOR).value)  # type: ignore[union-attr]
        if c.at(Kind.COLOR_NOUN):
            c.take()
        names = list(dict.fromkeys(names))
        return Either(tuple(Color((name,)) for name in names)) if either else Color(tuple(names))

    def _graded(self, draft: _Draft) -> bool:
        """Take a superlative, or a comparative with its standard if one follows."""
        c = self.cursor
        token = c.peek()
        if sense := token.get(Kind.SUPERLATIVE):
            if token.is_a(Kind.RELATION) and self._landmark_follows(1):
                return False
            c.take()
            self._extreme(draft, *_measure(sense.value), token.text)
            return True
        if sense := token.get(Kind.COMPARATIVE):
            c.take()
            self._compare(draft, *_measure(sense.value), token.text)
            return True
        following = c.peek(1)
        inverse = -1 if token.is_a(Kind.LEAST, Kind.LESS) else 1
        if sense := following.get(Kind.DEGREE):
            measure, sign = _measure(sense.value)
            words = f'{c.take().text} {c.take().text}'
            if token.is_a(Kind.MOST, Kind.LEAST):
                self._extreme(draft, measure, inverse * sign, words)
            else:
                self._compare(draft, measure, inverse * sign, words)
            return True
        if following.is_a(Kind.COLORFUL):
            c.take()
            return self._adjective(draft)
        if following.is_a(Kind.STATE, Kind.LOOK, Kind.MATERIAL, Kind.COLOR):
            words = f'{c.take().text} {c.take().text}'
            draft.said.append(Unseen(words, 'state'))
            return True
        return False

    def _landmark_follows(self, ahead: int) -> bool:
        """Whether a word such as nearest stands before a landmark: nearest the can."""
        token = self.cursor.peek(ahead)
        sense = token.get(Kind.IGNORED)
        determined = sense is not None and sense.value in ARTICLES
        return determined or token.is_a(Kind.TO, Kind.SPEAKER, Kind.DEMONSTRATIVE)

    def _extreme(self, draft: _Draft, measure: str, sign: int, word: str) -> None:
        """A superlative; an ordinal before it is its rank: the second largest."""
        rank = 1
        if draft.said and isinstance(draft.said[-1], Ordinal) and draft.said[-1].side is None:
            rank = draft.said.pop().rank  # type: ignore[attr-defined]
        draft.said.append(Extreme(measure, sign, rank, word))

    def _compare(self, draft: _Draft, measure: str, sign: int, word: str) -> None:
        c = self.cursor
        if c.ahead().is_a(Kind.THAN):
            c.skip()
            c.take()
            c.skip()
            if c.at(Kind.COPULA):
                c.take()
            if (standard := self._landmark()) is not None:
                draft.said.append(Compared(measure, sign, standard, word))
                return
        draft.compared.append((measure, sign, word))

    def _counted(self, draft: _Draft) -> bool:
        c = self.cursor
        if sense := c.accept(Kind.NEXT_TO_LAST):
            draft.said.append(Ordinal(-2))
        elif sense := c.accept(Kind.ORDINAL):
            draft.said.append(Ordinal(int(sense.value)))
        elif c.accept(Kind.LAST):
            draft.said.append(Ordinal(-1))
        else:
            return False
        return True

    def _place_before(self, draft: _Draft) -> bool:
        """Take a place such as left, unless a landmark follows it."""
        c = self.cursor
        token = c.peek()
        if not token.is_a(Kind.PLACE) or token.is_a(Kind.RELATION):
            return False
        if c.peek(1).is_a(Kind.PLACE_OF, Kind.RELATION) and not c.peek(1).is_a(Kind.PLACE):
            return False
        c.take()
        draft.said.append(Place(Side[token.get(Kind.PLACE).value.upper()]))  # type: ignore[union-attr]
        return True

    def _negated(self, draft: _Draft) -> None:
        """Take the adjective or the place after 'not'."""
        inner = _Draft()
        c = self.cursor
        c.skip()
        if not (self._adjective(inner) or self._place_before(inner) or self._where(inner, True)):
            c.unknown.append('not')
            return
        draft.said += [Not(part) for part in inner.node(self.lexicon).said]

    def _after(self, draft: _Draft, nested: bool) -> None:
        """What is said after the noun."""
        c = self.cursor
        if nested and self.high and draft.names:
            self.forked |= c.at(*_AFTER)
            return
        while not c.done:
            before = c.position
            if nested and c.at(Kind.NOT) and self._excludes_a_thing():
                return
            if c.at(Kind.IGNORED) and not c.at(*_AFTER):
                if nested and c.ahead().is_a(Kind.BREAK):
                    return
                sense = c.peek().get(Kind.IGNORED)
                c.ignore(sense.value)  # type: ignore[union-attr]
                continue
            if c.at(Kind.BUT) and c.peek(1).is_a(Kind.ONE) and self._but_one(draft):
                continue
            if c.at(Kind.BREAK, Kind.AND, Kind.BUT):
                if nested or not self._goes_on():
                    return
                c.take()
                while c.at(Kind.IGNORED) and not c.at(*_AFTER):
                    c.ignore('filler')
                continue
            copula = c.at(Kind.COPULA)
            self._clause_after(draft, nested)
            if c.position == before or (copula and draft.is_empty):
                return
            if nested:
                self.forked = True

    def _but_one(self, draft: _Draft) -> bool:
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
        return following.is_a(*_AFTER) or (following.is_a(*_PLAIN) and not self._noun_follows(1))

    def _is_relative_clause(self, ahead: int) -> bool:
        """Whether a word that may be an article begins a clause with a verb at its end."""
        while (token := self.cursor.peek(ahead)).text and not token.is_a(Kind.BREAK):
            if token.is_a(Kind.COPULA):
                return True
            ahead += 1
        return False

    def _clause_after(self, draft: _Draft, nested: bool) -> None:
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
        elif c.at(Kind.EXCEPT):
            c.take()
            if (things := self._landmark()) is not None:
                draft.said.append(Except(things))
        elif c.at(Kind.NOT) and not c.at(Kind.WITHOUT):
            if not self.forbids_all():
                self._not_after(draft)
        elif c.at(Kind.WITH, Kind.WITHOUT):
            self._part(draft)
        elif (
            (c.at(Kind.OF, Kind.FROM) and self._of(draft))
            or (c.at(*_WHERE) and self._where(draft, nested))
            or (self._counts_here() and self._counted(draft))
            or (c.at(Kind.ANY) and self._group(draft))
        ):
            return
        elif c.at(*_PLAIN, *_GRADED) and not c.at(Kind.TAKE, Kind.PUT):
            self._adjective(draft)
        elif c.at(Kind.THAN) and draft.compared:
            measure, sign, word = draft.compared.pop()
            self._compare(draft, measure, sign, word)
        elif c.at(Kind.ONE, Kind.GENERIC) and not draft.names:
            draft.names.append(c.take())

    def _distance_to(self, draft: _Draft) -> bool:
        """What a nearest or farthest thing is measured from: the closest mug to the box."""
        c = self.cursor
        for index, said in enumerate(draft.said):
            if isinstance(said, Extreme) and said.measure == 'distance':
                c.take()
                c.skip()
                if c.at(Kind.SPEAKER) and not c.at(*NOUNS):
                    c.take()
                elif (landmark := self._landmark()) is not None:
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

    def _predicate(self, draft: _Draft) -> None:
        """Take 'that' or 'is'; a thing that follows is what this one is: that is a mug."""
        c = self.cursor
        copula = c.at(Kind.COPULA)
        c.take()
        sense = c.peek().get(Kind.IGNORED)
        if not copula or draft.is_empty or sense is None or sense.value not in ARTICLES:
            return
        if c.at(Kind.RELATIVE) or not self._following(1).is_a(*NOUNS, *_PLAIN):
            return
        if (things := self._landmark()) is not None:
            draft.said.append(OneOf(things))

    def _counts_here(self) -> bool:
        """Whether an ordinal after the noun counts from a side: the box second from the left."""
        token, following = self.cursor.peek(), self.cursor.peek(1)
        if token.is_a(Kind.LAST, Kind.NEXT_TO_LAST):
            return True
        return token.is_a(Kind.ORDINAL) and following.is_a(
            Kind.FROM, Kind.PLACE_PREPOSITION, Kind.SUPERLATIVE
        )

    def _group(self, draft: _Draft) -> bool:
        """What follows 'one of' after an adjective: the left one of the mugs."""
        if draft.names or not (draft.said or draft.compared):
            return False
        self.cursor.take()
        if (things := self._landmark()) is not None:
            draft.said.insert(0, OneOf(things))
        return True

    def _not_after(self, draft: _Draft) -> None:
        c = self.cursor
        if self._excludes_a_thing():
            c.take()
            if (things := self._landmark()) is not None:
                draft.said.append(Except(things))
            while c.at(Kind.NOT) and self._excludes_a_thing():
                self._not_after(draft)
            return
        c.take()
        self._negated(draft)
        while c.at(Kind.OR, Kind.AND) and c.peek(1).is_a(*_PLAIN, Kind.PLACE):
            c.take()
            self._negated(draft)

    def _text(self, draft: _Draft) -> None:
        """Words that are written on the thing."""
        c = self.cursor
        c.take()
        words = []
        while not c.done and not c.at(Kind.BREAK, Kind.AND):
            words.append(c.take().text)
        draft.said.append(Unseen(' '.join(words), 'text'))

    def _part(self, draft: _Draft) -> None:
        """What a thing has, or lacks: with a handle, without a red lid."""
        c = self.cursor
        lacks = c.at(Kind.WITHOUT) and not c.at(Kind.NOUN)
        words = [c.take().text]
        handle = False
        while not c.done and (c.at(*NOUNS, *_PLAIN, Kind.AND, Kind.OF, Kind.COUNT, Kind.IGNORED)):
            if c.at(Kind.AND) and not c.peek(1).is_a(*NOUNS, *_PLAIN):
                break
            if c.at(Kind.IGNORED) and not c.at(*NOUNS):
                sense = c.peek().get(Kind.IGNORED)
                if sense.value not in ('article', 'possessive', 'filler'):  # type: ignore[union-attr]
                    break
                c.ignore('article')
                continue
            handle |= c.peek().is_a(Kind.POSTURE) and not words[1:]
            words.append(c.take().text)
        if len(words) == 1:
            c.unknown.append(words[0])
        elif handle and len(words) == 2:
            has: Modifier = Posture('handle')
            draft.said.append(Not(has) if lacks else has)
        else:
            draft.said.append(Unseen(' '.join(words), 'part'))

    def _of(self, draft: _Draft) -> bool:
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
        if c.at(Kind.COUNT) and not c.peek(1).is_a(*_STARTS):
            c.take()
            return True
        if c.at(Kind.SUPPORT) and not c.at(Kind.SHAPED):
            c.ignore('surface')
            return True
        if c.at(Kind.SPEAKER) and not c.at(*NOUNS):
            c.take()
            return True
        # Of a content no more is said: the bottle of water on the left.
        high, self.high = self.high, self.high or not _is_generic(draft)
        things = self._landmark()
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

    def _join_group(self, draft: _Draft, things: Node) -> None:
        """The red one of the mugs; a cup of tea; the handle of the mug."""
        selects = any(isinstance(m, (Extreme, Ordinal)) for m in draft.said) or draft.compared
        generic = _is_generic(draft)
        if (
            isinstance(things, Thing)
            and draft.names
            and draft.names[-1].is_a(Kind.PART)
            and (not draft.names[-1].is_a(Kind.SHAPED, Kind.NOUN))
        ):
            draft.beside += [token.text for token in draft.names]
            draft.names = [Token(things.noun.text, self.lexicon.senses.get(things.noun.text, ()))]
            draft.said += things.said
        elif generic or selects and not isinstance(things, Thing):
            draft.said.insert(0, OneOf(things))
        elif isinstance(things, Thing) and not things.noun.text:
            draft.said += things.said
        elif isinstance(things, Thing):
            draft.beside += [things.noun.text, *things.noun.beside]
            draft.said += [m for m in things.said if isinstance(m, Unseen)]
            draft.said += [Unseen(describe_color(m), 'part') for m in things.said
                           if isinstance(m, Color)]  # fmt: skip
        draft.beside = [word for word in draft.beside if word]

    @staticmethod
    def _count_from(draft: _Draft, side: Side) -> None:
        """Count from a side, where something is counted; else it is a place."""
        for index, said in enumerate(draft.said):
            if isinstance(said, Ordinal) and said.side is None:
                draft.said[index] = replace(said, side=side)
                return
        draft.said.append(Place(side))

    def _where(self, draft: _Draft, nested: bool) -> bool:
        """Take a place or a relation to landmarks, if there is one."""
        return self._place_after(draft) or self._relation(draft, nested)

    def _place_after(self, draft: _Draft) -> bool:
        """On the left; on the left side of the can; at the back."""
        c = self.cursor
        start, noted = c.position, len(c.ignored)
        its = False
        if c.at(Kind.PLACE_PREPOSITION) and not c.at(Kind.PLACE):
            c.take()
            c.skip()
            its = c.at(Kind.IT) and c.peek(1).is_a(Kind.PLACE)
            if its:
                c.take()
        sides = []
        while sense := c.accept(Kind.PLACE):
            sides.append(Side[sense.value.upper()])
            c.skip()
        # On the left plate: the place is said of a landmark.
        if not sides or (c.at(*NOUNS) and not c.at(Kind.PLACE_NOUN)):
            c.position = start
            del c.ignored[noted:]
            return False
        while c.at(Kind.PLACE_NOUN) and not c.at(Kind.RELATION):
            c.take()
        if c.at(Kind.PLACE_OF):
            of = c.position
            c.take()
            c.skip()
            if c.at(Kind.SUPPORT) and not c.at(Kind.SHAPED):
                c.ignore('surface')
            elif len(sides) == 1 and (landmark := self._landmark()) is not None:
                self._beside(draft, sides[0], landmark)
                return True
            else:
                c.position = of
        if its:
            draft.said.append(Related(_BY_SIDE[sides[0]], (Thing(pronoun='it'),)))
            return True
        for side in sides:
            self._place_or_count(draft, side)
        return True

    def _beside(self, draft: _Draft, side: Side, landmark: Node) -> None:
        """The right one of three, or what is to the right of a landmark."""
        several = isinstance(landmark, Thing) and landmark.count > 1 and _is_generic(draft)
        if several or side is Side.MIDDLE:
            draft.said = [OneOf(landmark), *draft.said, Place(side)]
        else:
            draft.said.append(Related(_BY_SIDE[side], (landmark,)))

    @staticmethod
    def _place_or_count(draft: _Draft, side: Side) -> None:
        """The first one on the left is counted from there; the last one there is the first."""
        for index, said in enumerate(draft.said):
            if isinstance(said, Ordinal) and said.side is None:
                draft.said[index] = Ordinal(abs(said.rank), side)
                return
        draft.said.append(Place(side))

    def _relation(self, draft: _Draft, nested: bool) -> bool:
        c = self.cursor
        sense = c.peek().get(Kind.RELATION)
        if sense is None:
            return False
        relation, start, noted = Relation[sense.value.upper()], c.position, len(c.ignored)
        token = c.take()
        if relation in (Relation.NEAREST, Relation.FARTHEST) and c.ahead().is_a(Kind.TO):
            c.skip()
            c.take()
        speaker = c.peek().get(Kind.IGNORED)
        if c.ahead().is_a(Kind.SPEAKER) or (
            speaker is not None and speaker.value == 'purpose' and token.is_a(Kind.SUPERLATIVE)
        ):
            return self._near_the_speaker(draft, relation)
        c.skip()
        if c.at(Kind.PLACE) and relation is Relation.NEAREST:
            draft.said.append(Place(Side[c.take().get(Kind.PLACE).value.upper()]))  # type: ignore[union-attr]
            if c.at(Kind.PLACE_NOUN):
                c.take()
            return True
        if c.at(Kind.SUPPORT) and not c.at(Kind.SHAPED):
            c.ignore('surface')
            if relation in _ALONE:
                draft.said.append(Place(_ALONE[relation]))
            return True
        sides = (Relation.LEFT_OF, Relation.RIGHT_OF)
        if c.at(Kind.PLACE) and relation in sides and not c.peek(1).is_a(*_STARTS):
            c.take()
            draft.said.append(Place(_ALONE[relation]))
            return True
        landmark = self._landmark(relation)
        if landmark is None:
            return self._without_landmark(draft, token, relation)
        if self._is_part(landmark):
            draft.said.append(Unseen(f'{token.text} {landmark.noun.text}', 'part'))  # type: ignore[union-attr]
            return True
        if self._is_side_of_group(draft, relation, landmark):
            draft.said = [OneOf(landmark), *draft.said, Place(_ALONE[relation])]
            return True
        landmarks = (landmark,)
        if relation is Relation.BETWEEN and isinstance(landmark, AllOf):
            landmarks = landmark.parts  # type: ignore[assignment]
        if relation is Relation.NEAREST or relation is Relation.FARTHEST:
            sign = -1 if relation is Relation.NEAREST else 1
            self._extreme(draft, 'to', sign, token.text)
            last = draft.said[-1]
            draft.said[-1] = replace(last, landmark=landmark)  # type: ignore[call-arg]
        elif relation is Relation.IN and isinstance(landmark, Thing) and not landmark.noun.text:
            # The box in red.
            draft.said += [m for m in landmark.said if isinstance(m, Color)] or [
                Related(relation, landmarks)
            ]
        elif relation is Relation.AMONG:
            draft.said.insert(0, OneOf(landmark))
        else:
            draft.said.append(Related(relation, landmarks))
        del start, noted
        return True

    def _is_part(self, node: Node) -> bool:
        """Whether a landmark is no thing but a part of one: the edge."""
        if not isinstance(node, Thing):
            return False
        kinds = {sense.kind for sense in self.lexicon.senses.get(node.noun.text, ())}
        return Kind.PART in kinds and not kinds & {Kind.SHAPED, Kind.NOUN}

    @staticmethod
    def _is_side_of_group(draft: _Draft, relation: Relation, landmark: Node) -> bool:
        """Whether it is the left one of some, not what is left of them."""
        several = isinstance(landmark, Thing) and landmark.count > 1
        return several and _is_generic(draft) and relation in (Relation.LEFT_OF, Relation.RIGHT_OF)

    def _near_the_speaker(self, draft: _Draft, relation: Relation) -> bool:
        c = self.cursor
        c.skip(Kind.SPEAKER)
        if relation in (Relation.FARTHEST, Relation.FAR_FROM, Relation.BEHIND):
            self._extreme(draft, 'distance', 1, 'farthest')
        else:
            self._extreme(draft, 'distance', -1, 'nearest')
        return True

    def _without_landmark(self, draft: _Draft, token: Token, relation: Relation) -> bool:
        """The one behind; the one on top; what remains is not understood."""
        if relation in (Relation.NEAREST, Relation.FARTHEST, Relation.NEAR, Relation.FAR_FROM):
            sign = -1 if relation in (Relation.NEAREST, Relation.NEAR) else 1
            self._extreme(draft, 'distance', sign, token.text)
        elif relation in _ALONE:
            draft.said.append(Place(_ALONE[relation]))
        elif relation in (Relation.ON, Relation.UNDER, Relation.IN):
            if token.is_a(Kind.IGNORED):
                self.cursor.ignored.append((token.text, 'particle'))
            else:
                draft.said.append(Related(relation, (Thing(),)))
        else:
            self.cursor.unknown.append(token.text)
        return True

    def _landmark(self, relation: Relation | None = None) -> Node | None:
        """The other thing, or several where the relation takes them."""
        first: Node | None = self.one(nested=True)
        if first is None:
            return None
        c = self.cursor
        parts, options = [first], []
        while c.at(Kind.OR) and c.peek(1).is_a(*_STARTS, *_DETERMINERS):
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


def _is_generic(draft: _Draft) -> bool:
    """Whether a phrase names no thing but any."""
    return all(token.is_a(Kind.ONE, Kind.GENERIC) for token in draft.names)


def _sharing_a_noun(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """Phrases of which the last names what the others leave out: the red or the blue box."""
    last = nodes[-1]
    if not isinstance(last, Thing) or not last.noun.text:
        return tuple(nodes)
    return tuple(
        replace(node, noun=last.noun)
        if isinstance(node, Thing) and not (node.noun.text or node.pronoun) and _has_color(node)
        else node
        for node in nodes
    )


def _has_color(thing: Thing) -> bool:
    return any(isinstance(said, Color | Degree | Place | Unseen) for said in thing.said)


def _merged(first: Node, second: Node) -> Thing | None:
    """Two phrases for one thing: the mug, the red one; None where they may be of two."""
    if not (isinstance(first, Thing) and isinstance(second, Thing)):
        return None
    if first.count or second.count or first.pronoun or second.pronoun:
        return None
    if any(isinstance(m, Except) for m in (*first.said, *second.said)):
        return None
    generic = [thing.noun.kind is NounKind.GENERIC for thing in (first, second)]
    if generic[0] == generic[1] or not (first.said or second.said):
        return None
    noun = second.noun if generic[0] else first.noun
    return replace(first, noun=noun, said=(*first.said, *second.said))


def describe_color(color: Color) -> str:
    """The colours of a modifier in words."""
    return ' and '.join(color.names)


def _measure(value: str) -> tuple[str, int]:
    return value[:-1], 1 if value.endswith('+') else -1


_WHY = {Kind.LOOK: 'look', Kind.STATE: 'state', Kind.MATERIAL: 'material'}
_BY_SIDE = {
    Side.LEFT: Relation.LEFT_OF, Side.RIGHT: Relation.RIGHT_OF,
    Side.FRONT: Relation.IN_FRONT_OF, Side.BACK: Relation.BEHIND,
}  # fmt: skip
_ALONE = {Relation.BEHIND: Side.BACK, Relation.IN_FRONT_OF: Side.FRONT,
          Relation.LEFT_OF: Side.LEFT, Relation.RIGHT_OF: Side.RIGHT,
          Relation.BETWEEN: Side.MIDDLE}  # fmt: skip

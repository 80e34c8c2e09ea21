"""Words before a noun: colours, sizes, superlatives, comparatives, ordinals."""

from __future__ import annotations

from ..tree.kinds import Side
from ..tree.syntax import (
    Color,
    Compared,
    Degree,
    Either,
    Extreme,
    Modifier,
    Ordinal,
    Place,
    Posture,
    Unseen,
)
from ..vocabulary.tokens import Kind
from .draft import (
    ARTICLES,
    COUNTED,
    GRADED,
    Draft,
    measure_of,
)
from .reader import Reader

_WHY = {Kind.LOOK: 'look', Kind.STATE: 'state', Kind.MATERIAL: 'material'}


class AdjectiveReader(Reader):
    """Reads adjectives."""

    def _adjective(self, draft: Draft) -> bool:
        """Take one adjective, if there is one."""
        c = self.cursor
        token = c.peek()
        if token.is_a(Kind.COLOR):
            draft.said.append(self._colors())
        elif token.is_a(*GRADED):
            return self._graded(draft)
        elif token.is_a(*COUNTED):
            return self._counted(draft)
        elif token.is_a(Kind.LIGHT):
            c.take()
            shade = c.at(Kind.COLOR, Kind.COLOR_NOUN)
            if c.at(Kind.COLOR_NOUN):
                c.take()
            draft.said.append(
                Degree('lightness', 1, token.text) if shade else Unseen(token.text, 'state')
            )
        elif token.is_a(Kind.RELATION) and self._landmark_follows(1):
            return False
        elif sense := token.get(Kind.DEGREE):
            c.take()
            draft.said.append(Degree(*measure_of(sense.value), token.text))
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

    def _graded(self, draft: Draft) -> bool:
        """Take a superlative, or a comparative with its standard if one follows."""
        c = self.cursor
        token = c.peek()
        if sense := token.get(Kind.SUPERLATIVE):
            if token.is_a(Kind.RELATION) and self._landmark_follows(1):
                return False
            c.take()
            self._extreme(draft, *measure_of(sense.value), token.text)
            return True
        if sense := token.get(Kind.COMPARATIVE):
            c.take()
            self._compare(draft, *measure_of(sense.value), token.text)
            return True
        following = c.peek(1)
        inverse = -1 if token.is_a(Kind.LEAST, Kind.LESS) else 1
        if sense := following.get(Kind.DEGREE):
            measure, sign = measure_of(sense.value)
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

    def _extreme(self, draft: Draft, measure: str, sign: int, word: str) -> None:
        """A superlative; an ordinal before it is its rank: the second largest."""
        rank = 1
        if draft.said and isinstance(draft.said[-1], Ordinal) and draft.said[-1].side is None:
            rank = draft.said.pop().rank  # type: ignore[attr-defined]
        draft.said.append(Extreme(measure, sign, rank, word))

    def _compare(self, draft: Draft, measure: str, sign: int, word: str) -> None:
        c = self.cursor
        if c.ahead().is_a(Kind.THAN):
            c.skip()
            c.take()
            c.skip()
            if c.at(Kind.COPULA):
                c.take()
            if (standard := self.landmark()) is not None:
                draft.said.append(Compared(measure, sign, standard, word))
                return
        # Closer to the plate: of several, the closest to it.
        if (
            measure == 'distance'
            and c.ahead().is_a(Kind.TO)
            and self._extreme_to(draft, sign, word)
        ):
            return
        draft.compared.append((measure, sign, word))

    def _extreme_to(self, draft: Draft, sign: int, word: str) -> bool:
        """Take the landmark that a distance is measured from, if one follows."""
        c = self.cursor
        start, noted = c.position, len(c.ignored)
        c.skip()
        c.take()
        if not c.ahead().is_a(Kind.SPEAKER) and (landmark := self.landmark()) is not None:
            draft.said.append(Extreme('to', sign, word=word, landmark=landmark))
            return True
        c.position = start
        del c.ignored[noted:]
        return False

    def _counted(self, draft: Draft) -> bool:
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

    def _place_before(self, draft: Draft) -> bool:
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

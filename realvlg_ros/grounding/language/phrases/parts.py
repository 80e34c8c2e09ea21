"""What a thing is said not to be, to have, to lack, or to bear in print."""

from __future__ import annotations

from ..tree.syntax import (
    Color,
    Except,
    Modifier,
    Not,
    Posture,
    Unseen,
)
from ..vocabulary.tokens import Kind
from .draft import (
    NOUNS,
    PLAIN,
    Draft,
)
from .places import PlaceReader


class PartReader(PlaceReader):
    """Reads denials, parts and printed words."""

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


def _one_by_one(said: Modifier) -> tuple[Modifier, ...]:
    """The colours of a list as one modifier each."""
    return tuple(Color((name,)) for name in said.names) if isinstance(said, Color) else (said,)

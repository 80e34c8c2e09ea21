"""What follows 'of': a side that is counted from, a group, a content."""

from __future__ import annotations

from ..tree.kinds import NounKind, Side
from ..tree.syntax import (
    AnyOf,
    Color,
    Extreme,
    Node,
    OneOf,
    Ordinal,
    Thing,
    Unseen,
)
from ..vocabulary.tokens import Kind, Token
from .draft import (
    NOUNS,
    STARTS,
    Draft,
    describe_color,
    is_generic,
    sharing_a_noun,
)
from .parts import PartReader


class GroupReader(PartReader):
    """Reads groups and contents."""

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

    def _group(self, draft: Draft) -> bool:
        """What follows 'one of' after an adjective: the left one of the mugs."""
        if draft.names or not (draft.said or draft.compared):
            return False
        self.cursor.take()
        if (things := self.landmark()) is not None:
            draft.said.insert(0, OneOf(things))
        return True

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

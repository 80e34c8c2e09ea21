"""Where a thing is: at a side of the view, or with respect to other things."""

from __future__ import annotations

from dataclasses import replace

from ..tree.kinds import Relation, Side
from ..tree.syntax import AllOf, Color, Node, OneOf, Ordinal, Place, Related, Thing, Unseen
from ..vocabulary.tokens import Kind, Token
from .adjectives import AdjectiveReader
from .draft import (
    NOUNS,
    STARTS,
    Draft,
    is_generic,
)

_BY_SIDE = {
    Side.LEFT: Relation.LEFT_OF, Side.RIGHT: Relation.RIGHT_OF,
    Side.FRONT: Relation.IN_FRONT_OF, Side.BACK: Relation.BEHIND,
}  # fmt: skip
_ALONE = {Relation.BEHIND: Side.BACK, Relation.IN_FRONT_OF: Side.FRONT,
          Relation.LEFT_OF: Side.LEFT, Relation.RIGHT_OF: Side.RIGHT,
          Relation.BETWEEN: Side.MIDDLE}  # fmt: skip


class PlaceReader(AdjectiveReader):
    """Reads places and relations."""

    @staticmethod
    def _count_from(draft: Draft, side: Side) -> None:
        """Count from a side, where something is counted; else it is a place."""
        for index, said in enumerate(draft.said):
            if isinstance(said, Ordinal) and said.side is None:
                draft.said[index] = replace(said, side=side)
                return
        draft.said.append(Place(side))

    def _where(self, draft: Draft, nested: bool) -> bool:
        """Take a place or a relation to landmarks, if there is one."""
        return self._place_after(draft) or self._relation(draft, nested)

    def _place_after(self, draft: Draft) -> bool:
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
            elif len(sides) == 1 and (landmark := self.landmark()) is not None:
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

    def _beside(self, draft: Draft, side: Side, landmark: Node) -> None:
        """The right one of three, or what is to the right of a landmark."""
        several = isinstance(landmark, Thing) and landmark.count > 1 and is_generic(draft)
        if several or side is Side.MIDDLE:
            draft.said = [OneOf(landmark), *draft.said, Place(side)]
        else:
            draft.said.append(Related(_BY_SIDE[side], (landmark,)))

    @staticmethod
    def _place_or_count(draft: Draft, side: Side) -> None:
        """The first one on the left is counted from there; the last one there is the first."""
        for index, said in enumerate(draft.said):
            if isinstance(said, Ordinal) and said.side is None:
                draft.said[index] = Ordinal(abs(said.rank), side)
                return
        draft.said.append(Place(side))

    def _relation(self, draft: Draft, nested: bool) -> bool:
        c = self.cursor
        sense = c.peek().get(Kind.RELATION)
        if sense is None:
            return False
        relation = Relation[sense.value.upper()]
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
        if c.at(Kind.PLACE) and relation in sides and not c.peek(1).is_a(*STARTS):
            c.take()
            draft.said.append(Place(_ALONE[relation]))
            return True
        landmark = self.landmark(relation)
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
        return True

    def _is_part(self, node: Node) -> bool:
        """Whether a landmark is no thing but a part of one: the edge."""
        if not isinstance(node, Thing):
            return False
        kinds = {sense.kind for sense in self.lexicon.senses.get(node.noun.text, ())}
        return Kind.PART in kinds and not kinds & {Kind.SHAPED, Kind.NOUN}

    @staticmethod
    def _is_side_of_group(draft: Draft, relation: Relation, landmark: Node) -> bool:
        """Whether it is the left one of some, not what is left of them."""
        several = isinstance(landmark, Thing) and landmark.count > 1
        return several and is_generic(draft) and relation in (Relation.LEFT_OF, Relation.RIGHT_OF)

    def _near_the_speaker(self, draft: Draft, relation: Relation) -> bool:
        c = self.cursor
        c.skip(Kind.SPEAKER)
        if relation in (Relation.LEFT_OF, Relation.RIGHT_OF):
            draft.said.append(Place(_ALONE[relation]))
            return True
        if relation in (Relation.FARTHEST, Relation.FAR_FROM, Relation.BEHIND):
            self._extreme(draft, 'distance', 1, 'farthest')
        else:
            self._extreme(draft, 'distance', -1, 'nearest')
        return True

    def _without_landmark(self, draft: Draft, token: Token, relation: Relation) -> bool:
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

"""Referring expressions of things by templates over what was measured of them.

Each template states in its own code what singles a thing out, with margins that an eye needs; it
is told apart from every other thing that is seen. What a sentence then means is decided elsewhere,
by the grammar of instructions, so that a slip here is found there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from ...arrays import FloatArray
from ...grounding.language.tree.kinds import Relation
from ...grounding.language.weighing.relations import distances
from ...grounding.language.weighing.scene import Scene
from ...grounding.language.weighing.seen import Seen

# A thing has a colour that covers this share of it, and others may be called so from the second
# share on. Chosen: half of a thing, and more than a reflection.
_HAS, _PASSES = 0.5, 0.2
# A thing is bigger, taller or longer where it is so by this factor. Chosen: what an eye tells.
_MORE = 1.3
# Left and right begin so far from the middle, and beside another thing so far from it, in widths
# of the view. Chosen: what nobody calls the middle.
_ASIDE, _APART = 0.12, 0.06
# A thing is at the front or the back where it is nearer or farther than all others by so much, m.
# Chosen: more than half of a thing.
_NEARER_M = 0.06
# A related thing is nearer to the landmark than all that could be meant by this factor. Chosen:
# what an eye tells.
_NEAREST = 1.5
_RELATIONS = (
    Relation.ON, Relation.IN, Relation.LEFT_OF, Relation.RIGHT_OF, Relation.IN_FRONT_OF,
    Relation.BEHIND, Relation.NEXT_TO,
)  # fmt: skip
NOUN = 'object'


class Describer:
    """Phrases for the things of one scene."""

    def __init__(self, scene: Scene, nouns: Sequence[str] = ()) -> None:
        """Look at a scene.

        Args:
            scene: things and view.
            nouns: of each thing, where something recognised them; 'object' otherwise.
        """
        self._scene, self._items = scene, scene.items
        self._nouns = list(nouns) or [NOUN] * len(scene.items)
        self._across = scene.view.across(scene.items)
        self._ground = scene.view.ground(scene.items)

    def phrases(self, index: int) -> list[str]:
        """What singles a thing out, one phrase a template; the first template changes by thing.

        Nothing where no template does.
        """
        found = [p for template in _TEMPLATES if (p := template(self, index))]
        turn = index % len(found) if found else 0
        return found[turn:] + found[:turn]

    def colors(self, index: int) -> tuple[str, ...]:
        """The one or two colours that a thing is called by; none where they are not plain."""
        item = self._items[index]
        names = item.main_colors
        plain = sum(item.shows_itself(name) for name in names) >= _HAS
        return names if plain and not self._scene.colorless else ()

    def label(self, index: int) -> str:
        """What a thing is, in words."""
        return ' '.join(filter(None, (' and '.join(self.colors(index)), self._nouns[index])))

    def same(self, index: int) -> list[int]:
        """Other things that a thing's label may mean."""
        names = self.colors(index)
        others = [k for k in range(len(self._items)) if k != index]
        return [k for k in others if all(self._items[k].shows(n) >= _PASSES for n in names)]

    def by_color(self, index: int) -> str:
        """The red object."""
        alone = self.colors(index) and not self.same(index)
        return f'the {self.label(index)}' if alone else ''

    def by_size(self, index: int) -> str:
        """The biggest object, the smallest red object, the tallest object."""
        rivals = self.same(index)
        if not rivals or self._items[index].cut_off:
            return ''
        for word, measure, sign in _SIZES:
            mine = sign * np.log(measure(self._items[index]))
            others = max(sign * np.log(measure(self._items[k])) for k in rivals)
            if mine > others + np.log(_MORE) * (3 if measure is _volume else 1):
                return f'the {word} {self.label(index)}'
        return ''

    def by_side(self, index: int) -> str:
        """The red object on the left."""
        rivals = self.same(index)
        here = float(self._across[index])
        there = self._across[rivals]
        left = here < 0.5 - _ASIDE and (there > max(0.5, here + _APART)).all()
        right = here > 0.5 + _ASIDE and (there < min(0.5, here - _APART)).all()
        if not rivals or not (left or right):
            return ''
        return f'the {self.label(index)} on the {"left" if left else "right"}'

    def by_depth(self, index: int) -> str:
        """The red object in front, the object at the back."""
        rivals = self.same(index)
        if not rivals:
            return ''
        here, there = self._ground[index, 1], self._ground[rivals, 1]
        if here < there.min() - _NEARER_M:
            return f'the {self.label(index)} in front'
        return f'the {self.label(index)} at the back' if here > there.max() + _NEARER_M else ''

    def by_relation(self, index: int) -> str:
        """The object to the left of the red object."""
        return next(self._relations(index), '')

    def _relations(self, index: int) -> Iterator[str]:
        items, view = self._items, self._scene.view
        landmarks = [k for k in range(len(items)) if k != index and self.by_color(k)]
        for relation in _RELATIONS if landmarks else ():
            reach = distances(relation, items, view)
            for landmark in landmarks:
                if _nearest(reach, index, landmark, self.same(index)):
                    words = f'{relation.value} the {self.label(landmark)}'
                    yield f'the {self.label(index)} {words}'


def _nearest(reach: FloatArray, index: int, landmark: int, rivals: Sequence[int]) -> bool:
    """Whether a thing alone is so related to a landmark (reach (n, n), m)."""
    mine = reach[index, landmark]
    others = [reach[k, landmark] for k in rivals if k != landmark]
    return bool(np.isfinite(mine) and all(other > _NEAREST * mine for other in others))


def _volume(item: Seen) -> float:
    return max(item.volume, 1e-9)


def _height(item: Seen) -> float:
    return max(item.height, 1e-3)


def _length(item: Seen) -> float:
    return max(item.length, 1e-3)


# Words of size: what they compare, and whether more or less of it is meant. Chosen: usual words.
_SIZES: tuple[tuple[str, Callable[[Seen], float], int], ...] = (
    ('biggest', _volume, 1), ('smallest', _volume, -1), ('tallest', _height, 1),
    ('longest', _length, 1),
)  # fmt: skip
_TEMPLATES: tuple[Callable[[Describer, int], str], ...] = (
    Describer.by_color, Describer.by_side, Describer.by_relation, Describer.by_size,
    Describer.by_depth,
)  # fmt: skip

"""Sentences about a scene, made from its truth with templates of their own.

They know nothing of any grammar: each kind states in its own code what holds in the scene, with
margins wide enough that every person would give the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.grounding.truth import Seen, Truth
from realvlg_ros.simulation.colors import COLORS

OK, AMBIGUOUS, NOT_FOUND = 'OK', 'AMBIGUOUS', 'NOT_FOUND'
# Margins: a larger thing is so many times larger, and a place differs by so much, m.
_HIGHER, _LONGER, _BULKIER = 1.35, 1.3, 1.8
_APART, _BEARING = 0.05, 0.05
# Sentences asked about one scene.
_EACH = 9

_BEFORE = (
    '', '', '', 'pick up ', 'grasp ', 'take ', 'give me ', 'please hand me ', 'could you get ',
    'grab ', 'i need ',
)  # fmt: skip
_ORDINALS = {2: 'second', 3: 'third', 4: 'fourth'}


@dataclass(frozen=True)
class Sentence:
    """A sentence and its answer.

    Attributes:
        kind: what singles its object out.
        text: as it is said.
        status: OK, AMBIGUOUS or NOT_FOUND.
        things: indices of the things that answer it; of several any one, for OK.
        needs_noun: whether only recognising what the noun names decides it.
    """

    kind: str
    text: str
    status: str
    things: tuple[int, ...] = ()
    needs_noun: bool = False


def make_sentences(truth: Truth, seed: int) -> list[Sentence]:
    """Sentences of as many kinds as the scene allows, the rarest kinds first.

    Args:
        truth: of the scene.
        seed: equal seeds give equal sentences.
    """
    rng = np.random.default_rng((seed, 23))
    maker = _Maker(truth, rng)
    made = [s for kind in _KINDS if (s := _KINDS[kind](maker)) is not None]
    return made[:_EACH]


class _Maker:
    """Makes sentences of each kind."""

    def __init__(self, truth: Truth, rng: np.random.Generator) -> None:
        self.truth, self.rng = truth, rng
        self.clear, self.seen = truth.clear, truth.seen
        self.sure = {c: [s for s in self.clear if s.is_surely(c)] for c in COLORS}
        self.maybe = {c: [s for s in self.seen if s.may_be(c)] for c in COLORS}

    def pick(self, choices: Sequence[str]) -> str:
        return str(choices[int(self.rng.integers(len(choices)))])

    def mixed(self, items: Sequence[Seen]) -> list[Seen]:
        return [items[int(i)] for i in self.rng.permutation(len(items))]

    def colors(self) -> list[str]:
        return [str(c) for c in self.rng.permutation(list(COLORS))]

    def only(self, color: str) -> Seen | None:
        """The one thing of a colour, when no other could be meant."""
        sure = self.sure[color]
        return sure[0] if len(sure) == 1 and len(self.maybe[color]) == 1 else None

    def group(self, color: str, counts: Sequence[int] = (2,)) -> list[Seen]:
        """All things of a colour, when there are so many and no other could be meant."""
        sure = self.sure[color]
        return sure if len(sure) in counts and len(self.maybe[color]) == len(sure) else []

    def landmark(self, but: Sequence[Seen] = ()) -> tuple[str, Seen] | None:
        """Words for a thing that its colour singles out, and the thing."""
        for color in self.colors():
            item = self.only(color)
            if item is not None and item not in but and item.free:
                noun = item.noun if self.rng.random() < 0.8 else 'object'
                return f'the {color} {noun}', item
        return None

    def noun(self, items: Sequence[Seen]) -> str:
        """A noun for what is asked for, which singles nothing out by itself."""
        own = {item.noun for item in items}
        if len(own) == 1 and self.rng.random() < 0.6:
            return own.pop()
        return self.pick(('object', 'thing', 'one', 'item'))

    def say(
        self,
        kind: str,
        words: str,
        status: str,
        items: Sequence[Seen] = (),
        needs_noun: bool = False,
    ) -> Sentence:
        text = self.pick(_BEFORE) + words
        return Sentence(kind, text, status, tuple(i.index for i in items), needs_noun)

    def is_most(self, item: Seen, others: Sequence[Seen], measure: str, sign: int) -> bool:
        """Whether a thing is plainly the largest (1) or smallest (-1) by a measure."""
        ratio = {'height': _HIGHER, 'longest': _LONGER, 'volume': _BULKIER}[measure]
        values = [getattr(other, measure) for other in others if other is not item]
        own = getattr(item, measure)
        if sign > 0:
            return all(own > ratio * value for value in values)
        return all(value > ratio * own for value in values)

    # Kinds that hold for few scenes come first.

    def between(self) -> Sentence | None:
        if not self.truth.has_directions:
            return None
        names = [c for c in self.colors() if self.only(c) is not None]
        for first, second in zip(names, names[1:], strict=False):
            a, b = self.only(first), self.only(second)
            assert a is not None and b is not None
            rest = [s for s in self.seen if s is not a and s is not b]
            inside = [s for s in rest if _is_between(s, a, b, 0.035, 0.25)]
            near = [s for s in rest if _is_between(s, a, b, 0.09, 0.0)]
            if len(inside) == 1 and near == inside and inside[0].clear and a.free and b.free:
                words = f'the {self.noun(inside)} between the {first} {a.noun} and the {second} '
                return self.say('between', words + b.noun, OK, inside)
        return None

    def upon(self) -> Sentence | None:
        for color in self.colors():
            base = self.only(color)
            for how in ('on', 'in'):
                held = [] if base is None else self.truth.upon(base, how)
                if base is None or len(held) != 1 or not held[0].clear:
                    continue
                item = held[0]
                if any(s.placed.how == 'leaning' and s.placed.partner == base.placed.item.name
                       for s in self.seen):  # fmt: skip
                    continue
                preposition = {'on': ('on', 'on top of'), 'in': ('in', 'inside')}[how]
                words = f'the {self.noun([item])} {self.pick(preposition)} the {color} {base.noun}'
                return self.say(how, words, OK, [item])
        return None

    def nearest(self) -> Sentence | None:
        for _ in range(3):
            mark = self.landmark()
            if mark is None:
                return None
            words, base = mark
            rest = sorted((s for s in self.seen if s is not base), key=base.apart)
            if len(rest) < 2 or not rest[0].clear or any(s.placed.how != 'free' for s in rest[:2]):
                continue
            gaps = [base.gap(s) for s in rest]
            plain = base.apart(rest[1]) > 1.5 * base.apart(rest[0]) + 0.02
            if plain and min(gaps[1:]) > 1.5 * gaps[0] + 0.03:
                said = self.pick(('nearest to', 'closest to'))
                text = f'the {self.noun([rest[0]])} {said} {words}'
                return self.say('nearest', text, OK, [rest[0]])
        return None

    def relation(self) -> Sentence | None:
        if not self.truth.has_directions:
            return None
        for color in self.colors():
            two = self.group(color)
            mark = self.landmark(two) if two else None
            if mark is None or not all(s.free for s in two):
                continue
            words, base = mark
            for said, axis, sign in (
                ('left of', 0, -1), ('right of', 0, 1), ('behind', 1, 1), ('in front of', 1, -1),
            ):  # fmt: skip
                there = [s for s in two if _is_toward(s, base, axis, sign)]
                away = [s for s in two if _is_toward(s, base, axis, -sign)]
                if len(there) == 1 and len(away) == 1:
                    prefix = 'to the ' if axis == 0 and self.rng.random() < 0.6 else ''
                    text = f'the {color} {self.noun(two)} {prefix}{said} {words}'
                    return self.say('relation', text, OK, there)
        return None

    def comparative(self) -> Sentence | None:
        mark = self.landmark()
        if mark is None or self.truth.scene.in_bin:
            return None
        words, base = mark
        rest = [s for s in self.seen if s is not base]
        for said, sign in (('taller', 1), ('shorter', -1), ('bigger', 1), ('smaller', -1)):
            measure = 'height' if said in ('taller', 'shorter') else 'volume'
            there = [s for s in rest if self.is_most(s, [base], measure, sign)]
            if measure == 'volume':
                there = [s for s in there if self.is_most(s, [base], 'longest', sign)]
            away = [s for s in rest if self.is_most(s, [base], measure, -sign)]
            if len(there) == 1 and len(away) == len(rest) - 1 and there[0].clear and there[0].free:
                text = f'the {self.noun(there)} that is {said} than {words}'
                return self.say('comparative', text, OK, there)
        return None

    def negation(self) -> Sentence | None:
        for color in self.colors():
            others = [s for s in self.seen if not s.may_be(color)]
            unsure = [s for s in self.seen if s.may_be(color) and not s.is_surely(color)]
            if len(others) == 1 and others[0].clear and not unsure and len(self.seen) > 2:
                said = self.pick(('that is not {}', "that isn't {}", 'which is not {}'))
                text = f'the {self.pick(("object", "thing", "one"))} {said.format(color)}'
                return self.say('negation', text, OK, others)
            two = self.group(color) if self.truth.has_directions else []
            if two and abs(two[0].right - two[1].right) > 0.12 and _sides_differ(two):
                item = max(two, key=lambda s: s.right)
                text = f'the {color} {self.noun(two)} that is not on the left'
                return self.say('negation', text, OK, [item])
        return None

    def conjunction(self) -> Sentence | None:
        for item in self.mixed(self.clear):
            thing = item.placed.thing
            if not thing.banded or not item.paint_seen:
                continue
            first, second = thing.color, thing.others[0]
            rivals = [s for s in self.seen if s is not item and s.may_be(first)
                      and s.may_be(second)]  # fmt: skip
            if not rivals and second not in ('gray', 'white'):
                text = f'the {first} and {second} {self.noun([item])}'
                return self.say('conjunction', text, OK, [item])
        for color in self.colors():
            two = self.group(color)
            if two and self.is_most(max(two, key=_height), two, 'height', 1):
                item = max(two, key=_height)
                if item.height > 1.8 * min(two, key=_height).height and item.height > 0.1:
                    return self.say('conjunction', f'the tall {color} one', OK, [item])
        return None

    def disjunction(self) -> Sentence | None:
        absent = [c for c in self.colors() if not self.maybe[c]]
        for color in self.colors():
            item = self.only(color)
            if item is not None and absent:
                pair = [color, absent[0]]
                first, second = self.rng.permutation(pair)
                noun = self.noun([item])
                text = self.pick((f'the {first} or {second} {noun}',
                                  f'the {first} {noun} or the {second} {noun}'))  # fmt: skip
                return self.say('disjunction', text, OK, [item])
        return None

    def plural(self) -> Sentence | None:
        for color in self.colors():
            several = self.group(color, (2, 3))
            if several:
                noun = {'object': 'objects', 'thing': 'things', 'one': 'ones', 'item': 'items'}
                own = self.noun(several)
                plural = noun.get(own, own + ('es' if own == 'box' else 's'))
                if own == 'one':
                    plural = 'things'
                count = {2: ('both', 'the two', 'all'), 3: ('all', 'the three', 'all')}
                text = f'{self.pick(count[len(several)])} {color} {plural}'
                return self.say('plural', text, OK, several)
        return None

    def size_of_color(self) -> Sentence | None:
        for color in self.colors():
            two = self.group(color)
            if not two or not all(s.free for s in two):
                continue
            small, large = sorted(two, key=lambda s: s.volume)
            if large.volume > 2.2 * small.volume and large.longest > 1.3 * small.longest:
                said, item = (('bigger', large), ('smaller', small), ('larger', large))[
                    int(self.rng.integers(3))
                ]
                return self.say('colour and size', f'the {said} {color} {self.noun(two)}', OK,
                                [item])  # fmt: skip
        return None

    def place_of_color(self) -> Sentence | None:
        if not self.truth.has_directions:
            return None
        for color in self.colors():
            two = self.group(color)
            if two and abs(two[0].right - two[1].right) > 0.08 and _sides_differ(two):
                left, right = sorted(two, key=lambda s: s.right)
                said, item = (('left', left), ('right', right))[int(self.rng.integers(2))]
                noun = self.noun(two)
                text = self.pick(
                    (f'the {color} {noun} on the {said}', f'the {said} {color} {noun}')
                )
                return self.say('colour and place', text, OK, [item])
        return None

    def ordinal(self) -> Sentence | None:
        items = sorted(self.seen, key=lambda s: s.right)
        if not self.truth.has_directions or len(items) < 3 or not self.truth.all_clear:
            return None
        if not all(s.free for s in items):
            return None
        steps = [b.right - a.right for a, b in zip(items, items[1:], strict=False)]
        turns = [b.bearing - a.bearing for a, b in zip(items, items[1:], strict=False)]
        if min(steps) < 0.03 or min(turns) < 0.03:
            return None
        number = int(self.rng.integers(2, min(4, len(items)) + 1))
        side = self.pick(('left', 'right'))
        item = items[number - 1] if side == 'left' else items[-number]
        text = f'the {_ORDINALS[number]} {self.pick(("object", "thing", "one"))} from the {side}'
        return self.say('ordinal', text, OK, [item])

    def place(self) -> Sentence | None:
        if not self.truth.has_directions or len(self.seen) < 3:
            return None
        rows: list[tuple[str, Callable[[Seen], float], float]] = [
            ('leftmost', lambda s: -s.bearing, _BEARING),
            ('rightmost', lambda s: s.bearing, _BEARING),
            ('closest', lambda s: -s.range, 0.06),
            ('farthest', lambda s: s.range, 0.06),
        ]
        for at in self.rng.permutation(len(rows)):
            said, key, margin = rows[int(at)]
            order = sorted(self.seen, key=key, reverse=True)
            best, others = order[0], order[1:]
            ground = [abs(best.right - s.right) for s in others]
            away = [abs(best.away - s.away) for s in others]
            plain = min(ground) > _APART if said.endswith('most') else min(away) > 0.06
            same = _same_extreme(best, others, said)
            if best.clear and plain and same and key(best) - key(order[1]) > margin:
                noun = self.pick(('object', 'thing', 'one'))
                return self.say('place', f'the {said} {noun}', OK, [best])
        return None

    def superlative(self) -> Sentence | None:
        if self.truth.scene.in_bin or len(self.seen) < 3:
            return None
        rows = (('tallest', 'height', 1), ('biggest', 'volume', 1), ('smallest', 'volume', -1),
                ('longest', 'longest', 1), ('largest', 'volume', 1))  # fmt: skip
        for at in self.rng.permutation(len(rows)):
            said, measure, sign = rows[int(at)]
            best = (max if sign > 0 else min)(self.seen, key=lambda s: getattr(s, measure))
            if not best.clear or not best.free or not self.is_most(best, self.seen, measure, sign):
                continue
            if measure == 'volume' and not self.is_most(best, self.seen, 'longest', sign):
                continue
            if measure == 'height' and any(
                s.top > 0.8 * best.top for s in self.seen if s is not best
            ):
                continue
            noun = self.pick(('object', 'thing', 'one', 'item'))
            return self.say('superlative', f'the {said} {noun}', OK, [best])
        return None

    def color(self) -> Sentence | None:
        for color in self.colors():
            item = self.only(color)
            if item is not None:
                return self.say('colour', f'the {color} {self.noun([item])}', OK, [item])
        return None

    def color_beside_near_ones(self) -> Sentence | None:
        """A colour beside things whose colours neighbour it, such as red beside orange."""
        for color in self.colors():
            sure = self.sure[color]
            rivals = [s for s in self.maybe[color] if s not in sure]
            plain = rivals and not any(s.shows(color) for s in rivals)
            bright = color not in ('white', 'gray', 'black', 'brown')
            apart = all(s.clear and s.color != 'brown' for s in rivals)
            if len(sure) == 1 and plain and bright and apart:
                text = f'the {color} {self.noun(sure)}'
                return self.say('neighbouring colours', text, OK, sure)
        return None

    def several(self) -> Sentence | None:
        for color in self.colors():
            several = self.group(color, (2, 3, 4))
            if several:
                return self.say('ambiguous', f'the {color} {self.noun(several)}', AMBIGUOUS,
                                several)  # fmt: skip
        return None

    def any_thing(self) -> Sentence | None:
        if len(self.clear) < 3 or self.truth.scene.in_bin:
            return None
        words = self.pick(('the object', 'the thing', 'the item'))
        return self.say('no attribute', words, AMBIGUOUS, self.seen)

    def absent(self) -> Sentence | None:
        for color in self.colors():
            if not self.maybe[color] and self.clear:
                if color in ('white', 'gray', 'brown', 'black') and self.truth.scene.in_bin:
                    continue
                noun = self.pick(('object', 'thing', 'mug', 'box', 'one', 'bottle'))
                return self.say('absent', f'the {color} {noun}', NOT_FOUND)
        return None

    def absent_landmark(self) -> Sentence | None:
        absent = [c for c in self.colors() if not self.maybe[c]]
        for color in self.colors():
            if absent and self.sure[color] and absent[0] not in ('gray', 'white', 'brown'):
                said = self.pick(('next to', 'to the left of', 'behind'))
                text = f'the {color} {self.noun(self.sure[color])} {said} the {absent[0]} box'
                return self.say('absent landmark', text, NOT_FOUND)
        return None

    def only_noun(self) -> Sentence | None:
        for item in self.mixed(self.clear):
            same = [s for s in self.seen if s.noun == item.noun]
            if len(same) == 1 and item.noun not in ('box', 'block', 'plate', 'bowl'):
                return self.say('noun', f'the {item.noun}', OK, [item], needs_noun=True)
        return None


def _height(item: Seen) -> float:
    return item.height


def _is_between(item: Seen, a: Seen, b: Seen, aside: float, margin: float) -> bool:
    """Whether a thing lies on the way from one to another, within so much to its side.

    Args:
        item: asked about.
        a: one end.
        b: the other.
        aside: m.
        margin: share of the way left out at both ends.
    """
    start = np.array([a.right, a.away])
    way = np.array([b.right, b.away]) - start
    length = float(np.linalg.norm(way))
    if length < 0.12:
        return False
    offset = np.array([item.right, item.away]) - start
    along = float(offset @ way) / length**2
    across = abs(float(offset[0] * way[1] - offset[1] * way[0])) / length
    return margin < along < 1 - margin and across < aside


def _is_toward(item: Seen, base: Seen, axis: int, sign: int) -> bool:
    """Whether a thing is plainly on a side of another one.

    Args:
        item: asked about.
        base: the other.
        axis: 0 for right, 1 for away.
        sign: 1 or -1.
    """
    offset = (item.right - base.right, item.away - base.away)
    same = axis == 1 or (item.bearing - base.bearing) * sign > 0.03
    return sign * offset[axis] > 0.05 and abs(offset[1 - axis]) < 0.7 * abs(offset[axis]) and same


def _sides_differ(two: Sequence[Seen]) -> bool:
    """Whether the eye sees two things in the order in which they lie from left to right."""
    left, right = sorted(two, key=lambda s: s.right)
    return right.bearing - left.bearing > _BEARING


def _same_extreme(best: Seen, others: Sequence[Seen], said: str) -> bool:
    """Whether a thing is the extreme on the table, too, not only to the eye."""
    if said == 'leftmost':
        return all(best.right < s.right for s in others)
    if said == 'rightmost':
        return all(best.right > s.right for s in others)
    if said == 'closest':
        return all(best.away < s.away for s in others)
    return all(best.away > s.away for s in others)


_KINDS: dict[str, Callable[[_Maker], Sentence | None]] = {
    'between': _Maker.between,
    'upon': _Maker.upon,
    'nearest': _Maker.nearest,
    'relation': _Maker.relation,
    'ordinal': _Maker.ordinal,
    'negation': _Maker.negation,
    'conjunction': _Maker.conjunction,
    'size of colour': _Maker.size_of_color,
    'place of colour': _Maker.place_of_color,
    'comparative': _Maker.comparative,
    'plural': _Maker.plural,
    'neighbouring colours': _Maker.color_beside_near_ones,
    'superlative': _Maker.superlative,
    'place': _Maker.place,
    'several': _Maker.several,
    'absent landmark': _Maker.absent_landmark,
    'disjunction': _Maker.disjunction,
    'noun': _Maker.only_noun,
    'absent': _Maker.absent,
    'colour': _Maker.color,
    'any': _Maker.any_thing,
}

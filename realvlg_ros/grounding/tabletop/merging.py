"""Surfaces of one thing joined again after the cut at edges of depth and colour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np

from ...arrays import Int32Array
from .bond import Bond
from .contacts import Borders, Contact
from .fragments import Fragment, Samples
from .likeness import is_same_paint
from .parts import bonds_of
from .scene import TabletopScene

# Depths that differ by more, m, over a border are of two things. Chosen: slanted surfaces differ
# by less over eight pixels.
_STEP_M = 0.02
# Two paints meet flush where the depth differs by less, m, and does not bend inward: a print, a
# cap, a carton of two colours. Chosen: things that touch hardly ever are so aligned.
_FLUSH_M, _NO_CORNER = 0.008, 0.5
# A surface of this share of its neighbour's area is a part of it in doubt: a handle, a lid; and of
# this one, if it has another colour: a print. Chosen: things that touch are rarely so different.
_PART_SHARE = 0.3
_PRINT_SHARE = 0.12
# A border this long by the shorter outline is of a print or a label, not of two things side by
# side. Chosen: see color_part.
_PRINT_BORDER = 0.34
# Two surfaces of two paints that meet flush over this share of the narrower one's width, and fill
# this share of their common outline, are a thing with a band, a cap or two halves. Chosen: things
# that touch rarely stand so aligned.
_WHOLE_WIDTH, _SOLID = 0.7, 0.93
# In one line two are no wider than the wider one, and so many times as long as wide. Chosen: a
# screwdriver is six times as long as its handle is thick.
_IN_LINE, _SLENDER = 1.25, 3.0
# A border is long when it is this share of the side of a square of the smaller one's area. Chosen:
# two that merely touch at a corner share less.
_LONG = 0.6
# So far does a handle reach, m. Chosen: a finger's thickness and the handle's.
_HANDLE_M = 0.035
# A piece of this share at most is a chip, and a narrower one, px, a blurred border. Chosen: what
# lies on another thing of the same paint is larger.
_CHIP_SHARE, _NARROW_PX = 0.08, 6.0
# Rounds of joining, each with what the joined surfaces have in common. Chosen: prints on a box.
_ROUNDS = 8


@dataclass(frozen=True)
class Merged:
    """Surfaces joined to things.

    Attributes:
        labels: (rows, columns) of things, 0 for none.
        doubtful: those that may be two all the same: large parts of two paints.
        bonds: what speaks for a thing's being a part of one that it touches.
        places: row and column of a pixel of each label in bonds.
    """

    labels: Int32Array
    doubtful: frozenset[int] = frozenset()
    bonds: tuple[Bond, ...] = ()
    places: Mapping[int, tuple[int, int]] = field(default_factory=dict)


def merge_fragments(scene: TabletopScene, labels: Int32Array) -> Merged:
    """Join segments (rows, columns) that are parts of one thing.

    Two neighbours are one thing when they meet in an edge or flush and have one colour, when a
    small one continues the larger one (a handle, a lid, a print), or when the farther one is the
    inside of the nearer one (mug, bowl). Where they meet in a corner, they are two. A fragment
    joins one neighbour at a time, that with which it has most in common, so that a print at the
    border of two things does not join them.
    """
    if not labels.any():
        return Merged(labels)
    borders, samples = Borders.of(scene, labels), Samples.of(scene, labels)
    lookup = np.arange(int(labels.max()) + 1, dtype=np.int32)
    fragments: dict[int, Fragment] = {}
    contacts: dict[tuple[int, int], Contact] = {}
    changed, doubtful = frozenset(range(1, len(lookup))), set[int]()
    for _ in range(_ROUNDS):
        fragments = samples.fragments(lookup, fragments, changed)
        contacts = borders.contacts(lookup, contacts, changed)
        target = _targets(fragments, contacts)
        if not target:
            break
        doubtful |= {
            small for small, large in target.items() if _may_be_two(fragments, small, large)
        }
        lookup = _followed(lookup, target)
        changed = frozenset(target) | {int(lookup[label]) for label in target}
    return Merged(
        lookup[labels],
        frozenset(int(lookup[label]) for label in doubtful),
        tuple(bonds_of(fragments, contacts)),
        {label: fragment.place for label, fragment in fragments.items()},
    )


def _may_be_two(fragments: Mapping[int, Fragment], small: int, large: int) -> bool:
    """Whether two fragments that were joined have two paints, and neither is a mere print.

    Args:
        fragments: by label.
        small: label of one.
        large: label of the other.
    """
    a, b = fragments[small], fragments[large]
    return a.area > _PRINT_SHARE * b.area and not is_same_paint(a.lab, b.lab)


def _followed(lookup: Int32Array, target: Mapping[int, int]) -> Int32Array:
    """A lookup whose labels are replaced by their targets, followed to the end."""
    ends = lookup.copy()
    for label in range(len(ends)):
        end = int(ends[label])
        while end in target:
            end = target[end]
        ends[label] = end
    return ends


def _targets(
    fragments: Mapping[int, Fragment], contacts: Mapping[tuple[int, int], Contact]
) -> dict[int, int]:
    """The neighbour that each fragment joins, which is never smaller."""
    best: dict[int, tuple[float, int]] = {}
    for (first, second), contact in contacts.items():
        if first not in fragments or second not in fragments:
            continue
        a, b = fragments[first], fragments[second]
        if not _belong(a, b, contact):
            continue
        by_area = (a.area, first) < (b.area, second)
        small, large = (first, second) if by_area else (second, first)
        bond = contact.length * (2.0 if is_same_paint(a.lab, b.lab) else 1.0)
        best[small] = max(best.get(small, (0.0, 0)), (bond, large))
    return {small: large for small, (_, large) in best.items()}


def _belong(a: Fragment, b: Fragment, contact: Contact) -> bool:
    """Whether two neighbouring segments are one thing."""
    if _is_inside(a, b, contact) or _is_chip(a, b, contact):
        return True
    if abs(contact.jump) > _STEP_M:
        return False
    small, large = (a, b) if a.area <= b.area else (b, a)
    alike = is_same_paint(a.lab, b.lab)
    long_border = bool(contact.length > _LONG * np.sqrt(small.area))
    corner = contact.corner(max(a.tolerance, b.tolerance))
    if corner > 1:
        return alike and long_border and small.area < _PRINT_SHARE * large.area
    if alike:
        return long_border or small.area < _PART_SHARE * large.area
    flush = corner < _NO_CORNER and abs(contact.jump) < _FLUSH_M
    if flush and contact.is_bend_known and long_border:
        return True
    if contact.length > _PRINT_BORDER * small.outline:
        return True
    whole_width = bool(contact.length > _WHOLE_WIDTH * min(a.width, b.width))
    if whole_width and (_solidity(a, b) > _SOLID or _is_shaft(a, b)):
        return True
    return long_border and small.area < _PRINT_SHARE * large.area


def _is_chip(a: Fragment, b: Fragment, contact: Contact) -> bool:
    """Whether one fragment is a small piece of the other that noise has cut off.

    It has its paint and lies within its extents, as a handle does, or is so narrow that it is the
    blurred border.
    """
    small, large = (a, b) if a.area <= b.area else (b, a)
    if small.area > _CHIP_SHARE * large.area:
        return False
    close = abs(contact.step) < 2 * _STEP_M
    within = (small.low > large.low - _HANDLE_M).all() and (
        small.high < large.high + _HANDLE_M
    ).all()
    alike = bool(within) and is_same_paint(a.lab, b.lab)
    if alike == close:
        return alike
    return close if small.width < _NARROW_PX else alike


def _is_shaft(a: Fragment, b: Fragment) -> bool:
    """Whether two fragments lie in one line, as the handle and the blade of a tool."""
    _, sides, _ = cv2.minAreaRect(np.concatenate([a.hull, b.hull]))
    across, along = min(sides), max(sides)
    return bool(across < _IN_LINE * max(a.width, b.width) and along > _SLENDER * across)


def _solidity(a: Fragment, b: Fragment) -> float:
    """Share of their common convex outline that two fragments fill."""
    hull = cv2.convexHull(np.concatenate([a.hull, b.hull]))
    return float((a.area + b.area) / max(cv2.contourArea(hull), 1.0))


def _is_inside(a: Fragment, b: Fragment, contact: Contact) -> bool:
    """Whether one fragment is the inside of a container whose outside is the other.

    Seen from outside over the rim: both end at the same height, one above the other in the image,
    and the farther one ends no farther back than the container is wide.
    """
    front, rear = (a, b) if contact.step > 0 else (b, a)
    width = float(max(front.high[0] - front.low[0], rear.high[0] - rear.low[0]))
    same_rim = abs(float(front.high[2] - rear.high[2])) < 0.01 + 0.06 * width
    reach = float(rear.high[1] - front.low[1]) < 1.2 * width + 0.012
    spans = [fragment.columns[1] - fragment.columns[0] for fragment in (front, rear)]
    offset = abs(sum(front.columns) - sum(rear.columns)) / 2
    aligned = min(spans) > 0.5 * max(spans) and offset < 0.25 * max(spans)
    at_rim = contact.height > 0.7 * front.high[2]
    bordering = contact.length > 0.1 * min(spans)
    return bool(same_rim and reach and aligned and at_rim and bordering)

"""Fragments of one object joined again after the cut at depth edges."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import Float32Array, Int32Array
from .percentiles import percentiles
from .scene import Segment, TabletopScene

# Segments this many working pixels apart count as neighbours. Chosen: the width of a seam without
# depth.
_REACH_PX = 8


@dataclass(frozen=True)
class _Fragment:
    """What merging needs to know of one segment.

    Attributes:
        area: pixels.
        lab: (3,) mean colour, CIELAB.
        columns: 5th and 95th percentile of its image columns, px.
        low, high: 5th and 95th percentile of (ground x, ground y, height), m.
    """

    area: int
    lab: Float32Array
    columns: tuple[float, float]
    low: Float32Array
    high: Float32Array


@dataclass(frozen=True)
class _Contact:
    """The border of two fragments a and b.

    Attributes:
        length: pairs of pixels across it, about _REACH_PX for each pixel along it.
        step: median depth of b less that of a, m.
        height: above the support that three quarters of the nearer side exceed, m.
    """

    length: int
    step: float
    height: float


def merge_fragments(scene: TabletopScene, labels: Int32Array) -> Int32Array:
    """Join segments (rows, columns) that are parts of one thing.

    Two neighbours are one thing when a small one continues the larger one in depth and colour
    (a handle, a lid), or when the farther one is the inside of the nearer one (mug, bowl).
    """
    for _ in range(3):
        fragments = _measure(scene, labels)
        contacts = _contacts(scene, labels)
        target = {
            max(pair): min(pair)
            for pair, contact in contacts.items()
            if _belong(fragments[pair[0]], fragments[pair[1]], contact)
        }
        if not target:
            break
        labels = _relabel(labels, target)
    return labels


def _belong(a: _Fragment, b: _Fragment, contact: _Contact) -> bool:
    """Whether two neighbouring segments are one thing."""
    return _continues(a, b, contact) or _is_inside(a, b, contact)


def _continues(a: _Fragment, b: _Fragment, contact: _Contact) -> bool:
    small, large = sorted((a, b), key=lambda segment: segment.area)
    long_border = contact.length > 0.6 * _REACH_PX * np.sqrt(small.area)
    close = abs(contact.step) < 0.02
    difference = float(np.linalg.norm((small.lab - large.lab) * (0.5, 1, 1)))
    if not (long_border and close):
        return False
    return small.area < 0.3 * large.area and difference < 25


def _is_inside(a: _Fragment, b: _Fragment, contact: _Contact) -> bool:
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
    bordering = contact.length > 0.1 * _REACH_PX * min(spans)
    return bool(same_rim and reach and aligned and at_rim and bordering)


def _measure(scene: TabletopScene, labels: Int32Array) -> dict[int, _Fragment]:
    """The fragment of every label but 0."""
    fragments = {}
    for label, segment in Segment.from_labels(labels).items():
        part = scene.window(segment.window)
        index = np.flatnonzero(segment.mask)
        some = index[:: len(index) // 800 + 1]
        color = np.ascontiguousarray(part.color).reshape(-1, 1, 3)[some]
        lab = cv2.cvtColor(color, cv2.COLOR_RGB2LAB).reshape(-1, 3).astype(np.float32)
        position = np.column_stack([part.ground.reshape(-1, 2)[some], part.height.ravel()[some]])
        low, high = percentiles(position, (5, 95))
        left, right = percentiles(some % segment.mask.shape[1], (5, 95))
        columns = left + segment.window[1].start, right + segment.window[1].start
        fragments[label] = _Fragment(len(index), lab.mean(axis=0), columns, low, high)
    return fragments


def _contacts(scene: TabletopScene, labels: Int32Array) -> dict[tuple[int, int], _Contact]:
    """Borders of all pairs (a, b), a < b, of neighbouring labels."""
    z, height = scene.depth, scene.height
    pairs, steps, heights = [], [], []
    for first, second in (
        (np.s_[:, :-_REACH_PX], np.s_[:, _REACH_PX:]),
        (np.s_[:-_REACH_PX], np.s_[_REACH_PX:]),
    ):
        touching = (labels[first] != labels[second]) & (labels[first] > 0) & (labels[second] > 0)
        a, b = labels[first][touching], labels[second][touching]
        step = z[second][touching] - z[first][touching]
        pairs.append(np.column_stack([np.minimum(a, b), np.maximum(a, b)]))
        steps.append(np.where(a < b, step, -step))
        heights.append(np.where(step > 0, height[first][touching], height[second][touching]))
    pair, step, height = (np.concatenate(parts) for parts in (pairs, steps, heights))
    contacts = {}
    for a, b in np.unique(pair, axis=0):
        here = (pair[:, 0] == a) & (pair[:, 1] == b)
        low = float(percentiles(height[here], (25,))[0])
        contacts[int(a), int(b)] = _Contact(int(here.sum()), float(np.median(step[here])), low)
    return contacts


def _relabel(labels: Int32Array, target: dict[int, int]) -> Int32Array:
    """Replace labels by their targets, followed to the end."""
    lookup = np.arange(labels.max() + 1, dtype=np.int32)
    for source in sorted(target):
        lookup[source] = lookup[target[source]]
    return lookup[labels]

"""Fragments of one object joined again after the cut at depth edges."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from .scene import Scene

FloatArray = npt.NDArray[np.float32]
LabelArray = npt.NDArray[np.int32]

# Segments this many working pixels apart count as neighbours.
_REACH_PX = 4


@dataclass(frozen=True)
class _Segment:
    """What merging needs to know of one segment.

    Attributes:
        area: pixels.
        lab: (3,) mean colour, CIELAB.
        low, high: 5th and 95th percentile of (ground x, ground y, height), m.
    """

    area: int
    lab: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True)
class _Contact:
    """The border of two segments: its length in px and the median depth step, m (b - a)."""

    length: int
    step: float


def merge_fragments(scene: Scene, labels: LabelArray) -> LabelArray:
    """Join segments (rows, columns) that are parts of one thing.

    Two neighbours are one thing when a small one continues the larger one in depth and colour
    (a handle, a lid), or when the farther one is the inside of the nearer one (mug, bowl).
    """
    for _ in range(3):
        segments = _measure(scene, labels)
        contacts = _contacts(scene, labels)
        target = {
            max(pair): min(pair)
            for pair, contact in contacts.items()
            if _belong(segments[pair[0]], segments[pair[1]], contact)
        }
        if not target:
            break
        labels = _relabel(labels, target)
    return labels


def _belong(a: _Segment, b: _Segment, contact: _Contact) -> bool:
    """Whether two neighbouring segments are one thing."""
    return _continues(a, b, contact) or _is_inside(a, b, contact)


def _continues(a: _Segment, b: _Segment, contact: _Contact) -> bool:
    small, large = sorted((a, b), key=lambda segment: segment.area)
    long_border = contact.length > 0.6 * _REACH_PX * np.sqrt(small.area)
    close = abs(contact.step) < 0.02
    difference = float(np.linalg.norm((small.lab - large.lab) * (0.5, 1, 1)))
    if not (long_border and close):
        return False
    fragment = small.area < 0.3 * large.area
    return difference < (25 if fragment else 10)


def _is_inside(a: _Segment, b: _Segment, contact: _Contact) -> bool:
    """Whether one segment is the inside of a container whose outside is the other."""
    front, rear = (a, b) if contact.step > 0 else (b, a)
    width = float(front.high[0] - front.low[0])
    slack = 0.012 + 0.1 * width
    same_rim = abs(float(front.high[2] - rear.high[2])) < slack
    within = bool(
        rear.low[0] > front.low[0] - slack
        and rear.high[0] < front.high[0] + slack
        and rear.high[0] - rear.low[0] > 0.5 * width
    )
    reach = float(rear.high[1] - front.low[1]) < 1.1 * width + slack
    bordering = contact.length > 0.3 * _REACH_PX * np.sqrt(min(a.area, b.area))
    return same_rim and within and reach and bordering


def _measure(scene: Scene, labels: LabelArray) -> dict[int, _Segment]:
    """The segment of every label but 0."""
    lab = cv2.cvtColor(scene.color, cv2.COLOR_RGB2LAB)
    segments = {}
    for label in np.unique(labels):
        if label == 0:
            continue
        index = np.flatnonzero(labels == label)
        some = index[:: max(1, len(index) // 1500)]
        position = np.column_stack([scene.ground.reshape(-1, 2)[some], scene.height.ravel()[some]])
        low, high = np.percentile(position, [5, 95], axis=0)
        segments[int(label)] = _Segment(
            len(index), lab.reshape(-1, 3)[some].astype(np.float32).mean(axis=0), low, high
        )
    return segments


def _contacts(scene: Scene, labels: LabelArray) -> dict[tuple[int, int], _Contact]:
    """Borders of all pairs (a, b), a < b, of neighbouring labels."""
    z = scene.points[..., 2]
    pairs, steps = [], []
    for axis in (0, 1):
        first = np.take(labels, range(labels.shape[axis] - _REACH_PX), axis)
        second = np.take(labels, range(_REACH_PX, labels.shape[axis]), axis)
        touching = (first != second) & (first > 0) & (second > 0)
        a, b = first[touching], second[touching]
        difference = (
            np.take(z, range(_REACH_PX, labels.shape[axis]), axis)
            - np.take(z, range(labels.shape[axis] - _REACH_PX), axis)
        )[touching]
        pairs.append(np.column_stack([np.minimum(a, b), np.maximum(a, b)]))
        steps.append(np.where(a < b, difference, -difference))
    pair, step = np.concatenate(pairs), np.concatenate(steps)
    contacts = {}
    for a, b in np.unique(pair, axis=0):
        here = (pair[:, 0] == a) & (pair[:, 1] == b)
        contacts[int(a), int(b)] = _Contact(int(here.sum()), float(np.median(step[here])))
    return contacts


def _relabel(labels: LabelArray, target: dict[int, int]) -> LabelArray:
    """Replace labels by their targets, followed to the end."""
    lookup = np.arange(labels.max() + 1, dtype=np.int32)
    for source in sorted(target):
        lookup[source] = lookup[target[source]]
    return lookup[labels]

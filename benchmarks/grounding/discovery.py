"""Which things are found as objects, whatever is said: matched, split, merged, not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.grounding.judging import RIGHT_IOU, iou
from benchmarks.grounding.truth import Truth
from realvlg_ros.arrays import BoolArray

# Things of which less is seen are not asked for: pixels and share of their outline.
_LEAST_PIXELS = 250
# A part is one of a thing's when it lies so much within it and covers so much of it.
_WITHIN, _PART = 0.7, 0.12
# An object holds a thing when it covers so much of it.
_HOLDS = 0.5
# An object of which less lies on things is none.
_ON_THINGS = 0.3


@dataclass(frozen=True)
class Discovered:
    """What became of one thing.

    Attributes:
        seed: of the scene.
        name: of the thing.
        iou: of the best object with it.
        parts: how many objects are parts of it.
        merged: whether its object holds another thing, too.
        near: how it was placed, of the noise, of the view: for tables.
    """

    seed: int
    name: str
    iou: float
    parts: int
    merged: bool
    near: tuple[str, ...]

    @property
    def matched(self) -> bool:
        """Whether an object is that thing."""
        return self.iou >= RIGHT_IOU


@dataclass(frozen=True)
class Discovery:
    """What was found in one scene.

    Attributes:
        things: what became of each thing.
        objects: how many objects were found.
        strays: those that are on no thing.
    """

    things: tuple[Discovered, ...]
    objects: int
    strays: int


def discover(truth: Truth, masks: Sequence[BoolArray]) -> Discovery:
    """Compare objects' masks (height, width) with the things of a scene."""
    scene = truth.scene
    things = [s for s in truth.seen if s.mask.sum() >= _LEAST_PIXELS]
    held = [{s.index for s in things if (m & s.mask).sum() > _HOLDS * s.mask.sum()} for m in masks]
    elevation = (
        'from 20-40'
        if scene.elevation < 40
        else 'from 40-65'
        if scene.elevation < 65
        else 'from 65-90'
    )
    found = []
    for item in things:
        partners = {s.placed.partner for s in truth.seen if s.placed.how != 'free'}
        how = item.placed.how
        if how == 'free' and item.placed.item.name in partners:
            how = 'partner'
        parts = [
            m for m in masks
            if (m & item.mask).sum() > max(_WITHIN * m.sum(), _PART * item.mask.sum())
        ]  # fmt: skip
        found.append(
            Discovered(
                scene.seed, item.placed.item.name,
                max((iou(m, item.mask) for m in masks), default=0.0),
                len(parts),
                any(item.index in h and len(h) > 1 for h in held),
                (how, scene.depth, elevation, f'roll {scene.roll}', item.noun,
                 'in a bin' if scene.in_bin else 'on a table', f'color {item.color}',
                 'clear' if item.clear else 'hidden or cut', scene.world.table.texture),
            )
        )  # fmt: skip
    everything = np.any([s.mask for s in truth.seen], axis=0) if truth.seen else np.zeros(1, bool)
    if scene.in_bin:
        everything = everything | (truth.rendered.instance_ids == len(scene.placed) + 1)
    strays = sum(float((m & everything).sum()) < _ON_THINGS * float(m.sum()) for m in masks)
    return Discovery(tuple(found), len(masks), strays)

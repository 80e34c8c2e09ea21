"""Splits of GraspNet-1Billion by the number of the scene."""

from __future__ import annotations

import re

# From the published evaluation of RealVLG-R1, and GraspNet-1Billion (Fang et al. 2020): scenes
# below 100 are for training; whose objects are seen there, similar to those, or novel.
_SPLITS = (
    (range(0, 100), 'train'), (range(100, 130), 'seen'), (range(130, 160), 'similar'),
    (range(160, 190), 'novel'),
)  # fmt: skip
_SCENE = re.compile(r'scene_(\d{4})')


def graspnet_split(path: str) -> str:
    """The split of a path with scene_XXXX in it; empty where it has none."""
    found = _SCENE.search(path)
    if found is None:
        return ''
    number = int(found[1])
    return next((name for numbers, name in _SPLITS if number in numbers), '')

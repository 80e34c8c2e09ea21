"""The shortest words that tell things apart, by what is seen of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from ..weighing.scene import Scene

# Things are called bigger or smaller where one has so many times the volume of the other, and near
# or far where they are so far apart, m; left and right where they are by that share of the view.
# Chosen: what is plain to a person who looks.
_BIGGER = 1.6
_NEARER_M = 0.08
_ASIDE = 0.05
_ORDINALS = ('first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth')


def tell_apart(indices: Sequence[int], scene: Scene) -> list[str]:
    """A phrase for each of some things that is true of it alone among them.

    Args:
        indices: numbers of the things.
        scene: that they are in.
    """
    if len(indices) < 2:
        return [f'the {scene.items[index].color_words()} one' for index in indices]
    for words in (_by_color, _by_side, _by_distance, _by_size, _by_color_and_side):
        found = words(indices, scene)
        if found is not None and len(set(found)) == len(found):
            return found
    return _counted(indices, scene)


def _by_color(indices: Sequence[int], scene: Scene) -> list[str] | None:
    main = [scene.items[index].main_colors[0] for index in indices]
    if scene.colorless:
        return None
    if len(set(main)) == len(main):
        return [f'the {color} one' for color in main]
    return [f'the {scene.items[index].color_words()} one' for index in indices]


def _by_side(indices: Sequence[int], scene: Scene) -> list[str] | None:
    """Left, middle and right of up to three."""
    across = scene.view.across([scene.items[index] for index in indices])
    gaps = np.diff(np.sort(across))
    if len(indices) > 3 or gaps.min() < _ASIDE:
        return None
    names = ['on the left', 'in the middle', 'on the right']
    if len(indices) == 2:
        del names[1]
    ranks = np.argsort(np.argsort(across))
    return [f'the one {names[rank]}' for rank in ranks]


def _by_distance(indices: Sequence[int], scene: Scene) -> list[str] | None:
    away = scene.view.ground([scene.items[index] for index in indices])[:, 1]
    if len(indices) != 2 or abs(away[0] - away[1]) < _NEARER_M:
        return None
    words = ['the one in front', 'the one at the back']
    return words if away[0] < away[1] else words[::-1]


def _by_size(indices: Sequence[int], scene: Scene) -> list[str] | None:
    volumes = [scene.items[index].volume for index in indices]
    if len(indices) != 2 or max(volumes) < _BIGGER * min(volumes):
        return None
    words = ['the bigger one', 'the smaller one']
    return words if volumes[0] > volumes[1] else words[::-1]


def _by_color_and_side(indices: Sequence[int], scene: Scene) -> list[str] | None:
    """The colour, and where several have it also their side among those."""
    if scene.colorless:
        return None
    main = [scene.items[index].main_colors[0] for index in indices]
    words = {}
    for color, count in Counter(main).items():
        group = [index for index, name in zip(indices, main, strict=True) if name == color]
        sides = _by_side(group, scene) if count > 1 else [f'the {color} one']
        if sides is None:
            return None
        for index, side in zip(group, sides, strict=True):
            words[index] = side.replace('the one', f'the {color} one')
    return [words[index] for index in indices]


def _counted(indices: Sequence[int], scene: Scene) -> list[str]:
    """Their numbers from the left."""
    across = scene.view.across([scene.items[index] for index in indices])
    ranks = np.argsort(np.argsort(across, kind='stable'), kind='stable')
    names = [_ORDINALS[r] if r < len(_ORDINALS) else f'{r + 1}th' for r in ranks]
    return [f'the {name} of them from the left' for name in names]

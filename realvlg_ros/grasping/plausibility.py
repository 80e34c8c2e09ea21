"""Whether what was measured of an object can be so: between believing a grasp and refusing it.

Depth in another unit gives a scene that is right in itself, but of another size and at another
distance. Nothing in one image proves it; what contradicts is the size of the thing that was asked
for, that of things a hand is sent for, and where depth cameras can measure.
"""

from __future__ import annotations

import numpy as np

from ..arrays import FloatArray
from ..camera.depth_check import UNIT_HINT
from ..errors import LiftError
from ..grounding.grounding import Grounding
from ..grounding.language.sentences.parser import understand
from ..grounding.language.tree.syntax import Thing
from ..grounding.language.vocabulary.shapes import shapes
from .completion.object_box import upright_extent
from .observation.scene import Scene

# A deviation of a reading above this share of the opening leaves no grasp. Chosen: the fingers
# then miss one object in three, by noise alone.
_MAX_SIGMA = 0.3
# From this distance on, m, things are believed to be less large. Chosen: depth that is four times
# too large puts a table there, seldom a camera.
_FAR_M = 1.4
# Mean side of an object in openings of the gripper, and its longest side, m: near and far. Chosen:
# totes and brooms pass near, and what a hand holds passes far.
_MAX_SIDE_OPENINGS = (5.0, 3.0)
_MAX_LENGTH_M = (1.2, 0.8)
# A smaller thing, m, is no object. Chosen: the sides of a grain of rice.
_MIN_LENGTH_M = 0.006
# What is so many times as tall as wide, and seen at its upper end alone, may hang or be held.
# Chosen: a bottle is less slender.
_STANDING = 4.0
# How far a thing may be larger or smaller than things of its name. Chosen: the sizes in the
# lexicon have some room already; of what is hidden less is seen.
_NAMED_LARGER = 1.4
_NAMED_SMALLER = 2.5


def check_measures(
    scene: Scene, points: FloatArray, grounding: Grounding, max_opening: float
) -> None:
    """Refuse an object whose size or distance contradicts what is known of it.

    Args:
        scene: the frame and the object's mask.
        points: (n, 3) the object's visible surface in the support frame, m.
        grounding: what was asked for.
        max_opening: of the gripper, m.

    Raises:
        LiftError: with the measures, and depth_scale and camera_info as the likely cause.
    """
    distance = float(np.median(scene.frame.depth[scene.mask & scene.frame.valid]))
    size = _measured(points)
    longest = max(float(size.max()), float(points[:, 2].max()))
    reason = (
        _misnamed(float(size.max()), longest, grounding, scene)
        or _contradiction(np.sort(size), distance, max_opening)
        or _out_of_reach(scene, distance, max_opening)
    )
    if reason:
        raise LiftError(f'the object measures {in_words(size)} at {distance:.2f} m, {reason}')


def _measured(points: FloatArray) -> FloatArray:
    """Sides (3,) of an object, m: along its footprint, across, and up.

    Up from the support, unless far more than what is seen of it: then it does not stand on that.
    """
    _, _, size = upright_extent(points)
    seen = float(np.ptp(np.percentile(points[:, 2], (1, 99))))
    if size[2] > _STANDING * max(size[0], size[1]) and seen < 0.5 * size[2]:
        size[2] = seen
    return size


def in_words(size: FloatArray) -> str:
    """Sides (3,), m, in words."""
    unit, factor = ('mm', 1000) if size.max() < 0.02 else ('cm', 100)
    return ' x '.join(f'{factor * side:.0f}' for side in size) + f' {unit}'


def _out_of_reach(scene: Scene, distance: float, max_opening: float) -> str:
    """Whether the camera cannot measure an object at a distance, m, in words; empty if it can."""
    sigma = float(scene.frame.noise.sigma(distance))
    if sigma <= _MAX_SIGMA * max_opening:
        return ''
    return (
        f'where a reading deviates by {1000 * sigma:.0f} mm: move the camera nearer. If it is not '
        f'so far, {UNIT_HINT}'
    )


def _contradiction(size: FloatArray, distance: float, max_opening: float) -> str:
    """What speaks against sides (3,), m, in words; empty if nothing does."""
    far = distance > _FAR_M
    mean = float(np.prod(np.maximum(size, 1e-3)) ** (1 / 3))
    if size[-1] > _MAX_LENGTH_M[far] or mean > _MAX_SIDE_OPENINGS[far] * max_opening:
        opens = f'the gripper opens to {100 * max_opening:.0f} cm'
        return f'too large for a thing to be picked up, and {opens}: {UNIT_HINT}'
    if size[-1] < _MIN_LENGTH_M:
        return f'too small for a thing to be picked up: {UNIT_HINT}'
    return ''


def _misnamed(largest: float, longest: float, grounding: Grounding, scene: Scene) -> str:
    """Whether things of the name are of another size, in words; empty if not.

    Args:
        largest: longest side measured, m.
        longest: the same, or the height above the support, m.
        grounding: what was asked for.
        scene: the frame and the object's mask.
    """
    thing = understand(grounding.instruction or grounding.label).thing
    shape = thing.noun.shape if isinstance(thing, Thing) else ''
    if not shape:
        return ''
    low, high = shapes()[shape].size
    rows, columns = np.nonzero(scene.mask)
    height, width = scene.mask.shape
    whole = min(rows.min(), columns.min()) > 1 and rows.max() < height - 2
    whole = whole and columns.max() < width - 2
    if largest > _NAMED_LARGER * high or (whole and longest < low / _NAMED_SMALLER):
        return f'and a {shape} is {100 * low:.0f} to {100 * high:.0f} cm long: {UNIT_HINT}'
    return ''

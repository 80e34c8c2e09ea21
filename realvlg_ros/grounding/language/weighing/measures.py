"""Measures by which things are compared and counted."""

from __future__ import annotations

import numpy as np

from ....arrays import FloatArray
from ..tree.kinds import Side
from . import fits
from .scene import Scene

SIZES = ('volume', 'size', 'height', 'length', 'width', 'thickness')
# Measures that differ by no more are not told apart: of sizes the logarithm of the ratio, of
# places shares of the view, of distances m. Chosen: what an eye tells apart.
MARGINS = {
    **dict.fromkeys(SIZES, float(np.log(1.15))), 'volume': 3 * float(np.log(1.15)),
    'lightness': 0.12, 'distance': 0.03, 'right': 0.03, 'middle': 0.05, 'to': 0.02,
}  # fmt: skip


def values_of(measure: str, sign: int, scene: Scene) -> FloatArray:
    """A measure of each thing (n,), larger for what is meant.

    Args:
        measure: a key of MARGINS.
        sign: 1 where more of it is meant, -1 where less is.
        scene: what is seen.
    """
    items = scene.items
    if measure == 'right':
        values = scene.view.across(items)
    elif measure == 'middle':
        values = -np.abs(scene.view.across(items) - 0.5)
    elif measure == 'distance':
        values = np.array([float(np.linalg.norm(item.position)) for item in items])
    elif measure == 'lightness':
        values = np.array([fits.lightness(item) for item in items])
    else:
        values = np.log([max(float(getattr(item, measure)), 1e-9) for item in items])
    return np.asarray(sign * values)


def toward(side: Side, scene: Scene) -> FloatArray:
    """How far toward a side each thing (n,) is, for counting from there."""
    across = scene.view.across(scene.items)
    if side is Side.LEFT:
        return -across
    if side is Side.RIGHT:
        return across
    if side is Side.MIDDLE:
        return np.asarray(-np.abs(across - 0.5))
    away = scene.view.ground(scene.items)[:, 1]
    return away if side is Side.BACK else -away

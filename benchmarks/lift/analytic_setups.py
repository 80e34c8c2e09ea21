"""The solids of the analytic scenes, each with the grasp that it is for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.analytic.solids import Solid, bowl, box, cylinder, mug, sphere

# Half the height on a ball or lying cylinder, in radii, at which friction 0.4 still holds.
ROUND_SPAN = math.sin(math.atan(0.4))


@dataclass(frozen=True, eq=False)
class Setup:
    """A solid with its grasp in the object frame (z up), before it is placed.

    Attributes:
        shape: what it is, such as 'mug rim'.
        solid: the surface.
        middle: (3,) between the contacts.
        axis: (3,) along the opening; for round solids it is turned across the view.
        width: distance of the contacts.
        depth: how far below the middle the walls reach.
        margin: total opening beyond the width, m.
        round_axis: direction of a lying cylinder, zeros for a ball, None for walls.
    """

    shape: str
    solid: Solid
    middle: tuple[float, float, float]
    axis: tuple[float, float, float]
    width: float
    depth: float
    margin: float
    round_axis: tuple[float, float, float] | None = None


def setups() -> Iterator[Setup]:
    """Every solid, from a sheet of 5 mm to a bowl of 18 cm."""
    x = (1.0, 0.0, 0.0)
    for width, length, height in (
        (0.005, 0.10, 0.03), (0.010, 0.08, 0.02), (0.020, 0.10, 0.05), (0.030, 0.06, 0.10),
        (0.045, 0.09, 0.04), (0.060, 0.09, 0.13), (0.075, 0.12, 0.06), (0.090, 0.10, 0.05),
    ):  # fmt: skip
        shift = 0.2 * length
        yield Setup('box', box(width, length, height), (0, shift, height), x, width, height, 0.02)
    for diameter, length in (
        (0.010, 0.12),
        (0.025, 0.10),
        (0.045, 0.12),
        (0.066, 0.12),
        (0.09, 0.15),
    ):
        yield Setup(
            'lying cylinder', cylinder(diameter / 2, length, lying=True),
            (0, 0.1 * length, diameter / 2), x, diameter, 0.0, 0.02, (0.0, 1.0, 0.0),
        )  # fmt: skip
    for diameter, height in ((0.020, 0.06), (0.040, 0.10), (0.066, 0.115), (0.085, 0.05)):
        yield Setup(
            'standing cylinder', cylinder(diameter / 2, height), (0, 0, height), x,
            diameter, height, 0.02,
        )  # fmt: skip
    for diameter in (0.020, 0.040, 0.065, 0.085):
        yield Setup(
            'sphere', sphere(diameter / 2), (0, 0, diameter / 2), x, diameter, 0.0, 0.02,
            (0.0, 0.0, 0.0),
        )  # fmt: skip
    for diameter, height, wall in ((0.15, 0.075, 0.005), (0.12, 0.06, 0.007), (0.18, 0.09, 0.010)):
        radius = diameter / 2
        yield Setup(
            'bowl rim', bowl(radius, wall), (radius - wall / 2, 0, height), x, wall,
            ROUND_SPAN * radius, 0.025,
        )  # fmt: skip
    for diameter, height, wall in (
        (0.082, 0.095, 0.005),
        (0.10, 0.11, 0.006),
        (0.07, 0.08, 0.008),
    ):
        radius = diameter / 2
        yield Setup(
            'mug rim', mug(radius, height, wall), (radius - wall / 2, 0, height), x, wall,
            height - wall, 0.025,
        )  # fmt: skip
    for diameter, height in ((0.055, 0.07), (0.07, 0.08), (0.082, 0.095)):
        yield Setup(
            'mug body', mug(diameter / 2, height, 0.005), (0, 0, height), x, diameter,
            height, 0.02,
        )  # fmt: skip

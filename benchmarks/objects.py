"""The object instances that grasps are judged on, and scenes made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from realvlg_ros.arrays import FloatArray
from realvlg_ros.errors import WorldError
from realvlg_ros.simulation.colors import COLORS
from realvlg_ros.simulation.sim_object import SimObject
from realvlg_ros.simulation.trajectory import random_view
from realvlg_ros.simulation.world import Area, Table, World, scatter
from realvlg_ros.transforms import make_transform

# Dimensions (m) of each procedural instance; every one fits a hand that opens 80 mm, by its
# body, its rim or its handle.
_DIMENSIONS: dict[str, tuple[dict[str, float], ...]] = {
    'box': tuple(
        {'size_x': x, 'size_y': y, 'size_z': z}
        for x, y, z in (
            (0.060, 0.090, 0.130), (0.030, 0.060, 0.080), (0.050, 0.050, 0.050),
            (0.020, 0.120, 0.030), (0.065, 0.100, 0.040), (0.045, 0.160, 0.100),
            (0.015, 0.080, 0.022), (0.040, 0.040, 0.170),
        )
    ),
    'can': tuple(
        {'diameter': d, 'height': h}
        for d, h in (
            (0.066, 0.115), (0.050, 0.060), (0.030, 0.090), (0.068, 0.050), (0.040, 0.140),
            (0.056, 0.085),
        )
    ),
    'bottle': tuple(
        {'diameter': d, 'height': h, 'neck_diameter': n}
        for d, h, n in (
            (0.066, 0.210, 0.027), (0.050, 0.160, 0.022), (0.068, 0.250, 0.028),
            (0.040, 0.120, 0.020), (0.060, 0.180, 0.030),
        )
    ),
    'mug': tuple(
        {'diameter': d, 'height': h}
        for d, h in (
            (0.082, 0.095), (0.070, 0.080), (0.090, 0.100), (0.062, 0.075), (0.100, 0.110),
            (0.076, 0.120),
        )
    ),
    'bowl': tuple(
        {'diameter': d, 'height': h}
        for d, h in ((0.150, 0.062), (0.120, 0.050), (0.180, 0.070), (0.105, 0.048), (0.14, 0.08))
    ),
    'ball': tuple({'diameter': d} for d in (0.068, 0.050, 0.036, 0.026, 0.060)),
    'banana': tuple(
        {'length': a, 'diameter': d}
        for a, d in ((0.180, 0.036), (0.150, 0.030), (0.200, 0.040), (0.170, 0.033))
    ),
    'screwdriver': tuple(
        {'length': a, 'diameter': d}
        for a, d in ((0.200, 0.032), (0.150, 0.024), (0.240, 0.036), (0.180, 0.028))
    ),
}  # fmt: skip

# Turns (axis, angle) into the attitudes in which a shape comes to rest, besides upright.
_LYING = {
    'box': (((1.0, 0.0, 0.0), np.pi / 2), ((0.0, 1.0, 0.0), np.pi / 2)),
    'can': (((1.0, 0.0, 0.0), np.pi / 2),),
    'bottle': (((1.0, 0.0, 0.0), np.pi / 2),),
}


def procedural_objects() -> list[SimObject]:
    """Every procedural instance, each in its own colour, named like mug_2."""
    colors = list(COLORS)
    items: list[SimObject] = []
    for shape, instances in _DIMENSIONS.items():
        for index, dimensions in enumerate(instances):
            color = COLORS[colors[len(items) % len(colors)]]
            name = f'{shape}_{index}'
            items.append(SimObject.from_shape(shape, color, name=name, dimensions=dimensions))
    return items


def at_rest(item: SimObject, rng: np.random.Generator) -> SimObject:
    """The object in a random one of its resting attitudes, standing on z = 0."""
    from scipy.spatial.transform import Rotation

    turns = _LYING.get(item.shape, ())
    choice = int(rng.integers(0, 2 * len(turns) + 1)) - len(turns) - 1
    if choice < 0:
        return item
    axis, angle = turns[choice]
    rotation = Rotation.from_rotvec(np.multiply(axis, angle)).as_matrix()
    lowest = float((np.asarray(item.mesh.vertices) @ rotation.T)[:, 2].min())
    return replace(item, pose=make_transform(rotation, (0, 0, -lowest)))


def make_scene(items: Sequence[SimObject], seed: int, half_width: float, gap: float) -> World:
    """Objects at rest on random places of a square of the table, which grows until they fit."""
    rng = np.random.default_rng(seed)
    resting = [at_rest(item, rng) for item in items]
    for _ in range(20):
        area: Area = (-half_width, -half_width, half_width, half_width)
        try:
            placed = scatter(resting, (), area, gap, rng)
        except WorldError:
            half_width *= 1.1
            continue
        return World(placed, Table(size=(1.6, 1.6), seed=seed), name=f'scene_{seed}')
    raise WorldError(f'{len(items)} objects do not fit on {2 * half_width:.2f} m')


def seeded_view(seed: int) -> FloatArray:
    """The random view (4x4, camera to world) of a number."""
    return random_view(np.random.default_rng(seed + 7919))

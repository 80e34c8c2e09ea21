"""The objects that episodes draw from: made ones, or those of a folder of meshes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ..errors import WorldError
from ..simulation.colors import COLORS
from ..simulation.mesh_folder import read_mesh_folder
from ..simulation.physics.solid import Solid
from ..simulation.sim_object import SimObject

# What is made without a folder: shape and dimensions, m; each fits a hand of 80 mm by its body,
# its rim or its handle. Chosen: what stands on tables.
_MADE: tuple[tuple[str, dict[str, float]], ...] = (
    ('box', {'size_x': 0.060, 'size_y': 0.090, 'size_z': 0.130}),
    ('box', {'size_x': 0.030, 'size_y': 0.060, 'size_z': 0.080}),
    ('box', {'size_x': 0.050, 'size_y': 0.050, 'size_z': 0.050}),
    ('box', {'size_x': 0.020, 'size_y': 0.120, 'size_z': 0.030}),
    ('can', {'diameter': 0.066, 'height': 0.115}),
    ('can', {'diameter': 0.030, 'height': 0.090}),
    ('bottle', {'diameter': 0.060, 'height': 0.180, 'neck_diameter': 0.030}),
    ('bottle', {'diameter': 0.040, 'height': 0.120, 'neck_diameter': 0.020}),
    ('mug', {'diameter': 0.082, 'height': 0.095}),
    ('mug', {'diameter': 0.070, 'height': 0.080}),
    ('bowl', {'diameter': 0.150, 'height': 0.062}),
    ('bowl', {'diameter': 0.105, 'height': 0.048}),
    ('ball', {'diameter': 0.060}),
    ('ball', {'diameter': 0.036}),
    ('banana', {'length': 0.180, 'diameter': 0.036}),
    ('screwdriver', {'length': 0.200, 'diameter': 0.032}),
)


def made_objects() -> list[SimObject]:
    """Procedural objects, named like mug_1."""
    red = COLORS['red']
    return [
        SimObject.from_shape(shape, red, name=f'{shape}_{i}', label=shape, dimensions=dimensions)
        for i, (shape, dimensions) in enumerate(_MADE)
    ]


def load_stock(
    folder: Path | None,
    cache: Path | None = None,
    told: Callable[[str], None] = lambda words: None,
) -> list[Solid]:
    """Objects cut into convex parts; those without a volume are left out, and told.

    Args:
        folder: of meshes; None for procedural objects.
        cache: folder of convex parts; None for the default one.
        told: called with what is worth knowing.

    Raises:
        WorldError: the folder cannot be used, or nothing of it.
    """
    items = made_objects() if folder is None else read_mesh_folder(folder)
    stock = []
    for number, item in enumerate(items, 1):
        told(f'convex parts of {item.name} ({number} of {len(items)})')
        try:
            stock.append(Solid.of(item, cache))
        except WorldError as error:
            told(f'{item.name} is left out: {error}')
    if not stock:
        raise WorldError(f'no object of {folder} can be used')
    return stock


def digest(stock: Sequence[Solid]) -> str:
    """Names a stock: the same objects with the same labels and shapes."""
    found = hashlib.sha256()
    for solid in stock:
        found.update(f'{solid.name} {solid.item.label}'.encode())
        found.update(np.ascontiguousarray(solid.item.mesh.vertices, '<f8').tobytes())
    return found.hexdigest()[:16]

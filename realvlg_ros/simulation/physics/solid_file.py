"""The convex parts of a scene in a file, beside the world that is drawn from it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...boundary import Boundary
from ...errors import WorldError
from ...files import read_arrays
from ..convex_parts import ConvexPart
from ..world import World
from .solid import Solid

SOLIDS_FILE = 'solids.npz'


def write_solids(path: Path, solids: Sequence[Solid]) -> None:
    """Write the parts of solids; poses and paint are those of the world's file.

    Raises:
        WorldError: the file cannot be written.
    """
    arrays: dict[str, Any] = {
        'names': np.array([solid.name for solid in solids]),
        'fixed': np.array([solid.fixed for solid in solids]),
        'counts': np.array([len(solid.parts) for solid in solids]),
    }
    for i, solid in enumerate(solids):
        for j, part in enumerate(solid.parts):
            arrays[f'vertices_{i}_{j}'], arrays[f'faces_{i}_{j}'] = part.vertices, part.faces
    try:
        np.savez_compressed(path, **arrays)
    except OSError as error:
        raise WorldError(f'{path} cannot be written: {error.strerror}') from error


def read_solids(path: Path, world: World) -> tuple[Solid, ...]:
    """The objects of a world as solids, by a file that write_solids wrote.

    Raises:
        WorldError: it cannot be read, or holds another world's objects.
    """
    boundary = Boundary(f'solids {path}', WorldError)
    stored = read_arrays(path, boundary)
    with boundary.guard('cannot be read'):
        names, counts = [str(name) for name in stored['names']], stored['counts']
        solids = tuple(
            Solid.from_parts(
                world.object(name),
                tuple(
                    ConvexPart.checked(stored[f'vertices_{i}_{j}'], stored[f'faces_{i}_{j}'])
                    for j in range(int(counts[i]))
                ),
                fixed=bool(stored['fixed'][i]),
            )
            for i, name in enumerate(names)
        )
    missing = sorted({item.name for item in world.objects} - set(names))
    if missing:
        raise WorldError(f'{path} holds no parts of {", ".join(missing)}')
    return solids

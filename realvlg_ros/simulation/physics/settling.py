"""Let objects come to rest, standing or dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ...errors import WorldError
from ..world import Table
from .bodies import Bodies
from .settings import PickSettings
from .solid import Solid

# Objects slower than this are at rest, m/s; they must be so for this long, s; they have so long
# at most, s. Chosen: what then still creeps moves less than a millimetre while it is picked.
_REST_SPEED = 0.004
_REST_TIME = 0.2
_LONGEST = 6.0
# What is lower than this fell off the table, m. Chosen.
_FALLEN = -0.05


def settle(
    solids: Sequence[Solid], table: Table, settings: PickSettings | None = None
) -> tuple[Solid, ...]:
    """Objects where they come to rest; those that fall off the table are left out.

    Args:
        solids: where they are let go.
        table: on which they fall.
        settings: step and friction.

    Raises:
        MissingDependencyError: mujoco is not installed.
        WorldError: the engine refuses the model, or they do not come to rest.
    """
    settings = settings or PickSettings()
    bodies = Bodies(solids, table, settings)
    quiet = 0.0
    while quiet < _REST_TIME and bodies.time < _LONGEST:
        bodies.advance()
        quiet = quiet + settings.step if bodies.fastest(_FALLEN) < _REST_SPEED else 0.0
    if quiet < _REST_TIME:
        raise WorldError(f'the objects are not at rest after {_LONGEST:g} s')
    poses = bodies.poses()
    rested = []
    for solid in solids:
        pose = solid.item.pose if solid.fixed else poses[solid.name]
        if np.isfinite(pose).all() and pose[2, 3] > _FALLEN:
            rested.append(replace(solid, item=replace(solid.item, pose=pose)))
    return tuple(rested)

"""The most promising candidates that a quick look finds free."""

from __future__ import annotations

from collections import Counter

import numpy as np

from .approach import REACH, deepened
from .candidates import Candidates, coarse_crossings, narrowed
from .collision import coarse_hits
from .gripper import Gripper
from .obstacles import Obstacles
from .scene import Scene
from .settings import PlannerSettings
from .target_cloud import TargetCloud

# So many times the number of candidates wanted are looked at together.
_AT_ONCE = 2


def shortlist(
    candidates: Candidates,
    cloud: TargetCloud,
    scene: Scene,
    obstacles: Obstacles,
    gripper: Gripper,
    settings: PlannerSettings,
    refusals: Counter[str],
    shares: tuple[float, ...] = (REACH,),
    narrow_only: bool = False,
) -> Candidates:
    """The first max_candidates that are free, with as wide an opening as fits.

    No more are looked at than it takes to find them. What is free with a narrow opening only
    comes after all that is free with a wide one.

    Args:
        candidates: most promising first, with the fingertips at the height of the contacts.
        cloud: of the object, completed.
        scene: that the object was seen in.
        obstacles: around the object.
        gripper: its shape.
        settings: limits.
        refusals: counts why others are left out.
        shares: of the gripper's fingertip depth by which fingertips go past the contacts at
            most, one after the other.
        narrow_only: with as small a gap between fingers and object as is accepted.
    """
    wide, tight = [candidates.select(np.s_[:0])], [candidates.select(np.s_[:0])]
    wanted, size = settings.max_candidates, _AT_ONCE * settings.max_candidates
    parts = [(share, first) for share in shares for first in range(0, len(candidates), size)]
    for share, first in parts:
        part = candidates.select(np.s_[first : first + size])
        part = deepened(part, cloud, scene.plane is not None, gripper, settings, share)
        if narrow_only:
            part = narrowed(part, settings)
        crossing = coarse_crossings(part, cloud, gripper)
        refusals['fingers or palm meet the object'] += int(crossing.sum())
        part = part.select(~crossing)
        hit = coarse_hits(part, scene, obstacles, gripper, settings)
        wide.append(part.select(np.flatnonzero(~hit)[:wanted]))
        tight.append(part.select(hit))
        wanted -= len(wide[-1])
        if wanted == 0:
            return Candidates.joined(wide)
    narrow = narrowed(Candidates.joined(tight), settings)
    blocked = coarse_hits(narrow, scene, obstacles, gripper, settings)
    refusals['gripper meets other things'] += int(blocked.sum())
    return Candidates.joined([*wide, narrow.select(np.flatnonzero(~blocked)[:wanted])])

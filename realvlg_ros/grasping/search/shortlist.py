"""The most promising candidates that a quick look finds free."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from ...arrays import BoolArray
from ..candidates import Candidates, coarse_crossings, narrowed
from ..collision.collision import coarse_hits
from ..collision.obstacles import Obstacles
from ..gripper import Gripper
from ..observation.scene import Scene
from ..observation.target_cloud import TargetCloud
from ..settings import PlannerSettings
from .approach import REACH, deepened

# So many times the number of candidates wanted are looked at together.
_AT_ONCE = 2


@dataclass(frozen=True)
class Grip:
    """How fingers take an object.

    Attributes:
        reach: share of the gripper's fingertip depth by which fingertips go past the contacts at
            most.
        narrow: with as small a gap between fingers and object as is accepted.
    """

    reach: float = REACH
    narrow: bool = False


@dataclass(frozen=True)
class CoarseCheck:
    """Whether a gripper has room, looked at coarsely.

    Attributes:
        cloud: of the object, completed.
        scene: that the object was seen in.
        obstacles: around the object.
        gripper: its shape.
        settings: limits.
    """

    cloud: TargetCloud
    scene: Scene
    obstacles: Obstacles
    gripper: Gripper
    settings: PlannerSettings

    def take(self, candidates: Candidates, grip: Grip) -> Candidates:
        """Candidates whose fingertips are at the height of the contacts, with a grip."""
        has_table = self.scene.plane is not None
        candidates = deepened(
            candidates, self.cloud, has_table, self.gripper, self.settings, grip.reach
        )
        return narrowed(candidates, self.settings) if grip.narrow else candidates

    def crosses(self, candidates: Candidates) -> BoolArray:
        """Which candidates (n,) would have the gripper in the object."""
        return coarse_crossings(candidates, self.cloud, self.gripper)

    def hits(self, candidates: Candidates) -> BoolArray:
        """Which candidates (n,) would have it in something else."""
        return coarse_hits(candidates, self.scene, self.obstacles, self.gripper, self.settings)


def shortlist(
    candidates: Candidates,
    look: CoarseCheck,
    refusals: Counter[str],
    grips: tuple[Grip, ...] = (Grip(),),
) -> Candidates:
    """The first max_candidates that are free, with as wide an opening as fits.

    No more are looked at than it takes to find them. What is free with a narrow opening only
    comes after all that is free with a wide one.

    Args:
        candidates: most promising first, with the fingertips at the height of the contacts.
        look: what tells whether they are free.
        refusals: counts why others are left out.
        grips: tried one after the other, each with all candidates.
    """
    wide, tight = [candidates.select(np.s_[:0])], [candidates.select(np.s_[:0])]
    wanted = look.settings.max_candidates
    size = _AT_ONCE * wanted
    for grip, first in ((grip, i) for grip in grips for i in range(0, len(candidates), size)):
        part = look.take(candidates.select(np.s_[first : first + size]), grip)
        crossing = look.crosses(part)
        refusals['fingers or palm meet the object'] += int(crossing.sum())
        part = part.select(~crossing)
        hit = look.hits(part)
        wide.append(part.select(np.flatnonzero(~hit)[:wanted]))
        tight.append(part.select(hit))
        wanted -= len(wide[-1])
        if wanted == 0:
            return Candidates.joined(wide)
    narrow = narrowed(Candidates.joined(tight), look.settings)
    blocked = look.hits(narrow)
    refusals['gripper meets other things'] += int(blocked.sum())
    return Candidates.joined([*wide, narrow.select(np.flatnonzero(~blocked)[:wanted])])

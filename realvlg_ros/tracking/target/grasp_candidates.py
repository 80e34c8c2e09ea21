"""The grasps of one object over several plans, in the object frame.

Every plan measures the same grasps anew with its own noise: grasps of two plans that are near
each other are one grasp, averaged with the planner's covariance as measurement noise. The best
stays the best until another is clearly better for several plans.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...arrays import FloatArray
from ...grasping.grasp import Grasp, nearest_representative
from ...grasping.verification.scene_check import SceneCheck
from ..measurement.rigid_fit import difference, perturbed
from ..settings import TrackerSettings

# Errors that readings of one scene share (view, lens) do not average out: this share of the
# covariance of a plan on one frame always stays. Chosen: a tenth, a third of the deviation.
_SHARED_ERROR = 0.1
# A grasp that this many plans in a row did not find again is dropped. A plan holds only its best
# grasps, and noise decides which. Chosen: a miss or two say little.
_MAX_MISSES = 6
# A grasp this many match distances away, of another spot, confirms that one can grasp here.
# Chosen: twice the distance of equal ones.
_NEIGHBOUR = 2.0
# Weight of the newest score in the running mean. Chosen: follows in two or three plans.
_SCORE_MEMORY = 0.5

# A grasp whose space could not be seen for longer than this is not held any more, s. Chosen: noise
# and a hand that passes hide it for a few frames.
_UNSEEN_S = 0.5
SPACE_UNSEEN = 'the space of the fingers is not seen'


@dataclass(frozen=True, eq=False)
class Candidate:
    """One grasp as known from all plans so far.

    Attributes:
        grasp: latest metadata with the averaged pose and covariance, in the object frame.
        single_covariance: of the grasp of a plan on one frame.
        score: running mean of what plans order grasps by.
        plans: how many plans it was found in.
        trials: how many plans there were since it was first found.
        misses: plans in a row that did not find it.
        checked_ns: stamp of the last frame against whose scene it was checked, ns; 0 for none.
        blocked: what the gripper meets there now, in words; empty where it meets nothing.
    """

    grasp: Grasp
    single_covariance: FloatArray
    score: float
    plans: int = 1
    trials: int = 1
    misses: int = 0
    checked_ns: int = 0
    blocked: str = ''

    @property
    def rank(self) -> float:
        """Score by the share of the plans that found it; one more is given on trust."""
        return self.score * (self.plans + 1) / (self.trials + 1)


class GraspCandidates:
    """The grasps of one object, best first."""

    def __init__(self, settings: TrackerSettings) -> None:
        """Start without grasps."""
        self._settings = settings
        self._candidates: list[Candidate] = []
        self._challenges = 0
        self.plans = 0
        # The best grasp was blocked since a plan was asked for.
        self.disturbed = False
        # Stamp of the last frame in which something came in the way of the best, ns.
        self.changed_ns = 0

    def use_settings(self, settings: TrackerSettings) -> None:
        """Go on with other settings."""
        self._settings = settings

    @property
    def grasps(self) -> tuple[Grasp, ...]:
        """In the object frame, best first."""
        return tuple(c.grasp for c in self._candidates)

    @property
    def is_open(self) -> bool:
        """Whether the way of any grasp is free, as far as is known."""
        return any(not c.blocked for c in self._candidates)

    def published(self, watched: bool, most: int | None = None) -> tuple[tuple[Grasp, ...], int]:
        """The grasps to be published, best first, and the stamp of their oldest check.

        Args:
            watched: whether frames are checked: those that were not free in the last one that was
                are then left out, unless none was.
            most: at most so many; all if it is not given.
        """
        free = [c for c in self._candidates if not c.blocked]
        newest = max((c.checked_ns for c in free), default=0)
        if watched:
            free = [c for c in free if c.checked_ns == newest]
        if not free:
            return (), 0
        # The first place is held against small differences.
        highest = max(c.rank for c in free)
        behind = sorted(free[1:], key=lambda c: -c.rank)[: None if most is None else most - 1]
        grasps = [replace(free[0].grasp, preference=highest)]
        grasps += [replace(c.grasp, preference=c.rank) for c in behind]
        return tuple(grasps), min(c.checked_ns for c in free)

    def obstructions(self) -> str:
        """Why how many grasps cannot be used now, in words."""
        counts = Counter(c.blocked for c in self._candidates if c.blocked)
        return ', '.join(f'{reason} ({count})' for reason, count in counts.most_common())

    def take_checks(self, checks: Sequence[SceneCheck], stamp_ns: int, seen: bool) -> None:
        """Take what a frame says of each grasp, in their order; blocked ones go behind the others.

        Args:
            checks: of the grasps.
            stamp_ns: of the frame.
            seen: whether the object was where it was expected in it.
        """
        best = self._candidates[0]
        self._candidates = [
            _checked(candidate, check, stamp_ns, seen)
            for candidate, check in zip(self._candidates, checks, strict=True)
        ]
        if self._candidates[0].blocked and not best.blocked:
            self.disturbed, self.changed_ns = True, stamp_ns
        self._candidates.sort(key=lambda c: bool(c.blocked))

    def repeat_checks(self, before_ns: int, stamp_ns: int) -> None:
        """The checks of a frame hold in a newer one, which shows the same scene.

        Args:
            before_ns: stamp of the frame in which the grasps were checked.
            stamp_ns: of the newer one.
        """
        self._candidates = [
            replace(c, checked_ns=stamp_ns) if c.checked_ns >= before_ns and not c.blocked else c
            for c in self._candidates
        ]

    def clear(self) -> None:
        """Forget all grasps, as after a change of the object's surroundings."""
        self._candidates = []
        self._challenges = 0
        self.plans = 0

    def settle(self) -> None:
        """Put the best first whatever was there: nothing has been published yet."""
        self._candidates.sort(key=lambda c: (bool(c.blocked), -c.rank))
        self._challenges = 0

    def begin_again(self) -> None:
        """Trust what is known like a single plan: the object has moved, and following it errs."""
        self.plans = 0
        self._candidates = [
            replace(c, grasp=replace(c.grasp, covariance=c.single_covariance), plans=1, trials=1)
            for c in self._candidates
        ]

    def add_plan(self, grasps: tuple[Grasp, ...], averaged: int = 1, stamp_ns: int = 0) -> None:
        """Fuse the grasps of one plan.

        Args:
            grasps: in the object frame, best first.
            averaged: how many frames the depth that was planned on is the mean of.
            stamp_ns: of the frame that was planned in.
        """
        self.plans += 1
        free = list(grasps)
        kept = []
        for candidate in self._candidates:
            match, _ = self._nearest(candidate, free)
            if match is not None:
                free = [grasp for grasp in free if grasp is not match]
                kept.append(_fuse(candidate, match, averaged, stamp_ns))
            elif self._nearest(candidate, grasps)[1] < _NEIGHBOUR:
                plans, trials = candidate.plans + 1, candidate.trials + 1
                kept.append(replace(candidate, plans=plans, trials=trials, misses=0))
            elif candidate.misses + 1 < _MAX_MISSES:
                trials, misses = candidate.trials + 1, candidate.misses + 1
                kept.append(replace(candidate, trials=trials, misses=misses))
        reference = kept[0].grasp.tcp2frame if kept else None
        # What is near a known grasp, beside its own measurement, is no other grasp.
        known = list(kept)
        free = [g for g in free if all(self._nearest(c, (g,))[0] is None for c in known)]
        for grasp in free:
            same = grasp if reference is None else nearest_representative(grasp, reference)
            noise = (_SHARED_ERROR + (1 - _SHARED_ERROR) / averaged) * same.covariance
            first = replace(same, covariance=noise)
            kept.append(Candidate(first, same.covariance, same.preference, checked_ns=stamp_ns))
            reference = kept[0].grasp.tcp2frame
        self._candidates = self._ranked(kept)

    def _nearest(
        self, candidate: Candidate, grasps: Sequence[Grasp]
    ) -> tuple[Grasp | None, float]:
        """The grasp that is this candidate seen again, and how far the nearest is (1: so far).

        Farther than a neighbour counts as that far.
        """
        best, best_distance = None, _NEIGHBOUR
        place = candidate.grasp.tcp2frame[:3, 3]
        reach = _NEIGHBOUR * self._settings.match_distance
        for grasp in grasps:
            if math.dist(grasp.tcp2frame[:3, 3], place) > reach:
                continue
            same = nearest_representative(grasp, candidate.grasp.tcp2frame)
            error = difference(same.tcp2frame, candidate.grasp.tcp2frame)
            position = float(np.linalg.norm(error[:3])) / self._settings.match_distance
            angle = math.degrees(float(np.linalg.norm(error[3:]))) / self._settings.match_angle_deg
            if max(position, angle) < best_distance:
                best, best_distance = grasp, max(position, angle)
        return best if best_distance < 1 else None, best_distance

    def _ranked(self, candidates: list[Candidate]) -> list[Candidate]:
        """Best first, with hysteresis for the first place; the first of the list held it."""
        if not candidates:
            self._challenges = 0
            return []
        holder = candidates[0]
        ranked = sorted(candidates, key=lambda c: (bool(c.blocked), -c.rank))
        if ranked[0] is holder:
            self._challenges = 0
            return ranked
        if holder.blocked and not ranked[0].blocked:
            self._challenges = 0
            return ranked
        ahead = ranked[0].rank > holder.rank + self._settings.switch_margin
        self._challenges = self._challenges + 1 if ahead else 0
        if self._challenges < self._settings.switch_persistence:
            ranked.remove(holder)
            return [holder, *ranked]
        self._challenges = 0
        return ranked


def _fuse(candidate: Candidate, measured: Grasp, averaged: int, stamp_ns: int) -> Candidate:
    """Kalman update of a grasp that does not move in the object frame."""
    old = candidate.grasp
    same = nearest_representative(measured, old.tcp2frame)
    # The share that all plans have in common is set aside while the rest is averaged.
    shared = _SHARED_ERROR * candidate.single_covariance
    prior = old.covariance - shared
    noise = same.covariance * (1 - _SHARED_ERROR) / averaged
    gain = np.linalg.solve(prior + noise, prior).T
    pose = perturbed(old.tcp2frame, gain @ difference(same.tcp2frame, old.tcp2frame))
    share = float(np.trace(gain)) / 6
    grasp = replace(
        same,
        tcp2frame=pose,
        covariance=(np.eye(6) - gain) @ prior + shared,
        object_width=old.object_width + share * (same.object_width - old.object_width),
        contact_points=old.contact_points + share * (same.contact_points - old.contact_points),
    )
    score = candidate.score + _SCORE_MEMORY * (same.preference - candidate.score)
    return Candidate(
        grasp, candidate.single_covariance, score, candidate.plans + 1, candidate.trials + 1,
        checked_ns=max(stamp_ns, candidate.checked_ns),
        blocked=candidate.blocked if candidate.checked_ns > stamp_ns else '',
    )  # fmt: skip


def _checked(candidate: Candidate, check: SceneCheck, stamp_ns: int, seen: bool) -> Candidate:
    """A candidate after a check of its surroundings."""
    if check.blocked:
        return replace(candidate, blocked=check.blocked)
    if check.unseen and seen and (stamp_ns - candidate.checked_ns) * 1e-9 > _UNSEEN_S:
        return replace(candidate, blocked=SPACE_UNSEEN)
    if check.unseen or not seen:
        return candidate
    grasp = replace(candidate.grasp, clearance=check.clearance)
    return replace(candidate, grasp=grasp, checked_ns=stamp_ns, blocked='')

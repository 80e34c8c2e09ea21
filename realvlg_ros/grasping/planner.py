"""Grasps of one object in one frame: mask and depth in, ranked 6-DoF grasps out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from ..arrays import BoolArray, FloatArray
from ..errors import SupportPlaneError
from ..frame import RgbdFrame
from ..grounding.grounding import Grounding
from ..rectangle import ContactPair
from ..segmentation.box_surface import object_in_box
from ..support_plane import SupportPlane, find_support_plane
from .candidates import Candidates
from .collision.collision import clearances
from .collision.obstacles import Obstacles
from .completion.symmetry import Completion, complete
from .contact.alignment import aligned
from .contact.closing import close_fingers
from .covariance import SEARCHED, contact_covariance, tcp_covariance
from .grasp import Grasp, GraspSource
from .gripper import Gripper
from .lift.lift import LiftedContacts, carrying_lift
from .observation.scene import Scene
from .observation.target_cloud import TargetCloud
from .plan import GraspPlan, StageTimer, plan_message
from .search.antipodal import Pairs, footprint_pairs, propose_pairs
from .search.approach import REACH, approach_candidates, raised_above_support
from .search.proposals import known_candidates, lift_proposals, lifted_pairs
from .search.shortlist import CoarseCheck, Grip, shortlist
from .settings import PlannerSettings
from .verification.checks import Checked
from .verification.ranking import diverse
from .verification.settling import settled

# The opening is turned by these about the vertical in the second look, rad: inside the cone.
_TURNS = (-0.2, 0.0, 0.2)
_SECOND_GRIPS = (Grip(REACH / 2, narrow=True), Grip(REACH, narrow=True))

__all__ = ['GraspPlan', 'GraspPlanner', 'PlannerSettings']


class GraspPlanner:
    """Plans grasps for one gripper."""

    def __init__(self, gripper: Gripper, settings: PlannerSettings | None = None) -> None:
        self.gripper = gripper
        self.settings = settings or PlannerSettings()

    def plan(
        self,
        frame: RgbdFrame,
        grounding: Grounding,
        up: FloatArray | None = None,
        plane: SupportPlane | None = None,
        known: Sequence[Grasp] = (),
    ) -> GraspPlan:
        """Plan grasps of the grounded object.

        Args:
            frame: the frame that the grounding refers to.
            grounding: with a mask, or at least a box.
            up: (3,) unit vector opposite to gravity in the optical frame, if known.
            plane: the support, if it is known already; found in the depth otherwise.
            known: grasps of earlier plans, in the optical frame: each is measured again where it
                is. Those that hold are answered, max_grasps of them at most, beside as many that
                are found.
        """
        timer = StageTimer()
        if plane is None:
            try:
                plane = find_support_plane(frame, up)
            except SupportPlaneError:
                plane = None
        timer.stage('plane')
        mask = _target_mask(frame, grounding, plane)
        if not (mask & frame.valid).any():
            return GraspPlan(
                (), 'the object has no depth reading; look from another side', plane=plane
            )
        scene = Scene.around(frame, mask, plane, up)
        cloud = TargetCloud.from_scene(scene, self.settings.noise)
        problem = self._problem_of(cloud)
        if problem:
            return GraspPlan((), problem, {'depth does not support the object': 1}, plane)
        timer.stage('cloud')
        completion = complete(cloud, scene, self.settings.noise)
        full = completion.cloud
        timer.stage('completion')
        refusals: Counter[str] = Counter()
        obstacles = Obstacles.around(scene, self.settings)
        lifts = []
        if self.settings.grasp_source != 'geometry':
            lifts = lift_proposals(scene, grounding, self.gripper, self.settings, refusals)
        candidates = self._propose(full, scene, obstacles, lifts, refusals)
        timer.stage('search')
        grasps = self._check(candidates, completion, scene, obstacles, refusals)
        timer.stage('check')
        if not grasps and self.settings.grasp_source != 'model':
            candidates = self._second_search(full, scene, obstacles)
            grasps = self._check(candidates, completion, scene, obstacles, refusals, align=False)
            timer.stage('second look')
        if known:
            again = self._measure(known, completion, scene, obstacles)
            grasps = sorted([*again, *grasps], key=lambda grasp: grasp.quality, reverse=True)
            timer.stage('known')
        grasps = [carrying_lift(grasp, lifts) for grasp in grasps]
        message = plan_message(grasps, refusals, full.points, self.gripper.max_opening)
        return GraspPlan(tuple(grasps), message, dict(refusals), plane, timer.stages)

    def _problem_of(self, cloud: TargetCloud) -> str:
        """Why the depth does not support a grasp; empty where it does."""
        if len(cloud.points) == 0:
            return (
                'too few depth readings of the object can be used (holes, flying pixels, or it '
                'does not rise above its support)'
            )
        least = self.settings.min_support_ratio
        if cloud.support_ratio >= least:
            return ''
        return (
            f'only {cloud.support_ratio:.0%} of the object has depth that fits it, at least '
            f'{least:.0%} are needed: is it transparent or shiny? Look from another side'
        )

    def _propose(
        self,
        cloud: TargetCloud,
        scene: Scene,
        obstacles: Obstacles,
        lifts: Sequence[LiftedContacts],
        refusals: Counter[str],
    ) -> Candidates:
        """Candidates from the search, from the model, or both."""
        settings, gripper = self.settings, self.gripper
        batches = []
        if settings.grasp_source != 'geometry':
            pairs = lifted_pairs(lifts, scene)
            batches.append(approach_candidates(pairs, cloud, gripper, settings, from_model=True))
        if settings.grasp_source != 'model':
            found = self._pairs(cloud, scene)
            found = footprint_pairs(cloud, self._widest).followed_by(found)
            if len(found.centers) == 0:
                refusals['no antipodal pair within the opening'] += 1
            batches.append(approach_candidates(found, cloud, gripper, settings))
        everything = Candidates.joined(batches)
        look = CoarseCheck(cloud, scene, obstacles, gripper, settings)
        free = shortlist(everything, look, refusals)
        if not len(free) and not refusals.total():
            refusals['palm or support stops the fingers before the contacts'] += len(everything)
        return free

    def _second_search(self, cloud: TargetCloud, scene: Scene, obstacles: Obstacles) -> Candidates:
        """More directions of opening, and shallower grips, where the usual ones are blocked."""
        settings, gripper = self.settings, self.gripper
        pairs = self._pairs(cloud, scene)
        pairs = pairs.turned(_TURNS, settings.max_candidates // len(_TURNS))
        turned = approach_candidates(pairs, cloud, gripper, settings)
        look = CoarseCheck(cloud, scene, obstacles, gripper, settings)
        return shortlist(turned, look, Counter(), _SECOND_GRIPS)

    def _pairs(self, cloud: TargetCloud, scene: Scene) -> Pairs:
        """Opposite places on the object's surface, most promising first."""
        settings, gripper = self.settings, self.gripper
        thickness = gripper.finger_thickness + settings.table_clearance
        return propose_pairs(
            cloud, settings.friction, self._widest, settings.max_candidates,
            gripper.finger_length, None if scene.plane is None else thickness,
        )  # fmt: skip

    def _measure(
        self, known: Sequence[Grasp], completion: Completion, scene: Scene, obstacles: Obstacles
    ) -> list[Grasp]:
        """Known grasps where they are now, as far as they hold."""
        candidates = known_candidates(known, scene)
        # On a round thing they settle: turned to its walls each time, they would follow its rim.
        align = completion.axis is None
        return self._check(candidates, completion, scene, obstacles, Counter(), align)

    @property
    def _widest(self) -> float:
        """Largest distance of contacts that the open fingers clear, m."""
        largest = min(self.gripper.max_opening, self.settings.max_opening)
        return largest - 2 * self.settings.min_finger_clearance

    def _check(
        self,
        candidates: Candidates,
        completion: Completion,
        scene: Scene,
        obstacles: Obstacles,
        refusals: Counter[str],
        align: bool = True,
    ) -> list[Grasp]:
        """Close the fingers, check collisions, rank and thin out."""
        settings, gripper = self.settings, self.gripper
        if len(candidates) == 0:
            return []
        cloud = completion.cloud
        if align:
            candidates = aligned(candidates, cloud, gripper, completion.axis)
        if scene.plane is not None:
            candidates = raised_above_support(candidates, gripper, settings)
        candidates, closing = close_fingers(candidates, cloud, gripper, settings)
        fits = np.isfinite(candidates.openings)
        refusals['wider than the opening'] += int((~fits).sum())
        candidates, closing = candidates.select(fits), closing.select(fits)
        if len(candidates) == 0:
            return []
        checked = Checked.of(candidates, closing, cloud, scene, obstacles, gripper, settings)
        alive = np.ones(len(candidates), bool)
        for reason, bad in checked.faults.items():
            refusals[reason] += int((alive & bad).sum())
            alive &= ~bad
        order = np.flatnonzero(alive)[np.argsort(-checked.score[alive], kind='stable')]
        good = order[checked.score[order] >= settings.min_quality]
        chosen = diverse(candidates, good, settings.max_grasps)
        if not chosen:
            return []
        best = checked.select(np.array(chosen))
        if completion.axis is not None:
            axis = completion.axis
            best = settled(best, cloud, scene, obstacles, gripper, settings, axis)
        gaps = clearances(best.candidates, scene, obstacles, gripper)
        return [self._grasp(best, k, float(gap), scene) for k, gap in enumerate(gaps)]

    def _grasp(self, best: Checked, k: int, clearance: float, scene: Scene) -> Grasp:
        """One candidate in the camera's optical frame."""
        settings = self.settings
        candidates, closing = best.candidates, best.closing
        contacts = closing.contacts[k] @ scene.support2camera[:3, :3].T
        contacts = contacts + scene.support2camera[:3, 3]
        tcp2support = np.eye(4)
        tcp2support[:3, :3] = candidates.rotations[k]
        tcp2support[:3, 3] = candidates.tips[k]
        tcp2camera = scene.support2camera @ tcp2support
        camera = scene.frame.camera
        pixels = camera.project(contacts)
        depth = float(contacts[:, 2].mean())
        pair = ContactPair(*pixels[0], *pixels[1])
        counts = (int(closing.counts[k, 0]), int(closing.counts[k, 1]))
        up = scene.support2camera[:3, 2]
        return Grasp(
            tcp2frame=tcp2camera,
            covariance=tcp_covariance(
                contact_covariance(contacts, counts, camera.fx, settings.noise),
                contacts.mean(axis=0),
                tcp2camera,
                SEARCHED,
            ),
            object_width=float(closing.widths[k]),
            opening_width=float(candidates.openings[k]),
            standoff=settings.standoff,
            retreat=up.copy(),
            retreat_distance=settings.retreat_distance,
            quality=float(np.clip(best.score[k], 0, 1)),
            source=GraspSource.MODEL if candidates.from_model[k] else GraspSource.GEOMETRY,
            rectangle=pair.to_rectangle(self.gripper.finger_width * camera.fx / depth),
            contacts=pair,
            contact_points=contacts,
            support_counts=counts,
            clearance=clearance,
            terms={name: float(value[k]) for name, value in best.terms.items()},
        )


def _target_mask(frame: RgbdFrame, grounding: Grounding, plane: SupportPlane | None) -> BoolArray:
    """The object's pixels: the mask, or the surface that the box is meant for."""
    if grounding.mask is not None:
        return grounding.mask.to_full(*frame.depth.shape)
    if grounding.box is None:
        return np.zeros(frame.depth.shape, bool)
    return object_in_box(frame, grounding.box, plane)

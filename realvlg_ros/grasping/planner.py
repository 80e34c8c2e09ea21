"""Grasps of one object in one frame: mask and depth in, ranked 6-DoF grasps out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..arrays import FloatArray
from ..errors import LiftError, SupportPlaneError
from ..frame import RgbdFrame
from ..grounding.grounding import Grounding
from ..image_region import RegionMask
from ..support_plane import SupportPlane, find_support_plane, known_support
from .collision.collision import REACHES_HOLES
from .completion.object_box import box_around
from .completion.symmetry import complete
from .context import PlanningContext
from .grasp import Grasp
from .gripper import Gripper
from .lift.lift import carrying_lift
from .observation.near_limit import near_limit
from .observation.observe import observe, target_mask
from .observation.scene import Scene
from .observation.support import support_under
from .observation.target_cloud import TargetCloud
from .plan import GraspPlan, StageTimer, plan_message
from .plausibility import check_measures
from .proposal_box import ProposalBox
from .search.external import CheckedProposals, check_external
from .search.proposals import known_candidates, lift_proposals
from .search.search import search, search_again
from .settings import PlannerSettings
from .verification.checks import NOT_SEEN
from .verification.next_view import in_words
from .verification.scene_check import SceneCheck, check_in_scene
from .verification.verify import verify

__all__ = ['GraspPlan', 'GraspPlanner', 'PlannerSettings']


class GraspPlanner:
    """Plans grasps for one gripper."""

    def __init__(
        self,
        gripper: Gripper,
        settings: PlannerSettings | None = None,
        proposals: ProposalBox | None = None,
    ) -> None:
        """Take the gripper.

        Args:
            gripper: its shape.
            settings: limits and weights of planning.
            proposals: where grasps of other planners wait; None for none.
        """
        self.gripper = gripper
        self.settings = settings or PlannerSettings()
        self.proposals = proposals

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
            plane: the support, if it is known already; otherwise what is found in the depth, or
                the frame's, carries the object.
            known: grasps of earlier plans, in the optical frame. Each is checked again at its
                pose; at most max_grasps of those that pass are returned, in addition to at most
                max_grasps new ones.

        Grasps that other planners propose for the time of the frame pass the same checks; at most
        max_grasps of each planner are returned, in addition, too.

        Returns:
            The plan. Where no grasp is found its message and refusals say why.
        """
        timer = StageTimer()
        settings, refusals = self.settings, Counter[str]()
        support = plane if plane is not None else _support(frame, up)
        timer.stage('plane')
        try:
            mask = target_mask(frame, grounding, support)
            if plane is None:
                plane = support_under(frame, mask, support, up)
            scene, seen = observe(frame, mask, plane, up)
            _check_support(seen, scene, settings.min_support_ratio)
            check_measures(scene, seen.points, grounding, self.gripper.max_opening)
        except LiftError as error:
            return GraspPlan((), str(error), {'depth does not support the object': 1}, plane)
        timer.stage('cloud')
        completion = complete(seen, scene)
        timer.stage('completion')
        context = PlanningContext.of(scene, completion, self.gripper, settings)
        lifts = lift_proposals(context, grounding, refusals)
        above = context.well_above_support()
        candidates = search(above, lifts, refusals)
        timer.stage('search')
        found = verify(above, candidates, refusals)
        timer.stage('check')
        external = self._external(context, refusals)
        if not found.grasps and not external.grasps and settings.grasp_source != 'model':
            again = verify(context, search_again(context), refusals, align=False)
            found = again if again.grasps or again.look_from is not None else found
            timer.stage('second look')
        grasps = found.grasps
        if known or external.grasps:
            grasps = _ranked([*_verify_known(context, known), *external.grasps, *grasps])
            timer.stage('known')
        grasps = [carrying_lift(grasp, lifts) for grasp in grasps]
        advice, look_from = '', None
        if not grasps:
            advice, look_from = _advice(context, found.look_from, refusals)
        named = () if look_from is None else NOT_SEEN
        points, opening = context.cloud.points, self.gripper.max_opening
        message = plan_message(grasps, refusals, named, points, opening) + external.message
        box = box_around(completion.cloud.points, scene)
        return GraspPlan(
            tuple(grasps), message + advice, dict(refusals), plane, timer.stages, box, look_from
        )

    def _external(self, context: PlanningContext, refusals: Counter[str]) -> CheckedProposals:
        """What is left of the grasps that other planners propose."""
        proposals = self.proposals.for_frame(context.scene.frame) if self.proposals else []
        if not proposals:
            return CheckedProposals()
        return check_external(context, proposals, refusals)

    def recheck(
        self,
        frame: RgbdFrame,
        mask: RegionMask,
        grasps: Sequence[Grasp],
        plane: SupportPlane | None = None,
        up: FloatArray | None = None,
    ) -> list[SceneCheck]:
        """Check grasps of earlier plans against what stands around the object in a frame.

        Args:
            frame: colour and depth.
            mask: pixels of the object.
            grasps: in the optical frame.
            plane: the support in the optical frame, or None.
            up: (3,) unit vector opposite to gravity in the optical frame, if known.

        Returns:
            The result for each grasp. Its contacts with the object are not part of it.
        """
        return check_in_scene(frame, mask, grasps, self.gripper, self.settings, plane, up)


def _support(frame: RgbdFrame, up: FloatArray | None) -> SupportPlane | None:
    """The support plane in the depth, else the one known otherwise, else None."""
    try:
        return find_support_plane(frame, up)
    except SupportPlaneError:
        return known_support(frame)


def _check_support(cloud: TargetCloud, scene: Scene, least: float) -> None:
    """Reject an object of which too few pixels have usable depth.

    Raises:
        LiftError: the share of such pixels is below the limit.
    """
    if cloud.support_ratio < least:
        raise LiftError(
            f'only {cloud.support_ratio:.1%} of the object has depth that fits it, at least '
            f'{least:.0%} are needed: is it transparent or shiny? Look from another side'
            + near_limit(scene.frame, scene.distance)
        )


def _advice(
    context: PlanningContext, view: FloatArray | None, refusals: Counter[str]
) -> tuple[str, FloatArray | None]:
    """What may help where there is no grasp, in words, and from where to look (3,), if that may.

    Args:
        context: of the plan.
        view: unit vector from the object toward the camera that is asked for, in the support
            frame; None where another view does not help.
        refusals: numbers of rejected candidates, by reason.

    Returns:
        The words; the view in the optical frame, or None.
    """
    scene = context.scene
    nearness = near_limit(scene.frame, scene.distance) if refusals[REACHES_HOLES] else ''
    if nearness or view is None:
        return nearness, None
    return f'; {in_words(context, view)}', scene.support2camera[:3, :3] @ view


def _verify_known(context: PlanningContext, known: Sequence[Grasp]) -> list[Grasp]:
    """Known grasps at their poses, as far as they pass all checks."""
    if not known:
        return []
    # Settling fits grasps on an object of revolution to its walls; aligned first in every frame,
    # they would drift along its rim.
    align = context.axis is None
    return verify(context, known_candidates(context, known), Counter(), align).grasps


def _ranked(grasps: list[Grasp]) -> list[Grasp]:
    return sorted(grasps, key=lambda grasp: grasp.preference, reverse=True)

"""Candidates from lifted rectangles and contacts of a model, and from earlier grasps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from ...errors import LiftError, RectangleError
from ...grounding.grounding import Grounding
from ...rectangle import ContactPair, GraspRectangle
from ..candidates import Candidates
from ..context import PlanningContext
from ..grasp import Grasp, GraspSource
from ..lift.lift import LiftedContacts, lift_contacts, lift_rectangle
from .antipodal import Pairs


def lift_proposals(
    context: PlanningContext, grounding: Grounding, refusals: Counter[str]
) -> list[LiftedContacts]:
    """Lift the grounding's rectangles and contacts; empty where grasp_source is geometry.

    Args:
        context: of the plan.
        grounding: with the model's proposals.
        refusals: numbers of rejected candidates, by reason; updated for those that do not lift.
    """
    if context.settings.grasp_source == 'geometry':
        return []
    lifts: list[LiftedContacts] = []
    proposals: list[GraspRectangle | ContactPair] = [*grounding.rectangles, *grounding.contacts]
    for proposal in proposals:
        try:
            lifts.append(_lift(context, proposal))
        except (LiftError, RectangleError) as error:
            refusals[f"the model's proposal is refused: {error}"] += 1
    return lifts


def _lift(context: PlanningContext, proposal: GraspRectangle | ContactPair) -> LiftedContacts:
    scene, settings = context.scene, context.settings
    if isinstance(proposal, GraspRectangle):
        return lift_rectangle(proposal, scene, settings)
    return lift_contacts(proposal, scene, context.gripper.finger_width, settings)


def lifted_pairs(context: PlanningContext, lifts: Sequence[LiftedContacts]) -> Pairs:
    """Lifted contacts as pairs in the support frame."""
    camera2support = context.scene.camera2support
    rotation, translation = camera2support[:3, :3], camera2support[:3, 3]
    centers = np.array([lifted.center for lifted in lifts]).reshape(-1, 3)
    axes = np.array([lifted.axis for lifted in lifts]).reshape(-1, 3)
    widths = np.array([lifted.width for lifted in lifts])
    return Pairs(centers @ rotation.T + translation, axes @ rotation.T, widths)


def known_candidates(context: PlanningContext, known: Sequence[Grasp]) -> Candidates:
    """Grasps in the camera's optical frame as candidates in the support frame, unchanged."""
    poses = context.scene.camera2support @ np.array([grasp.tcp2frame for grasp in known])
    return Candidates(
        poses[:, :3, :3],
        poses[:, :3, 3],
        np.array([grasp.object_width for grasp in known]),
        np.array([grasp.opening_width for grasp in known]),
        np.array([grasp.source is GraspSource.MODEL for grasp in known]),
        np.array([grasp.proposer for grasp in known], object),
    )

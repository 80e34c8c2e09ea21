"""Grasps of other planners as candidates: they pass every check, or are refused with a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...arrays import FloatArray
from ..candidates import Candidates, local_coordinates
from ..contact.pad_contacts import between_fingers
from ..context import PlanningContext
from ..grasp import Grasp
from ..verification.verify import verify

# Reasons that a message tells of each planner. Chosen: a person reads no more.
_TOLD = 2


@dataclass(frozen=True)
class ExternalGrasp:
    """A pose that another planner proposes.

    Attributes:
        tcp2frame: 4x4 pose of the TCP, as of Grasp, m.
        score: 0 to 1, the better the larger; it chooses which are looked at first.
        proposer: name of the planner.
    """

    tcp2frame: FloatArray
    score: float
    proposer: str


@dataclass(frozen=True)
class CheckedProposals:
    """What is left of the proposals.

    Attributes:
        grasps: those that passed every check, in the camera's optical frame, best first.
        message: of each planner, how many of its proposals passed and why others did not.
    """

    grasps: tuple[Grasp, ...] = ()
    message: str = ''


def check_external(
    context: PlanningContext, proposals: Sequence[ExternalGrasp], refusals: Counter[str]
) -> CheckedProposals:
    """Put proposals to the checks that our own candidates pass.

    The fingers close on the object as it is seen: they are centred between its sides, open as wide
    as they must, and get the covariance of what was measured there. The approach and the opening
    axis stay as proposed, within the alignment with the surfaces that the pads meet first.

    Args:
        context: of the plan.
        proposals: in the camera's optical frame.
        refusals: numbers of rejected candidates, by reason; updated.
    """
    grasps: list[Grasp] = []
    said = []
    for name in dict.fromkeys(proposal.proposer for proposal in proposals):
        own = sorted((p for p in proposals if p.proposer == name), key=lambda p: -p.score)
        looked = own[: context.settings.max_candidates]
        why = Counter[str]()
        candidates = external_candidates(context, looked)
        # As with grasps known before, those on a body of revolution are not turned to its walls.
        passed = verify(context, candidates, why, align=context.axis is None).grasps
        grasps += passed
        refusals.update({f'{reason} (of {name})': count for reason, count in why.items()})
        said.append(_summary(name, len(own), len(looked), len(passed), why))
    grasps.sort(key=lambda grasp: -grasp.preference)
    return CheckedProposals(tuple(grasps), ''.join(f'; {words}' for words in said))


def external_candidates(
    context: PlanningContext, proposals: Sequence[ExternalGrasp]
) -> Candidates:
    """Proposals as candidates in the support frame, centred on what is between their fingers.

    Args:
        context: of the plan.
        proposals: in the camera's optical frame, best first.
    """
    poses = context.scene.camera2support @ np.array([p.tcp2frame for p in proposals])
    count, widest = len(proposals), np.full(len(proposals), context.max_opening)
    made = Candidates(
        poses[:, :3, :3], poses[:, :3, 3], np.zeros(count), widest, np.zeros(count, bool),
        np.array([p.proposer for p in proposals], object),
    )  # fmt: skip
    local = local_coordinates(made, context.cloud.points)
    inside = between_fingers(local, widest, context.gripper)
    met = inside.any(axis=1)
    across = local[:, 1].astype(np.float64)
    low = np.where(met, np.where(inside, across, np.inf).min(axis=1), 0.0)
    high = np.where(met, np.where(inside, across, -np.inf).max(axis=1), 0.0)
    widths = high - low
    tips = made.tips + ((high + low) / 2)[:, None] * made.rotations[:, :, 1]
    openings = np.minimum(widths + 2 * context.settings.finger_clearance, context.max_opening)
    return Candidates(
        made.rotations, tips, widths, openings, made.from_model, made.proposers
    )  # fmt: skip


def _summary(name: str, count: int, looked: int, passed: int, why: Counter[str]) -> str:
    """What became of a planner's proposals, in words."""
    said = f'{passed} of {count} proposals of {name} taken'
    if looked < count:
        said += f' (the best {looked} were checked)'
    reasons = [f'{reason} ({number})' for reason, number in why.most_common(_TOLD) if number]
    return f'{said}: {", ".join(reasons)}' if reasons else said

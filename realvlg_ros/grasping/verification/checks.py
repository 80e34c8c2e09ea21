"""Checks and quality of closed candidates."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ...arrays import BoolArray, FloatArray
from ...transforms import transform_points
from ..candidates import Candidates
from ..collision.collision import MEETS_OTHERS, REACHES_HOLES, Collisions, check_collisions
from ..completion.handle import handle_direction
from ..contact.closing import Closing
from ..context import PlanningContext
from .ranking import NORMAL_SLACK, holding_probability, order_score, term_values

# Reasons of refusals.
FINGERS_UNSEEN = 'fingers in unseen space'
PALM_UNSEEN = 'palm in unseen space'
ASSUMED = 'assumed from too few readings'
BLURRED = 'depth is blurred: contacts off the outline are assumed'
OUTSIDE_CONE = 'contacts outside the friction cone'
COVERED = 'rests on a side that is covered or cut off'
LOW_QUALITY = 'quality below min_quality'
# Of these, those that say that too little is seen to judge, not that the gripper meets something.
UNSEEN = (REACHES_HOLES, FINGERS_UNSEEN, PALM_UNSEEN)
# Of these, those that another view may lift.
NOT_SEEN = (*UNSEEN, ASSUMED, BLURRED, COVERED)

# A contact of which less than this share was observed is assumed; then both must be faces, of so
# many points of the cloud at least: what is assumed behind a few readings at an edge, or is an
# edge itself, is as often air. Chosen: of 49 objects of real frames, the four that were grasped in
# the air have 6 points at most, and of the others one, a can at 1.3 m, loses its grasps.
ASSUMED_SHARE = 0.5
_FACE_POINTS = 7
# Of what has readings on a smaller share of its pixels, no hidden side is assumed either: it is
# transparent, shiny or black, and its readings are often beside it. Chosen: of 38 grasps in real
# frames the two on clear bottles have 0.46 and 0.66, all on other things 0.74 and more.
_SEEN_SHARE = 0.7
# Depth that reaches over so much of an object's outline is blurred, and a contact is on the
# outline within so many pixels. Chosen: in real frames a bowl and a bottle of a smoothed depth
# image have 0.61 and 0.69, others half and less; the contacts of a bottle are 6 px inside at most.
_BLURRED = 0.55
_OUTLINE_PX = 7.0
# So much of a finger, m, may be where an object hides a handle; it takes this share of the order.
# Chosen: a tip; of 150 mugs whose handle was behind them, fingers that met it by more than a few
# millimetres had 6 mm and more, and others are to be preferred to those with less.
_SHADOWED_M = 0.0045
_PREFER_SEEN = 0.3
# A handle that is seen is the only one, and what is hidden of it is nearer to its direction from
# the axis than this cosine. Chosen: 45 degrees; half a handle and half a finger take 30.
_BESIDE_HANDLE = 0.7


@dataclass(frozen=True)
class Checked:
    """Candidates that were closed, checked and rated.

    Attributes:
        candidates: in the support frame.
        closing: their contacts.
        faults: failed checks (n,), by reason.
        terms: terms of order and quality (n,), by name, 0 to 1.
        score: (n,) what they are ordered by, 0 to 1, a model's prior included.
    """

    candidates: Candidates
    closing: Closing
    faults: dict[str, BoolArray]
    terms: dict[str, FloatArray]
    score: FloatArray

    @classmethod
    def of(cls, context: PlanningContext, candidates: Candidates, closing: Closing) -> Checked:
        """Check candidates whose fingers are closed on the cloud, and rate them.

        Args:
            context: of the plan.
            candidates: in the support frame.
            closing: their contacts.
        """
        settings = context.settings
        hits = check_collisions(context, candidates)
        fewest = closing.counts.min(axis=1)
        air = fewest < 2
        slips = closing.cosines < np.cos(np.arctan(settings.friction) + NORMAL_SLACK)
        # The slowest check: only for candidates that passed the ones before.
        left = ~(air | slips)
        uncertain = left.copy()
        uncertain[left] = context.cloud.has_uncertain_contact(closing.contacts[left])
        uncertain |= context.obstacles.cover(closing.contacts).any(axis=1)
        few = (fewest < _FACE_POINTS) | (context.cloud.accounted < _SEEN_SHARE)
        faults = {
            'closes on air': air,
            ASSUMED: (closing.observed < ASSUMED_SHARE) & few,
            BLURRED: _blurred(context, closing),
            OUTSIDE_CONE: slips,
            COVERED: uncertain,
            'fingers or palm meet the object': closing.crossing > 1,
            **scene_faults(context, candidates, hits),
        }
        hidden = _beside_handle(context, candidates, hits)
        faults[FINGERS_UNSEEN] |= hidden > _SHADOWED_M
        terms = term_values(context, candidates, closing, hits)
        score = order_score(terms)
        score = np.where(
            candidates.from_model, score + settings.prior_weight * (1 - score) * 0.5, score
        )
        score = score * np.maximum(1 - _PREFER_SEEN * hidden / _SHADOWED_M, 0)
        return cls(candidates, closing, faults, terms, score)

    @property
    def faultless(self) -> BoolArray:
        """Which candidates (n,) passed all checks."""
        return ~np.any(list(self.faults.values()), axis=0)

    @property
    def quality(self) -> FloatArray:
        """How likely each (n,) is to hold, 0 to 1."""
        return holding_probability(self.terms)

    def select(self, index: npt.NDArray[np.generic]) -> Checked:
        """The candidates of an index or boolean array."""
        return Checked(
            self.candidates.select(index),
            self.closing.select(index),
            {reason: bad[index] for reason, bad in self.faults.items()},
            {name: value[index] for name, value in self.terms.items()},
            self.score[index],
        )

    def followed_by(self, other: Checked) -> Checked:
        """These candidates followed by others."""
        return Checked(
            Candidates.joined([self.candidates, other.candidates]),
            Closing.joined([self.closing, other.closing]),
            {r: np.concatenate([bad, other.faults[r]]) for r, bad in self.faults.items()},
            {n: np.concatenate([value, other.terms[n]]) for n, value in self.terms.items()},
            np.concatenate([self.score, other.score]),
        )


def _blurred(context: PlanningContext, closing: Closing) -> BoolArray:
    """Which (n,) have a contact inside the outline of an object whose depth is blurred.

    There only the outline, which colour shows, is where it looks; a rim is a smooth hill.
    """
    if context.obstacles.blur < _BLURRED:
        return np.zeros(len(closing.contacts), bool)
    scene = context.scene
    index, _, inside = scene.pixels_of(closing.contacts)
    inward = cv2.distanceTransform(scene.mask.astype(np.uint8), cv2.DIST_L2, 3)
    return np.asarray((~inside | (inward.ravel()[index] > _OUTLINE_PX)).any(axis=1))


def _beside_handle(
    context: PlanningContext, candidates: Candidates, hits: Collisions
) -> FloatArray:
    """Length (n,) of a finger, m, where the object may hide a handle or part of one.

    Of both fingers the longer one; a handle that is seen is the only one.

    Args:
        context: of the plan.
        candidates: in the support frame.
        hits: what of their fingers the object hides.
    """
    if context.middle is None:
        return np.zeros(len(candidates))
    hidden = hits.shadowed * context.gripper.finger_length
    # The middle of what is no surface of revolution is not known well enough.
    known = context.axis is not None
    toward = handle_direction(context.cloud, context.middle) if known else None
    if toward is not None:
        sides = candidates.rotations[:, None, :2, 1] * candidates.openings[:, None, None] / 2
        away = candidates.tips[:, None, :2] + sides * [[-1.0], [1.0]] - context.middle
        beside = away @ toward > _BESIDE_HANDLE * np.linalg.norm(away, axis=2)
        hidden = np.where(beside, hidden, 0.0)
    return np.asarray(hidden.max(axis=1))


def scene_faults(
    context: PlanningContext, candidates: Candidates, hits: Collisions
) -> dict[str, BoolArray]:
    """Failed checks (n,), by reason, against all but the object.

    Args:
        context: of the plan; its cloud is not used.
        candidates: in the support frame.
        hits: their collisions and unobserved space.
    """
    settings = context.settings
    in_camera = transform_points(context.scene.support2camera, candidates.tips)
    low, high = np.array(settings.workspace_min), np.array(settings.workspace_max)
    return {
        'gripper meets the support': hits.table,
        MEETS_OTHERS: hits.obstacle,
        REACHES_HOLES: hits.hole,
        FINGERS_UNSEEN: hits.unobserved > settings.max_unobserved,
        PALM_UNSEEN: hits.palm_unobserved > settings.max_palm_unobserved,
        'outside the workspace': np.any((in_camera < low) | (in_camera > high), axis=1),
    }

"""What candidates are ordered by, and how likely each holds, from terms of 0 to 1.

The order is by a weighted geometric mean, in which no large term compensates for one near zero,
times the probability that the grasp holds. That is a logistic regression on the logarithms of the
terms, fitted to simulated picks.
"""

from __future__ import annotations

import numpy as np

from ...arrays import FloatArray, IndexArray
from ..candidates import Candidates
from ..collision.collision import Collisions
from ..contact.closing import Closing
from ..context import PlanningContext

# Added to the friction cone for the error of fitted normals, rad; contacts farther outside are
# rejected. Chosen: 10 degrees, a little more than the search allows for.
NORMAL_SLACK = 0.17

# Weight of each term in the order; documented in term_values. Chosen: terms that let an object
# rotate or slip weigh most.
WEIGHTS = {
    'antipodal': 3.0,
    'centering': 3.0,
    'support': 1.0,
    'seen': 1.5,
    'clear': 1.0,
    'width': 1.0,
    'overlap': 1.0,
    'lever': 1.5,
    'approach': 3.0,
}
# Weights and offset of the log odds that a grasp holds, by the logarithms of its terms. Measured
# by benchmarks.grasp_outcomes: 433 grasps of household meshes in the scenes from 20000 on, a third
# of them with hard depth. The other terms got next to no weight. On scenes left out of the fit, in
# fifths, the area under the curve was 0.85.
HOLDS = {'antipodal': 0.71, 'centering': 1.04, 'overlap': 1.96}
HOLDS_OFFSET = 4.52
# Smaller terms count as this. Chosen: few are, and what they would be is mostly noise.
LEAST_TERM = 1e-3


def term_values(
    context: PlanningContext, candidates: Candidates, closing: Closing, collisions: Collisions
) -> dict[str, FloatArray]:
    """The terms (n,) of order and quality, by name, 0 to 1.

    antipodal: 1 when the contact normals lie on the opening axis, 0 where they are clearly
        outside the friction cone.
    centering: closeness of the contacts' middle to the object's centre; gravity and closing
        rotate an object that is held far from it. The horizontal and half the vertical distance
        are added, so that a large vertical distance does not mask the horizontal one.
    support: depth readings at the contact with fewer of them.
    seen: share of contact points that were observed, not assumed.
    clear: share of the fingers in observed free space.
    width: margin of the opening over the object.
    overlap: how far the fingertips reach past the contacts.
    lever: contacts' distance relative to the finger width: small across thin walls, where a
        misalignment tilts the line between the contacts most.
    approach: 1 straight down, less half the horizontal component of the approach, which is linear
        in a small lean (a cosine is not).

    Args:
        context: of the plan.
        candidates: in the support frame.
        closing: their contacts.
        collisions: their collisions and unobserved space.
    """
    cloud, gripper, settings = context.cloud, context.gripper, context.settings
    cone = np.arctan(settings.friction)
    angle = np.arccos(np.clip(closing.cosines, -1, 1)) / (cone + NORMAL_SLACK)
    offset = np.abs(closing.contacts.mean(axis=1) - cloud.center)
    distance = np.hypot(offset[:, 0], offset[:, 1]) + 0.5 * offset[:, 2]
    reach = 0.5 * np.linalg.norm(np.ptp(cloud.points, axis=0)) + 0.01
    down = np.clip(-candidates.rotations[:, 2, 2], 0, 1)
    margin = (candidates.openings - closing.widths) / (2 * settings.finger_clearance)
    return {
        'antipodal': np.clip(1 - angle**2, 0, 1),
        'centering': np.clip(1 - distance / reach, 0.05, 1),
        'support': np.clip(closing.counts.min(axis=1) / 8, 0.1, 1),
        'seen': 0.3 + 0.7 * closing.observed,
        'clear': 1 - 0.8 * collisions.unobserved,
        'width': np.clip(margin, 0.2, 1),
        'overlap': np.clip(closing.overlaps / (0.5 * gripper.fingertip_depth), 0.1, 1),
        'lever': closing.widths / (closing.widths + 0.5 * gripper.finger_width),
        'approach': 1 - 0.5 * np.sqrt(1 - down**2),
    }


def holding_probability(terms: dict[str, FloatArray]) -> FloatArray:
    """How likely (n,) grasps with terms (n,), by name, are to lift the object, 0 to 1.

    The hand errs as a calibrated one does, by 2.5 mm and 2 degrees on each axis.
    """
    odds = HOLDS_OFFSET + sum(
        weight * np.log(np.maximum(terms[name], LEAST_TERM)) for name, weight in HOLDS.items()
    )
    return np.asarray(1 / (1 + np.exp(-odds)))


def order_score(terms: dict[str, FloatArray]) -> FloatArray:
    """What grasps with terms (n,), by name, are ordered by (n,), 0 to 1."""
    total = sum(WEIGHTS.values())
    logs = sum(WEIGHTS[name] * np.log(np.maximum(value, 1e-9)) for name, value in terms.items())
    return np.asarray(np.exp(logs / total)) * holding_probability(terms)


def diverse(candidates: Candidates, order: IndexArray, limit: int) -> list[int]:
    """Indices of the best candidates, without those that nearly equal a better one.

    Args:
        candidates: in the support frame.
        order: (k,) indices of those to choose from, best first.
        limit: largest number that is chosen.
    """
    chosen: list[int] = []
    for k in order:
        for other in chosen:
            near = np.linalg.norm(candidates.tips[k] - candidates.tips[other]) < 0.01
            axis = abs(candidates.rotations[k, :, 1] @ candidates.rotations[other, :, 1]) > 0.97
            approach = candidates.rotations[k, :, 2] @ candidates.rotations[other, :, 2] > 0.93
            if near and axis and approach:
                break
        else:
            chosen.append(int(k))
        if len(chosen) == limit:
            break
    return chosen

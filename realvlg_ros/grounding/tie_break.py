"""Which of several objects that fit is the easiest to grasp: decides where a person need not."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree

from ..arrays import FloatArray
from ..errors import SupportPlaneError
from ..frame import RgbdFrame
from ..image_region import Box
from ..support_plane import find_support_plane
from .grounding import Grounding, GroundingStatus
from .query import as_found

# What decides: nothing, the distance to the gripper, the reach of the robot, or free space beside.
PRIORS = ('ask', 'gripper', 'reach', 'clearance')
# The best must lead the second by this distance, m, and by this share of its own. Chosen: more
# than the middle of a visible surface is off, and plain to a person who watches.
_LEAD_M = 0.03
_LEAD_SHARE = 0.15
# What rises so far over the support beside an object is in the way, m; clearance is looked for up
# to the second value. Chosen: more than the depth noise at 1 m; an open gripper.
_RISES_M = 0.010
_CLEARANCE_M = 0.20
# Points looked at for the clearance. Chosen: a step of a few millimetres on a table.
_POINTS = 40_000

_ORIGIN = {'gripper': 'gripper', 'reach': "robot's base"}


@dataclass(frozen=True)
class Affordance:
    """What is known of the robot for the decision.

    Attributes:
        prior: one of PRIORS.
        gripper: (3,) of the gripper in the optical frame, m; None where it is not known.
        base: (3,) of the robot's base in the optical frame, m; None where it is not known.
        reach: smallest and largest distance from the base that the robot reaches, m.
    """

    prior: str = 'ask'
    gripper: FloatArray | None = None
    base: FloatArray | None = None
    reach: tuple[float, float] = (0.0, np.inf)


def break_tie(grounding: Grounding, frame: RgbdFrame, affordance: Affordance) -> Grounding:
    """Decide an AMBIGUOUS answer, where one candidate leads clearly; its message says by what.

    Where it does not, or a position is not known, the answer stays AMBIGUOUS and says why.

    Args:
        grounding: of the frame.
        frame: colour and depth.
        affordance: what decides, and what is known of the robot.
    """
    candidates = grounding.candidates
    ambiguous = grounding.status is GroundingStatus.AMBIGUOUS and len(candidates) > 1
    if affordance.prior == 'ask' or not ambiguous:
        return grounding
    if not grounding.candidates_fit:
        return _undecided(grounding, affordance, 'it is not known that all of them fit')
    places = [candidate.position for candidate in candidates]
    if any(place is None for place in places):
        return _undecided(grounding, affordance, 'the position of a candidate is not known')
    if affordance.prior == 'clearance':
        gaps = [_clearance(frame, candidate.box) for candidate in candidates]
        if any(gap is None for gap in gaps):
            return _undecided(grounding, affordance, 'the support is not seen')
        return _decide(grounding, affordance, -np.array(gaps, float), 'free space beside it')
    origin = affordance.gripper if affordance.prior == 'gripper' else affordance.base
    if origin is None:
        missing = f'tf does not give the {_ORIGIN[affordance.prior]}'
        return _undecided(grounding, affordance, missing)
    distances = np.array([np.linalg.norm(place - origin) for place in places if place is not None])
    if affordance.prior == 'gripper':
        return _decide(grounding, affordance, distances, 'distance to the gripper')
    low, high = affordance.reach
    within = np.flatnonzero((distances >= low) & (distances <= high))
    if len(within) != 1:
        count = 'none' if len(within) == 0 else str(len(within))
        return _undecided(grounding, affordance, f'{count} of them lie within reach')
    index = int(within[0])
    words = f'reach: it alone lies within {low:g} to {high:g} m of the base'
    return _found(grounding, index, f'{words} ({distances[index]:.2f} m)')


def _decide(
    grounding: Grounding, affordance: Affordance, costs: FloatArray, words: str
) -> Grounding:
    """The candidate of least cost (n,), m, if it leads clearly."""
    first, second = np.argsort(costs, kind='stable')[:2]
    lead = costs[second] - costs[first]
    values = f'{abs(costs[first]):.2f} m against {abs(costs[second]):.2f} m'
    if lead < max(_LEAD_M, _LEAD_SHARE * abs(costs[first])):
        return _undecided(grounding, affordance, f'{words} is too alike: {values}')
    return _found(grounding, int(first), f'{words}: {values}')


def _found(grounding: Grounding, index: int, words: str) -> Grounding:
    candidate = grounding.candidates[index]
    name = candidate.description or candidate.label
    count = len(grounding.candidates)
    return as_found(grounding, candidate, f'{name} was taken of {count} that fit, by {words}')


def _undecided(grounding: Grounding, affordance: Affordance, why: str) -> Grounding:
    message = f'{grounding.message}; tie_break {affordance.prior} does not decide: {why}'
    return replace(grounding, message=message)


def _clearance(frame: RgbdFrame, box: Box) -> float | None:
    """Distance from an object to what rises beside it, m; None where no support is seen.

    Args:
        frame: colour and depth.
        box: of the object.
    """
    try:
        plane = find_support_plane(frame, frame.up)
    except SupportPlaneError:
        return None
    step = max(int(np.sqrt(frame.depth.size / _POINTS)), 1)
    points = frame.points[::step, ::step].astype(np.float64)
    rises = frame.valid[::step, ::step] & (plane.height(points) > _RISES_M)
    rows, columns = np.ogrid[: frame.depth.shape[0] : step, : frame.depth.shape[1] : step]
    inside = (rows >= box.y_min) & (rows < box.y_max)
    inside = inside & (columns >= box.x_min) & (columns < box.x_max)
    own, others = points[rises & inside], points[rises & ~inside]
    if not len(own):
        return None
    if not len(others):
        return _CLEARANCE_M
    distance, _ = cKDTree(others).query(own, distance_upper_bound=_CLEARANCE_M)
    return float(min(distance.min(), _CLEARANCE_M))

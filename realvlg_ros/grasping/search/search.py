"""The search of a plan: collision-free candidates from the depth and from the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..candidates import Candidates
from ..contact.fingertip_depth import DEPTH_SHARE
from ..context import PlanningContext
from ..lift.lift import LiftedContacts
from .antipodal import footprint_pairs, propose_pairs
from .approach import approach_candidates
from .proposals import lifted_pairs
from .shortlist import Grip, shortlist

# Rotations of the opening axis in the second search: about the vertical and up from the level,
# rad. Chosen: half the cone of a friction of 0.4, and all of it where a palm is to pass over a
# neighbour.
_TURNS = ((-0.2, 0.0), (0.0, 0.0), (0.2, 0.0), (0.0, -0.4), (0.0, 0.4))
# Of max_candidates one in so many is rotated so. Chosen: five rotations of each.
_ONE_IN = 3
# Grips of the second search. Chosen: half the depth first, which needs less room.
_SECOND_GRIPS = (Grip(DEPTH_SHARE / 2, narrow=True), Grip(DEPTH_SHARE, narrow=True))


def search(
    context: PlanningContext, lifts: Sequence[LiftedContacts], refusals: Counter[str]
) -> Candidates:
    """Candidates from the depth, from the model, or from both.

    Args:
        context: of the plan.
        lifts: the model's lifted rectangles and contacts.
        refusals: numbers of rejected candidates, by reason; updated.
    """
    source, batches = context.settings.grasp_source, []
    if source != 'geometry':
        pairs = lifted_pairs(context, lifts)
        batches.append(approach_candidates(context, pairs, from_model=True))
    if source != 'model':
        pairs = footprint_pairs(context).followed_by(propose_pairs(context))
        if len(pairs.centers) == 0:
            refusals['no antipodal pair within the opening'] += 1
        batches.append(approach_candidates(context, pairs))
    everything = Candidates.joined(batches)
    free = shortlist(context, everything, refusals)
    if not len(free) and not refusals.total():
        refusals['palm or support stops the fingers before the contacts'] += len(everything)
    return free


def search_again(context: PlanningContext) -> Candidates:
    """Search with more opening directions and with shallow, narrow grips."""
    limit = context.settings.max_candidates // _ONE_IN
    pairs = propose_pairs(context).turned(_TURNS, limit)
    candidates = approach_candidates(context, pairs)
    return shortlist(context, candidates, Counter(), _SECOND_GRIPS)

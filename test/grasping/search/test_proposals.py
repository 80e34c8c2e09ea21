from collections import Counter

import numpy as np
import pytest
from contexts import context_of
from solids import Box, look

from realvlg_ros.grasping.search.proposals import lift_proposals, lifted_pairs
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus
from realvlg_ros.rectangle import ContactPair, GraspRectangle


def test_proposals_that_lift_become_pairs_and_the_others_are_counted():
    view = look([Box((0.03, 0.12, 0.04), (0, 0, 0.02))])
    context = context_of(view.scene())
    ends = [view.to_pixel(np.array([x, 0, 0.04])) for x in (-0.015, 0.015)]
    pair = ContactPair(*ends[0], *ends[1])
    rectangles = (pair.to_rectangle(12.0), GraspRectangle(2000, 20, 0, 20, 10))
    grounding = Grounding(GroundingStatus.OK, 'bar', rectangles=rectangles, contacts=(pair,))
    refusals = Counter()
    lifts = lift_proposals(context, grounding, refusals)
    assert len(lifts) == 2
    assert list(refusals.values()) == [1]
    assert 'lies outside the' in next(iter(refusals))
    pairs = lifted_pairs(context, lifts)
    assert pairs.widths == pytest.approx([0.03, 0.03], abs=0.003)
    assert np.abs(pairs.axes[:, 2]).max() < 0.1
    assert (pairs.centers[:, 2] < 0.04).all() and (pairs.centers[:, 2] > 0.02).all()


def test_no_lift_gives_no_pair():
    context = context_of(look([Box((0.03, 0.12, 0.04), (0, 0, 0.02))]).scene())
    assert lifted_pairs(context, []).centers.shape == (0, 3)

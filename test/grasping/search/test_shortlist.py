from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from contexts import context_of
from solids import Box, look

from realvlg_ros.grasping.search.antipodal import propose_pairs
from realvlg_ros.grasping.search.approach import approach_candidates
from realvlg_ros.grasping.search.shortlist import Grip, shortlist
from realvlg_ros.grasping.settings import PlannerSettings

SETTINGS = PlannerSettings()
WIDE = Grip()
TARGET = Box((0.04, 0.06, 0.07), (0, 0, 0.035))
# Beside it there is room for a finger of an opening that fits closely.
NEIGHBOUR = Box((0.04, 0.03, 0.09), (0, 0.071, 0.045))


def listed(solids, limit, grip=WIDE):
    context, refusals = context_of(look(solids).scene()), Counter()
    candidates = approach_candidates(context, propose_pairs(context))
    context = replace(context, settings=replace(SETTINGS, max_candidates=limit))
    found = shortlist(context, candidates, refusals, (grip,))
    return found, refusals, len(candidates)


@pytest.mark.parametrize('solids', [[TARGET], [TARGET, NEIGHBOUR]])
def test_a_short_list_begins_like_a_long_one(solids):
    long, _, everything = listed(solids, 10_000)
    wide = long.openings - long.widths > 2 * SETTINGS.finger_clearance - 1e-9
    for limit in (3, 20):
        short, _, _ = listed(solids, limit)
        assert len(short) == limit < len(long) <= everything
        assert short.tips == pytest.approx(long.tips[wide][:limit])
        assert short.rotations == pytest.approx(long.rotations[wide][:limit])


def test_no_more_is_looked_at_than_needed():
    _, few, _ = listed([TARGET, NEIGHBOUR], 3)
    _, all_of_them, everything = listed([TARGET, NEIGHBOUR], 10_000)
    assert 0 < sum(all_of_them.values()) <= everything
    assert sum(few.values()) < 0.1 * sum(all_of_them.values())


def test_narrow_openings_come_last():
    found, refusals, _ = listed([TARGET, NEIGHBOUR], 10_000)
    gaps = (found.openings - found.widths) / 2
    first_narrow = int(np.argmax(gaps < 0.0051))
    assert 0 < first_narrow < len(found)
    assert (gaps[first_narrow:] < 0.0051).all()
    assert refusals['gripper meets other things'] > 0
    narrow, _, _ = listed([TARGET, NEIGHBOUR], 10_000, Grip(narrow=True))
    assert ((narrow.openings - narrow.widths) / 2 < 0.0051).all()


def test_nothing_proposed_gives_nothing():
    context = context_of(look([TARGET]).scene(), replace(SETTINGS, max_opening=0.007))
    none = approach_candidates(context, propose_pairs(context))
    assert len(none) == 0
    assert len(shortlist(context, none, Counter())) == 0


def test_a_second_grip_brings_up_more():
    """Where less deep fingertips are tried beside the usual ones."""
    context = context_of(look([TARGET]).scene())
    candidates = approach_candidates(context, propose_pairs(context))
    context = replace(context, settings=replace(SETTINGS, max_candidates=10_000))
    deep, shallow = Grip(), Grip(WIDE.reach / 2)
    one, other, both = (
        shortlist(context, candidates, Counter(), grips)
        for grips in ((deep,), (shallow,), (shallow, deep))
    )
    assert len(both) == len(one) + len(other)
    assert one.tips[:, 2].mean() < other.tips[:, 2].mean() - 0.002

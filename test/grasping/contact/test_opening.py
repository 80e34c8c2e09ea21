import numpy as np
import pytest
from contexts import context_of
from grippers import top_down
from solids import Box, look

from realvlg_ros.grasping.candidates import Candidates
from realvlg_ros.grasping.contact.opening import narrowed, open_for

VIEW = look([Box((0.04, 0.04, 0.06), (0, 0, 0.03))])
CONTEXT = context_of(VIEW.scene())


def test_opening_leaves_the_gap_or_is_refused():
    widths = np.array([0.04, 0.072, 0.078])
    openings = open_for(CONTEXT, widths, CONTEXT.settings.finger_clearance)
    assert openings[:2] == pytest.approx([0.056, 0.08])
    assert np.isnan(openings[2])


def test_narrowed_openings_are_no_wider_than_before():
    both = Candidates.joined([top_down(VIEW, (0, 0, 0.04), opening) for opening in (0.047, 0.07)])
    openings = narrowed(CONTEXT, both).openings
    assert openings == pytest.approx([0.047, 0.05])

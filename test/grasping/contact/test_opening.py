from dataclasses import replace

import numpy as np
import pytest
from contexts import context_of
from grippers import top_down
from solids import Box, look

from realvlg_ros.grasping.candidates import Candidates
from realvlg_ros.grasping.contact.opening import hidden_margin, narrowed, open_for

VIEW = look([Box((0.04, 0.04, 0.06), (0, 0, 0.03))])
CONTEXT = context_of(VIEW.scene())


def test_opening_leaves_the_gap_or_is_refused():
    widths = np.array([0.04, 0.072, 0.078])
    gaps = np.full(3, CONTEXT.settings.finger_clearance)
    openings = open_for(CONTEXT, widths, gaps, np.tile((0.0, 1.0, 0.0), (3, 1)))
    assert openings[:2] == pytest.approx([0.056, 0.08])
    assert np.isnan(openings[2])


def test_narrowed_openings_are_no_wider_than_before():
    both = Candidates.joined([top_down(VIEW, (0, 0, 0.04), opening) for opening in (0.047, 0.07)])
    openings = narrowed(CONTEXT, both).openings
    assert openings == pytest.approx([0.047, 0.05])


@pytest.mark.parametrize(('axis', 'opens'), [((0, 1.0, 0), True), ((1.0, 0, 0), False)])
def test_the_gap_holds_the_error_of_the_hidden_side(axis, opens):
    context, axes = replace(CONTEXT, hidden_error=0.01), np.array([axis])
    assert hidden_margin(context, axes) == pytest.approx(0.0 if opens else 0.02)
    openings = open_for(context, np.array([0.05]), np.array([0.008]), axes)
    assert np.isfinite(openings[0]) == opens


def test_the_hidden_side_is_less_known_the_lower_the_camera():
    box = Box((0.04, 0.04, 0.06), (0, 0, 0.03))
    errors = [
        context_of(look([box], eye=(-0.6 * np.cos(e), 0.0, 0.6 * np.sin(e))).scene()).hidden_error
        for e in np.radians((20, 45, 70))
    ]
    assert errors[0] > 2 * errors[1] > 2.5 * errors[2]

import numpy as np
import pytest
from grippers import GRIPPER, top_down
from solids import Box, look

from realvlg_ros.grasping.candidates import Candidates, coarse_crossings, narrowed, open_for
from realvlg_ros.grasping.observation.target_cloud import TargetCloud
from realvlg_ros.grasping.settings import PlannerSettings

SETTINGS = PlannerSettings()


def test_opening_leaves_the_gap_or_is_refused():
    widths = np.array([0.04, 0.072, 0.078])
    openings = open_for(widths, SETTINGS.finger_clearance, GRIPPER, SETTINGS)
    assert openings[:2] == pytest.approx([0.056, 0.08])
    assert np.isnan(openings[2])


def test_narrowed_openings_are_no_wider_than_before():
    view = look([Box((0.04, 0.04, 0.06), (0, 0, 0.03))])
    both = Candidates.joined([top_down(view, (0, 0, 0.04), opening) for opening in (0.047, 0.07)])
    openings = narrowed(both, SETTINGS).openings
    assert openings == pytest.approx([0.047, 0.05])


def test_coarse_look_sees_a_finger_inside_the_object():
    view = look([Box((0.04, 0.04, 0.06), (0, 0, 0.03))])
    cloud = TargetCloud.from_scene(view.scene(), SETTINGS.noise)
    both = Candidates.joined([top_down(view, (0, y, 0.04)) for y in (0.0, 0.02)])
    assert coarse_crossings(both, cloud, GRIPPER).tolist() == [False, True]

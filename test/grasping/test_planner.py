from pathlib import Path

import numpy as np
import pytest

from realvlg_ros.camera import Camera
from realvlg_ros.errors import ParameterError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grasping.planner import GraspPlanner, PlannerSettings
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus
from realvlg_ros.image_region import Box

PROFILES = Path(__file__).parents[2] / 'config' / 'grippers'


@pytest.fixture(scope='module')
def gripper():
    return Gripper.from_yaml(PROFILES / 'franka_hand.yaml')


def test_reports_an_object_without_depth(gripper):
    camera = Camera(64, 48, 60.0, 60.0, 31.5, 23.5)
    depth = np.full((48, 64), 0.5, np.float32)
    depth[10:20, 10:20] = 0
    frame = RgbdFrame.from_arrays(np.zeros((48, 64, 3), np.uint8), depth, camera)
    grounding = Grounding(GroundingStatus.OK, 'x', box=Box(10, 10, 20, 20))
    plan = GraspPlanner(gripper).plan(frame, grounding)
    assert plan.grasps == ()
    assert 'no depth reading' in plan.message


@pytest.mark.parametrize(
    'values',
    [
        {'grasp_source': 'guess'},
        {'max_grasps': 0},
        {'friction': 0.0},
        {'min_opening': 0.1, 'max_opening': 0.05},
        {'workspace_min': (1.0, 0.0, 0.0), 'workspace_max': (0.0, 1.0, 1.0)},
        {'prior_weight': 1.5},
    ],
)
def test_refuses_settings_that_contradict(values):
    with pytest.raises(ParameterError, match=next(iter(values)).split('_max')[0]):
        PlannerSettings(**values)

"""The user's sentence through the model's rectangle to a 6-DoF grasp of a bar with depth."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.analytic.cast import cast, stand
from benchmarks.analytic.solids import box, sheet
from realvlg_ros.camera import Camera
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grasping.grasp import GraspSource
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grasping.planner import GraspPlanner
from realvlg_ros.grasping.settings import PlannerSettings
from realvlg_ros.grounding.grounding import GroundingStatus, never_aborted
from realvlg_ros.grounding.realvlg.grounder import make_grounder

CONFIG = Path(__file__).parents[3] / 'config'
TABLE_M, BAR_HEIGHT_M, BAR_WIDTH_M, BAR_LENGTH_M = 0.80, 0.04, 0.04, 0.10
CENTER_PX, ANGLE_DEG = (140.5, 83.0), -38.5
FOCAL_PX, NOISE_M = 760, 0.0005


@pytest.fixture
def frame(taught):
    """A camera above a table with a bar where the model was taught that it is."""
    camera = Camera(320, 240, FOCAL_PX, FOCAL_PX, 159.5, 119.5)
    top = camera.deproject(np.array(CENTER_PX), TABLE_M - BAR_HEIGHT_M)
    bar = box(BAR_WIDTH_M, BAR_LENGTH_M, BAR_HEIGHT_M)
    placed = [stand(bar, *top, np.radians(ANGLE_DEG)), stand(sheet(), 0, 0, TABLE_M)]
    depth, _ = cast(placed, camera, np.eye(4))
    depth += np.random.default_rng(0).normal(0, NOISE_M, depth.shape)
    return RgbdFrame(taught.image, depth.astype(np.float32), camera)


def test_the_grasp_is_the_bars_true_pose(taught, frame):
    grounder = make_grounder(
        grasp_checkpoint=str(taught.folder),
        device='cpu',
        dtype='float32',
        max_pixels=160 * 120,
        slot='sentence',
    )
    grounder.load()
    grounding = grounder.ground(frame, 'pick up the red mug', never_aborted)
    assert grounding.status is GroundingStatus.OK
    gripper = Gripper.from_yaml(CONFIG / 'grippers' / 'franka_hand.yaml')
    settings = PlannerSettings(grasp_source='model', max_unobserved=1.0)
    plan = GraspPlanner(gripper, settings).plan(frame, grounding)
    assert plan.grasps, plan.message
    grasp = plan.grasps[0]
    assert grasp.source is GraspSource.MODEL
    truth = frame.camera.deproject(np.array(CENTER_PX), TABLE_M - BAR_HEIGHT_M)
    assert truth[2] < grasp.tcp2frame[2, 3] < TABLE_M
    opening = np.array([np.cos(np.radians(ANGLE_DEG)), np.sin(np.radians(ANGLE_DEG)), 0])
    offset = grasp.tcp2frame[:3, 3] - truth
    assert abs(offset @ opening) < 0.003
    assert np.linalg.norm(offset[:2]) < 0.005
    assert abs(grasp.tcp2frame[:3, 1] @ opening) > np.cos(np.radians(5))
    assert grasp.tcp2frame[2, 2] > np.cos(np.radians(10))
    assert grasp.object_width == pytest.approx(BAR_WIDTH_M, abs=0.005)

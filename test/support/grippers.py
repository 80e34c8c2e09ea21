"""A plain gripper and a candidate of it, for tests in the support frame."""

import numpy as np

from realvlg_ros.grasping.candidates import Candidates
from realvlg_ros.grasping.gripper import Gripper

GRIPPER = Gripper(
    'test', 0.0, 0.08, 0.045, 0.014, 0.02, 0.02, (0.06, 0.1, 0.06), np.eye(4), 'hand', 'none'
)


def top_down(view, tip, opening=0.06):
    """A candidate that comes straight down and opens along the world's y."""
    scene = view.scene()
    camera = (np.array(tip) - view.camera2world[:3, 3]) @ view.camera2world[:3, :3]
    place = scene.camera2support[:3, :3] @ camera + scene.camera2support[:3, 3]
    turn = scene.camera2support[:3, :3] @ view.camera2world[:3, :3].T
    rotation = turn @ np.array([[-1.0, 0, 0], [0, 1, 0], [0, 0, -1]]).T
    return Candidates(
        rotation[None], place[None], np.array([0.04]), np.array([opening]), np.array([False])
    )

import trimesh

from realvlg_ros.evaluation.graspable import find_valid_grasp
from realvlg_ros.evaluation.mesh_judge import judge_grasp
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.resources import gripper_file

PROFILE = gripper_file('franka_hand')


def test_oracle_tells_what_can_be_grasped():
    gripper = Gripper.from_yaml(PROFILE)
    small, large = (trimesh.creation.box((s, s, 0.06)) for s in (0.05, 0.2))
    for mesh in (small, large):
        mesh.apply_translation([0, 0, 0.03])
    pose, opening = find_valid_grasp(small, {}, gripper, seed=0)
    assert judge_grasp(pose, opening, gripper, small).valid
    assert find_valid_grasp(large, {}, gripper, seed=0, trials=40) is None
    walls = trimesh.creation.annulus(0.045, 0.2, 0.1)
    walls.apply_translation([0, 0, 0.05])
    assert find_valid_grasp(small, {'walls': walls}, gripper, seed=0, trials=200) is None

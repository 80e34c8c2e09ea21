import numpy as np
import pytest
import yaml

from realvlg_ros.errors import GripperError
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.resources import gripper_file


def test_franka_profile():
    gripper = Gripper.from_yaml(gripper_file('franka_hand'))
    assert gripper.max_opening == pytest.approx(0.08)
    assert gripper.tcp2parent_link[:3, 3] == pytest.approx([0, 0, 0.1034])


def test_boxes_leave_the_opening_free():
    gripper = Gripper.from_yaml(gripper_file('franka_hand'))
    left, right, palm = gripper.boxes(0.05)
    assert left[1, 1] == pytest.approx(-0.025)
    assert right[0, 1] == pytest.approx(0.025)
    assert right[1, 1] - right[0, 1] == pytest.approx(gripper.finger_thickness)
    assert left[1, 2] == 0
    assert left[0, 2] == palm[1, 2] == pytest.approx(-gripper.finger_length)
    assert palm[1] - palm[0] == pytest.approx(np.array(gripper.palm_size))


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        ({'max_opening': -1}, 'positive'),
        ({'min_opening': 0.2}, 'less than max_opening'),
        ({'urdf': None}, r"missing \['urdf'\]"),
        ({'colour': 'red'}, r"unknown \['colour'\]"),
        ({'tcp2parent_link': {'position_m': [0, 0, 0]}}, 'quaternion_xyzw'),
        ({'tcp2parent_link': {'position_m': [0, 0, 0], 'quaternion_xyzw': [0] * 4}}, 'unit'),
    ],
)
def test_bad_profiles_name_what_is_wrong(tmp_path, change, words):
    values = yaml.safe_load(gripper_file('franka_hand').read_text()) | change
    values = {key: value for key, value in values.items() if value is not None}
    path = tmp_path / 'gripper.yaml'
    path.write_text(yaml.safe_dump(values))
    with pytest.raises(GripperError, match=words):
        Gripper.from_yaml(path)

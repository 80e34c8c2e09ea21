"""The robot's shapes from the file that a parameter names."""

import pytest

from realvlg_ros.errors import ParameterError, RealvlgError, RobotModelError
from realvlg_ros.ros.camera.robot_input import read_shapes

URDF = """<robot name="r"><link name="hand"><collision>
<geometry>{geometry}</geometry></collision></link></robot>"""


def test_shapes_of_a_yaml_file(tmp_path):
    file = tmp_path / 'robot.yaml'
    file.write_text('links:\n  hand:\n    - sphere: 0.05\n')
    shapes = read_shapes(str(file))
    assert shapes.links == ('hand',)


def test_shapes_of_a_urdf(tmp_path):
    file = tmp_path / 'robot.urdf'
    file.write_text(URDF.format(geometry='<box size="0.1 0.2 0.3"/>'))
    (shape,) = read_shapes(str(file)).shapes
    low, high = shape.shape.bounds(0.0)
    assert high - low == pytest.approx([0.1, 0.2, 0.3])


def test_a_mesh_of_a_package_that_is_not_there(tmp_path):
    file = tmp_path / 'robot.urdf'
    file.write_text(URDF.format(geometry='<mesh filename="package://no_such_robot/a.stl"/>'))
    with pytest.raises(RobotModelError, match="package 'no_such_robot' is not installed"):
        read_shapes(str(file))


def test_a_mesh_file_that_is_not_there(tmp_path):
    file = tmp_path / 'robot.urdf'
    file.write_text(URDF.format(geometry='<mesh filename="file:///no/such/mesh.stl"/>'))
    with pytest.raises(RealvlgError, match='/no/such/mesh.stl'):
        read_shapes(str(file))


def test_a_file_that_is_not_there():
    with pytest.raises(ParameterError, match='/no/robot.yaml is not a file'):
        read_shapes('/no/robot.yaml')

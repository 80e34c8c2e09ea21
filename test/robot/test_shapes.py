import numpy as np
import pytest
import trimesh

from realvlg_ros.errors import RobotModelError
from realvlg_ros.robot.shapes import Cylinder, RobotShapes, Slabs, Sphere
from realvlg_ros.transforms import transform_points

URDF = """<robot name="arm">
  <link name="base"><collision>
    <origin xyz="0 0 0.05"/><geometry><box size="0.2 0.1 0.1"/></geometry>
  </collision></link>
  <link name="upper">
    <visual><geometry><sphere radius="9"/></geometry></visual>
    <collision>
      <origin xyz="0.1 0 0" rpy="0 1.5707963267948966 0"/>
      <geometry><cylinder radius="0.03" length="0.4"/></geometry>
    </collision>
    <collision><geometry><sphere radius="0.05"/></geometry></collision>
  </link>
  <link name="tool"/>
</robot>"""


def test_urdf_gives_the_collision_shapes_in_their_links():
    robot = RobotShapes.from_urdf(URDF)
    assert robot.links == ('base', 'upper')
    box, cylinder, sphere = robot.shapes
    assert box.shape2link[:3, 3] == pytest.approx([0, 0, 0.05])
    low, high = box.shape.bounds(0.01)
    assert high == pytest.approx([0.11, 0.06, 0.06])
    assert low == pytest.approx(-high)
    # The cylinder's z turned by +90 degrees about y points along the link's x.
    assert transform_points(cylinder.shape2link, [0, 0, 0.2]) == pytest.approx([0.3, 0, 0])
    assert cylinder.shape == Cylinder(0.03, 0.4)
    assert sphere.shape == Sphere(0.05)


def test_links_can_be_left_out():
    assert RobotShapes.from_urdf(URDF, ignore=('base',)).links == ('upper',)


def test_mesh_is_bounded_by_a_solid_that_holds_it(tmp_path):
    ball = trimesh.creation.icosphere(subdivisions=3, radius=1.0)
    ball.export(tmp_path / 'ball.stl')
    urdf = """<robot><link name="hand"><collision><geometry>
      <mesh filename="package://arm/ball.stl" scale="0.1 0.1 0.2"/>
    </geometry></collision></link></robot>"""
    robot = RobotShapes.from_urdf(urdf, resolve=lambda name: tmp_path / name.split('/')[-1])
    (hand,) = robot.shapes
    assert hand.shape.contains(ball.vertices * [0.1, 0.1, 0.2], 1e-6).all()
    # Corners of its box are cut off.
    assert not hand.shape.contains(np.array([[0.095, 0.095, 0.19]]), 0.0)[0]
    with pytest.raises(RobotModelError, match='cannot be found without its package'):
        RobotShapes.from_urdf(urdf)
    with pytest.raises(RobotModelError, match='cannot be read'):
        RobotShapes.from_urdf(urdf, resolve=lambda name: tmp_path / 'missing.stl')


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('robot.urdf', 'not XML'),
        ('<robot><link name="a"/></robot>', 'no collision shape'),
        ('<robot><link name="a"><collision/></link></robot>', 'needs one geometry'),
        (
            '<robot><link name="a"><collision><geometry><box size="1 2"/></geometry></collision>'
            '</link></robot>',
            "box size='1 2'",
        ),
        (
            '<robot><link name="a"><collision><geometry><sphere radius="${r}"/></geometry>'
            '</collision></link></robot>',
            'xacro',
        ),
        (
            '<robot><link name="a"><collision><geometry><cone/></geometry></collision></link>'
            '</robot>',
            'not known',
        ),
        (
            '<robot><link name="a"><collision><geometry><sphere radius="-1"/></geometry>'
            '</collision></link></robot>',
            'is empty',
        ),
    ],
)
def test_descriptions_that_cannot_be_used_are_refused(text, message):
    with pytest.raises(RobotModelError, match=message.replace('$', r'\$')):
        RobotShapes.from_urdf(text)


def test_parameter_file_gives_the_same_shapes(tmp_path):
    path = tmp_path / 'shapes.yaml'
    path.write_text("""
links:
  base:
    - {box: [0.2, 0.1, 0.1], position_m: [0, 0, 0.05]}
  upper:
    - cylinder: [0.03, 0.4]
      position_m: [0.1, 0, 0]
      quaternion_xyzw: [0, 0.70710678, 0, 0.70710678]
    - sphere: 0.05
""")
    from_file, from_urdf = RobotShapes.from_yaml(path), RobotShapes.from_urdf(URDF)
    assert from_file.links == from_urdf.links
    for one, other in zip(from_file.shapes, from_urdf.shapes, strict=True):
        assert one.shape2link == pytest.approx(other.shape2link, abs=1e-8)
        assert one.shape.bounds(0)[1] == pytest.approx(other.shape.bounds(0)[1])


@pytest.mark.parametrize(
    'text',
    ['', 'links: 3', 'links: {a: [{cone: 1}]}', 'links: {a: [{box: [1, 2]}]}', 'links: {}',
     'links: {a: [{sphere: 1, quaternion_xyzw: [0, 0, 0, 0]}]}', 'links: [', 'links: {a: [1]}'],
)  # fmt: skip
def test_parameter_files_that_do_not_follow_the_form_are_refused(tmp_path, text):
    path = tmp_path / 'shapes.yaml'
    path.write_text(text)
    with pytest.raises(RobotModelError, match='shapes'):
        RobotShapes.from_yaml(path)
    with pytest.raises(RobotModelError, match='shapes'):
        RobotShapes.from_yaml(tmp_path / 'missing_shapes.yaml')


def test_padding_grows_every_shape():
    point = np.array([[0.06, 0.0, 0.0]])
    for shape in (Sphere(0.05), Cylinder(0.05, 0.2), Slabs.box((0.1, 0.1, 0.1))):
        assert not shape.contains(point, 0.005)[0]
        assert shape.contains(point, 0.015)[0]

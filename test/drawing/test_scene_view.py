import numpy as np

from realvlg_ros.camera import Camera
from realvlg_ros.drawing.scene_view import draw_scene
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grasping.grasp import Grasp, GraspSource
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.image_region import RegionMask
from realvlg_ros.rectangle import GraspRectangle
from realvlg_ros.resources import gripper_file
from realvlg_ros.transforms import make_transform


def test_both_views_show_the_object_and_the_gripper():
    """A camera looks straight down on a grey table with a blue block; the gripper comes along."""
    camera = Camera(320, 240, 300.0, 300.0, 159.5, 119.5)
    depth = np.full((240, 320), 0.6, np.float32)
    color = np.full((240, 320, 3), 120, np.uint8)
    block = np.zeros((240, 320), bool)
    block[100:140, 145:175] = True
    depth[block] = 0.55
    color[block] = (0, 0, 255)
    frame = RgbdFrame.from_arrays(color, depth, camera)
    rectangle = GraspRectangle(159.5, 119.5, 0.0, 40, 20)
    # +z of the TCP is the camera's +z, its +y the image's x.
    rotation = np.array([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]])
    grasp = Grasp(
        make_transform(rotation, [0, 0, 0.57]), np.eye(6), 0.055, 0.07, 0.1,
        np.array([0, 0, -1.0]), 0.1, 0.8, GraspSource.GEOMETRY, rectangle,
        rectangle.to_contacts(), np.zeros((2, 3)), (1, 1), 0.01,
    )  # fmt: skip
    gripper = Gripper.from_yaml(gripper_file('franka_hand'))
    picture = draw_scene(frame, grasp, gripper, RegionMask.from_full(block)).astype(int)
    assert picture.shape == (480, 960, 3)
    red = (picture[..., 0] > 140) & (picture[..., 1] < 80)
    blue = (picture[..., 2] > 200) & (picture[..., 0] < 60)
    for panel in (slice(0, 480), slice(480, 960)):
        assert red[:, panel].sum() > 2000
    # Across the opening both fingers are seen, with the block between them below the palm.
    rows, columns = np.nonzero(blue[:, :480])
    row = int(np.median(rows))
    fingers = np.nonzero(red[row, :480])[0]
    assert fingers.min() < columns.min() < columns.max() < fingers.max()
    assert np.nonzero(red[:, :480])[0].min() < rows.min()

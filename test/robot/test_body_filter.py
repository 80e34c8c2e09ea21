import numpy as np
import pytest

from benchmarks.analytic.cast import cast, stand
from benchmarks.analytic.solids import sphere
from realvlg_ros.camera import Camera
from realvlg_ros.errors import ParameterError, RobotModelError, TransformError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.robot.body_filter import RobotFilter
from realvlg_ros.robot.shapes import Cylinder, LinkShape, RobotShapes, Slabs, Sphere
from realvlg_ros.transform_buffer import TransformBuffer
from realvlg_ros.transforms import invert, make_transform, transform_points

CAMERA = Camera(640, 480, 600.0, 600.0, 319.5, 239.5)


def frame_of(depth):
    color = np.zeros((480, 640, 3), np.uint8)
    return RgbdFrame.from_arrays(color, np.asarray(depth, np.float32), CAMERA)


def wall(distance=1.0):
    return np.full((480, 640), distance, np.float32)


def ball_before(depth, center, radius):
    """Paint a ball's exact depth over a depth image; also the ball's pixels."""
    hit, owner = cast([stand(sphere(radius), *(center - (0, 0, radius)))], CAMERA, np.eye(4))
    return np.where(owner == 0, hit, depth).astype(np.float32), owner == 0


def robot(*shapes):
    return RobotShapes(tuple(LinkShape('arm', shape, np.eye(4)) for shape in shapes))


def test_readings_on_the_robot_become_holes_and_nothing_else_does():
    center = np.array([0.1, -0.05, 0.6])
    depth, on_ball = ball_before(wall(), center, 0.08)
    filtered = RobotFilter(robot(Sphere(0.08)), padding=0.005).remove(
        frame_of(depth), {'arm': make_transform(np.eye(3), center)}
    )
    assert filtered.removed == on_ball.sum()
    assert np.array_equal(filtered.frame.depth == 0, on_ball)
    assert np.array_equal(filtered.frame.depth[~on_ball], depth[~on_ball])


def test_padding_takes_what_lies_close_to_the_robot():
    pose = {'arm': make_transform(np.eye(3), [0, 0, 0.93])}
    frame = frame_of(wall(1.0))
    plate = robot(Slabs.box((0.1, 0.1, 0.1)))
    assert RobotFilter(plate, padding=0.01).remove(frame, pose).removed == 0
    removed = RobotFilter(plate, padding=0.03).remove(frame, pose).removed
    side_px = 0.16 * 600
    assert removed == pytest.approx(side_px**2, rel=0.03)


def test_turned_box_is_cut_along_its_edges():
    # A box turned by 30 degrees reaches through a wall: the part of the wall inside is a rhombus.
    angle = np.radians(30)
    turn = [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    pose = make_transform(turn, [0.05, 0.02, 1.0])
    filtered = RobotFilter(robot(Slabs.box((0.3, 0.1, 0.2))), padding=0.0).remove(
        frame_of(wall()), {'arm': pose}
    )
    local = transform_points(
        invert(pose), CAMERA.deproject(np.argwhere(filtered.frame.depth == 0)[:, ::-1], 1.0)
    )
    assert np.abs(local).max(axis=0)[:2] == pytest.approx([0.15, 0.05], abs=0.002)
    assert filtered.removed == pytest.approx(0.3 * 0.1 * 600**2, rel=0.01)


def test_frame_without_the_robot_is_passed_on_untouched():
    frame = frame_of(wall())
    for position in ([0, 0, 0.5], [0, 0, -0.5], [3.0, 0, 1.0]):
        filtered = RobotFilter(robot(Cylinder(0.05, 0.1))).remove(
            frame, {'arm': make_transform(np.eye(3), position)}
        )
        assert filtered.frame is frame
        assert filtered.removed == 0


def test_link_that_reaches_behind_the_camera_is_removed_where_it_is_seen():
    depth = wall()
    depth[:, :100] = 0.15
    filtered = RobotFilter(robot(Slabs.box((0.2, 2.0, 0.6)))).remove(
        frame_of(depth), {'arm': make_transform(np.eye(3), [-0.15, 0, 0])}
    )
    assert filtered.removed == 480 * 100


def test_poses_come_from_tf_at_the_time_of_the_frame():
    transforms = TransformBuffer()
    for stamp, x in ((0, 0.0), (100, 0.2)):
        pose = make_transform(np.eye(3), [x, 0, 0.6])
        transforms.set_transform('camera', 'arm', pose, stamp)
    arm = RobotFilter(robot(Sphere(0.05)))
    found = arm.look_up(transforms, 'camera', 50)
    assert found['arm'][:3, 3] == pytest.approx([0.1, 0, 0.6])
    with pytest.raises(TransformError, match='arm'):
        arm.look_up(transforms, 'camera', 200)


def test_missing_poses_and_bad_padding_are_refused():
    with pytest.raises(RobotModelError, match='poses of links arm are missing'):
        RobotFilter(robot(Sphere(0.05))).remove(frame_of(wall()), {})
    with pytest.raises(ParameterError, match='padding'):
        RobotFilter(robot(Sphere(0.05)), padding=-0.1)


def test_an_arm_of_seven_links_is_taken_out_of_the_middle_of_the_image():
    shapes = RobotShapes(
        tuple(
            LinkShape(f'link{i}', Cylinder(0.06, 0.2) if i % 2 else Sphere(0.08), np.eye(4))
            for i in range(7)
        )
    )
    # The arm reaches from the side into the middle of the image, over a table 0.9 m away.
    poses = {
        f'link{i}': make_transform(np.eye(3), [-0.35 + 0.06 * i, 0.02 * i, 0.45 + 0.05 * i])
        for i in range(7)
    }
    depth = wall(0.9)
    for pose in poses.values():
        painted, hit = ball_before(depth, pose[:3, 3], 0.055)
        depth = np.where(hit, np.minimum(painted, depth), depth)
    frame, arm = frame_of(depth), RobotFilter(shapes)
    assert arm.remove(frame, poses).removed > 10_000

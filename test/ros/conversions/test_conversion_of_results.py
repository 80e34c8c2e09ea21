"""Round trips of Grounding, Grasp and GraspTarget, and every field of their messages."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from grippers import GRIPPER

pytest.importorskip('rclpy', reason='ROS 2 is not installed')
pytest.importorskip('realvlg_ros.msg', reason='the interfaces are not built')

from scipy.spatial.transform import Rotation

from realvlg_ros import msg as msgs
from realvlg_ros.errors import (
    FrameError,
    GripperError,
    MessageError,
    RectangleError,
    TransformError,
)
from realvlg_ros.grasping.grasp import Grasp, GraspSource
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grounding.grounding import Grounding, GroundingStatus, ObjectCandidate
from realvlg_ros.image_region import Box, RegionMask
from realvlg_ros.rectangle import ContactPair, GraspRectangle
from realvlg_ros.resources import gripper_file
from realvlg_ros.ros.conversions.grasp import (
    grasp_from_msg,
    grasp_to_msg,
    move_target,
    target_from_msg,
    target_to_msg,
)
from realvlg_ros.ros.conversions.grounding import grounding_from_msg, grounding_to_msg
from realvlg_ros.tracking.target.target import GraspTarget, TargetState
from realvlg_ros.transforms import make_transform

ROTATION = Rotation.from_euler('xyz', [2.9, 0.2, 0.7]).as_matrix()
COVARIANCE = np.arange(36.0).reshape(6, 6)
MASK = RegionMask(3, 4, np.array([[True, False, True], [False, True, True]]))
BOX = Box(3.0, 4.0, 6.0, 6.0)
GRASP = Grasp(
    tcp2frame=make_transform(ROTATION, [0.1, -0.2, 0.6]),
    covariance=COVARIANCE,
    object_width=0.04,
    opening_width=0.06,
    standoff=0.1,
    retreat=np.array([0.0, 0.6, -0.8]),
    retreat_distance=0.15,
    quality=0.75,
    source=GraspSource.MODEL,
    rectangle=GraspRectangle(30.5, 40.5, 0.3, 25.0, 10.0, None),
    contacts=ContactPair(20.0, 38.0, 41.0, 43.0, 0.5),
    contact_points=np.array([[0.08, -0.2, 0.6], [0.12, -0.2, 0.61]]),
    support_counts=(120, 80),
    contacts_seen=(1.0, 0.25),
    clearance=0.03,
)  # fmt: skip
GROUNDING = Grounding(
    status=GroundingStatus.AMBIGUOUS,
    instruction='pick up the mug',
    message='two mugs',
    stamp_ns=12_000_000_345,
    frame_id='optical',
    image_width=64,
    image_height=48,
    request_id='r-1',
    label='mug',
    score=0.5,
    box=BOX,
    mask=MASK,
    rectangles=(GRASP.rectangle,),
    contacts=(GRASP.contacts,),
    candidates=(
        ObjectCandidate('red mug', 'the left one', 0.5, BOX, np.array([0.1, 0.2, 0.7])),
        ObjectCandidate('blue mug', 'the right one', 0.25, Box(10.0, 4.0, 16.0, 6.0)),
    ),
    question='the red or the blue one?',
    backend='tabletop',
    noun_verified=True,
    parse='mug(red)',
    timings_ms={'segment': 12.5, 'match': 0.25},
)
TARGET = GraspTarget(
    state=TargetState.CONFIRMED,
    stamp_ns=13_000_000_456,
    frame_id='base',
    camera_frame_id='optical',
    track_id=7,
    request_id='r-1',
    label='mug',
    stable=True,
    message='followed',
    position_std=0.001,
    rotation_std=0.02,
    grasps=(GRASP, GRASP.flipped()),
    box=BOX,
    mask=MASK,
    grounded_stamp_ns=12_000_000_345,
    timings_ms={'track': 3.5},
)


def assert_same(a: object, b: object) -> None:
    """Compare dataclasses with arrays in them."""
    assert type(a) is type(b)
    if dataclasses.is_dataclass(a):
        for field in dataclasses.fields(a):
            assert_same(getattr(a, field.name), getattr(b, field.name))
    elif isinstance(a, np.ndarray):
        np.testing.assert_allclose(a, b, atol=1e-12)
    elif isinstance(a, tuple):
        assert len(a) == len(b)
        for x, y in zip(a, b, strict=True):
            assert_same(x, y)
    else:
        assert a == pytest.approx(b) if isinstance(a, float) else a == b


def test_grounding_comes_back() -> None:
    assert_same(grounding_from_msg(grounding_to_msg(GROUNDING)), GROUNDING)


def test_empty_grounding_comes_back() -> None:
    empty = Grounding(GroundingStatus.NOT_FOUND, 'the purple cow', 'nothing purple')
    msg = grounding_to_msg(empty)
    assert msg.mask.width_px == 0 and msg.box.x_max_px == 0
    assert_same(grounding_from_msg(msg), empty)


def test_target_comes_back() -> None:
    msg = target_to_msg(TARGET, GRIPPER, latency=0.04)
    assert msg.latency == 0.04
    assert_same(target_from_msg(msg), TARGET)


def test_a_view_that_is_asked_for_comes_back_and_turns_with_the_frame() -> None:
    view = np.array([0.6, 0.0, 0.8])
    target = GraspTarget(TargetState.NO_GRASP, 5, 'optical', look_from=view)
    msg = target_to_msg(target, GRIPPER)
    assert_same(target_from_msg(msg), target)
    turn = make_transform(Rotation.from_euler('z', 90, degrees=True).as_matrix(), [1, 2, 3])
    moved = target_from_msg(move_target(msg, 'map', turn))
    assert moved.look_from == pytest.approx([0.0, 0.6, 0.8])


def test_lost_target_comes_back() -> None:
    lost = GraspTarget(TargetState.LOST, 5, 'optical', message='left the image')
    assert_same(target_from_msg(target_to_msg(lost, GRIPPER)), lost)


def test_grasp_fields_are_where_the_message_says() -> None:
    msg = grasp_to_msg(
        dataclasses.replace(GRASP, terms={'width': 1.0}, preference=0.625), np.eye(4)
    )
    q = msg.pose.pose.orientation
    np.testing.assert_allclose(
        Rotation.from_quat([q.x, q.y, q.z, q.w]).as_matrix(), GRASP.tcp2frame[:3, :3], atol=1e-12
    )
    assert msg.pose.pose.position.y == -0.2
    # Row by row: element 6 is the first of the second row.
    assert msg.pose.covariance[6] == COVARIANCE[1, 0] == 6.0
    assert (msg.approach.z, msg.retreat.z) == (pytest.approx(GRASP.tcp2frame[2, 2]), -0.8)
    assert (msg.object_width, msg.opening_width) == (0.04, 0.06)
    assert (msg.standoff, msg.retreat_distance, msg.clearance) == (0.1, 0.15, 0.03)
    assert (msg.source, msg.quality, msg.preference) == ('model', 0.75, 0.625)
    assert msg.contact_points[1].z == 0.61 and list(msg.support_counts) == [120, 80]
    assert list(msg.contacts_seen) == [1.0, 0.25]
    assert msg.rectangle.opening_width_px == 25 and msg.rectangle.jaw_height_px == 10
    assert msg.rectangle.score == -1 and msg.contacts.score == 0.5
    assert (msg.contacts.x1_px, msg.contacts.y2_px) == (20, 43)


# A grasp from above at (0.5, 0.1, 0.03): TCP quaternion (1, 0, 0, 0). Links by hand: they are as
# far above the TCP as it reaches, and turned about the vertical as the profile's link is.
FROM_ABOVE = np.array([[1.0, 0, 0, 0.5], [0, -1, 0, 0.1], [0, 0, -1, 0.03], [0, 0, 0, 1]])


@pytest.mark.parametrize(
    ('profile', 'link', 'height', 'quaternion'),
    [
        ('franka_hand', '', 0.1334, (1.0, 0.0, 0.0, 0.0)),
        ('franka_hand', 'panda_hand', 0.1334, (1.0, 0.0, 0.0, 0.0)),
        ('franka_hand', 'panda_link8', 0.1334, (0.92388, -0.38268, 0.0, 0.0)),
        ('franka_hand', 'fr3_link8', 0.1334, (0.92388, -0.38268, 0.0, 0.0)),
        ('robotiq_2f85', '', 0.1926, (0.70711, -0.70711, 0.0, 0.0)),
    ],
)
def test_a_grasp_names_the_pose_of_the_robot_s_link(profile, link, height, quaternion):
    gripper = Gripper.from_yaml(gripper_file(profile))
    grasp = dataclasses.replace(GRASP, tcp2frame=FROM_ABOVE)
    msg = target_to_msg(dataclasses.replace(TARGET, grasps=(grasp,)), gripper, link)
    assert (msg.gripper, msg.parent_link) == (profile, link or gripper.parent_link)
    pose = msg.grasps[0].parent_link_pose
    at, q = pose.position, pose.orientation
    assert (at.x, at.y, at.z) == pytest.approx((0.5, 0.1, height))
    found = np.array([q.x, q.y, q.z, q.w])
    assert abs(found @ quaternion) == pytest.approx(1, abs=1e-5)


def test_a_link_that_the_profile_does_not_know_is_refused_with_those_it_does():
    with pytest.raises(GripperError, match=r"'tool0'.*panda_hand, panda_link8.*other_links"):
        target_to_msg(TARGET, Gripper.from_yaml(gripper_file('franka_hand')), 'tool0')


def test_mask_travels_as_its_region() -> None:
    msg = grounding_to_msg(GROUNDING)
    assert (msg.mask.x_offset_px, msg.mask.y_offset_px) == (3, 4)
    assert (msg.mask.width_px, msg.mask.height_px) == (3, 2)
    assert list(msg.mask.data) == [255, 0, 255, 0, 255, 255]
    assert np.isnan(msg.candidates[1].position.x)


def test_constants_are_those_of_the_messages() -> None:
    for status in GroundingStatus:
        assert getattr(msgs.Grounding, status.name) == status.value
    for state in TargetState:
        assert getattr(msgs.GraspTarget, state.name) == state.value


@pytest.mark.parametrize(
    ('change', 'error', 'words'),
    [
        (lambda m: setattr(m, 'status', 99), MessageError, 'status 99'),
        (lambda m: setattr(m.mask, 'width_px', 5), MessageError, '5x2 px holds 6 values'),
        (lambda m: setattr(m, 'image_width_px', 5), MessageError, 'column 6'),
        (lambda m: setattr(m.box, 'x_max_px', 1.0), FrameError, 'empty'),
        (lambda m: setattr(m.rectangles[0], 'jaw_height_px', 0.0), RectangleError, 'positive'),
        (lambda m: setattr(m.contacts[0], 'x1_px', float('nan')), RectangleError, 'finite'),
        (
            lambda m: setattr(m.candidates[0], 'box', msgs.BoundingBox()),
            MessageError,
            'red mug.*no box',
        ),
    ],
)
def test_bad_grounding_messages_are_refused(change, error, words) -> None:  # type: ignore[no-untyped-def]
    msg = grounding_to_msg(GROUNDING)
    change(msg)
    with pytest.raises(error, match=words):
        grounding_from_msg(msg)


def test_bad_target_messages_are_refused() -> None:
    msg = target_to_msg(TARGET, GRIPPER)
    msg.state = 9
    with pytest.raises(MessageError, match='state 9'):
        target_from_msg(msg)
    msg = grasp_to_msg(GRASP, np.eye(4))
    msg.source = 'guess'
    with pytest.raises(MessageError, match='guess.*geometry, model'):
        grasp_from_msg(msg)
    msg = grasp_to_msg(GRASP, np.eye(4))
    msg.pose.pose.orientation.w = 5.0
    with pytest.raises(TransformError, match='unit length'):
        grasp_from_msg(msg)

"""One camera_info decides nothing: another camera is believed when several messages say so."""

import pytest
import table_scene

from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.grasping.planner import GraspPlanner
from realvlg_ros.grounding.tabletop.grounder import TabletopGrounder
from realvlg_ros.resources import gripper_file
from realvlg_ros.ros.camera.camera_infos import CameraInfos
from realvlg_ros.ros.camera.frame_matcher import FrameMatcher
from realvlg_ros.ros.conversions.camera import camera_to_msg
from realvlg_ros.ros.conversions.image import image_from_array
from realvlg_ros.ros.conversions.rgbd import frame_from_msgs
from realvlg_ros.tracking.lock_step import LockStep
from realvlg_ros.tracking.tracker import TargetTracker

PERIOD_NS = 33_333_333


def info(**fields):
    made = camera_to_msg(table_scene.CAMERA)
    for name, value in fields.items():
        if name == 'frame_id':
            made.header.frame_id = value
        else:
            setattr(made, name, value)
    return made


WIDE = camera_to_msg(table_scene.CAMERA)
WIDE.k[0] *= 1.3
HOUR_NS = 3600 * 10**9
# What one message in every thirty says otherwise: its fields, and by how much its stamp is ahead.
ODD = {
    'an hour ahead': (info(), HOUR_NS),
    'an hour behind': (info(), -HOUR_NS),
    'stamp zero': (info(), None),
    'another frame': (info(frame_id='stranger'), 0),
    'another size': (info(width=320, height=240), 0),
    'another K': (WIDE, 0),
    'distorted': (info(d=[0.3, 0.0, 0.0, 0.0, 0.0]), 0),
    'binned': (info(binning_x=2, binning_y=2), 0),
}


@pytest.mark.parametrize('case', ODD)
def test_one_odd_message_in_thirty_changes_no_frame(case):
    odd, ahead_ns = ODD[case]
    jumps, used = [], []
    matcher = FrameMatcher(on_jump=lambda *jump: jumps.append(jump), clock=lambda: 0.0)
    for i in range(300):
        stamp_ns = 10**15 + i * PERIOD_NS
        if i % 30 == 29:
            matcher.add_camera_info(0 if ahead_ns is None else stamp_ns + ahead_ns, odd)
        else:
            matcher.add_camera_info(stamp_ns, info())
        matcher.add_color(stamp_ns, i)
        if match := matcher.add_depth(stamp_ns, i):
            used.append(match.camera_info)
    assert len(used) == 300 and not jumps and matcher.counts.jumps == 0
    assert all(message == info() for message in used)


def test_the_targets_of_three_hundred_frames_are_kept():
    color, depth = table_scene.render()
    tracker = TargetTracker()
    planner = GraspPlanner(Gripper.from_yaml(gripper_file('franka_hand')))
    stream = LockStep(tracker, planner)
    matcher = FrameMatcher(clock=lambda: 0.0)
    states = []
    for i in range(60):
        stamp_ns = 10**15 + i * PERIOD_NS
        odd, ahead_ns = list(ODD.values())[i % len(ODD)] if i % 6 == 5 else (info(), 0)
        matcher.add_camera_info(0 if ahead_ns is None else stamp_ns + ahead_ns, odd)
        frame_id = table_scene.CAMERA.frame_id
        matcher.add_color(stamp_ns, image_from_array(color, 'rgb8', stamp_ns, frame_id))
        match = matcher.add_depth(stamp_ns, image_from_array(depth, '16UC1', stamp_ns, frame_id))
        frame = frame_from_msgs(match.color, match.depth, match.camera_info, rectified=False)
        states += [target.state.name for target in stream.update(frame)]
        if i == 0:
            stream.set_grounding(TabletopGrounder().ground(frame, 'pick up the red box'))
    assert len(states) >= 59 and 'LOST' not in states


@pytest.mark.parametrize('value', [0.0, float('nan')])
def test_one_that_is_not_calibrated_spoils_its_own_frame_only(value):
    infos = CameraInfos()
    bad = info(k=[value] * 9, p=[value] * 12, d=[value] * 5)
    assert infos.add(1, info()) and infos.add(2, bad) and infos.add(3, info())
    assert infos.nearest(2) is bad and infos.nearest(3) == info()


def test_a_camera_that_changed_is_believed_after_three_messages_or_a_second():
    infos = CameraInfos()
    assert infos.add(1, info())
    assert [infos.add(i, WIDE) for i in (2, 3, 4, 5)] == [False, False, True, True]
    assert infos.nearest(5) == WIDE and infos.nearest(1) == WIDE
    # And one that says so once.
    infos = CameraInfos()
    infos.add(1, info())
    infos.add(2, WIDE)
    assert [infos.nearest(3) == WIDE for _ in range(32)] == [False] * 30 + [True] * 2
    # Two that differ from one another say nothing.
    infos = CameraInfos()
    infos.add(1, info())
    assert not any(infos.add(i, info(width=i)) for i in range(2, 40))


@pytest.mark.parametrize('stamp', [0, 10**15])
def test_without_stamps_a_frame_always_has_one(stamp):
    infos = CameraInfos()
    assert infos.add(0, info())
    assert not infos.add(stamp, WIDE)
    assert infos and infos.nearest(10**15) == info()
    assert [infos.nearest(10**15) == WIDE for _ in range(32)][-1]


def test_a_lens_that_focuses_is_one_camera():
    infos = CameraInfos()
    for i in range(300):
        made = info()
        made.k[0] *= 1.0001**i
        assert infos.add(10**15 + i * PERIOD_NS, made)
        assert infos.nearest(10**15 + i * PERIOD_NS) is made

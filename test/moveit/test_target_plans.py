"""Which targets may be approached, by their state, their age and the clock."""

import pytest

pytest.importorskip('realvlg_ros.msg', reason='ROS 2 or the interfaces are not there')

from moveit_targets import profile, target
from realvlg_ros.msg import GraspTarget

from realvlg_ros.errors import StaleTargetError
from realvlg_ros.moveit.halt import Halt
from realvlg_ros.moveit.target_plans import TargetLimits, TargetPlans

OCCLUDED = GraspTarget.OCCLUDED
LIMITS = {'target_timeout': 0.0, 'max_plan_age': 1.0, 'unseen_time': 0.0}


def newest(age, limits, **fields):
    """The newest plan when a target was checked so many seconds ago."""
    plans = TargetPlans(
        None, 'the box', TargetLimits(**{**LIMITS, **limits}), Halt(60.0),
        lambda: int((100.0 + age) * 1e9),
    )  # fmt: skip
    message = target(profile('franka_hand'), **fields)
    message.box.x_max_px = message.box.y_max_px = 10.0
    message.checked_stamp.sec = 100
    for grasp in message.grasps:
        grasp.rectangle.opening_width_px, grasp.rectangle.jaw_height_px = 40.0, 20.0
        grasp.contacts.x2_px = 40.0
        grasp.source = 'geometry'
    plans.on_target(message)
    return plans.newest()


@pytest.mark.parametrize(
    ('age', 'limits', 'fields'),
    [
        (0.9, {}, {}),
        # Clocks that are kept in step differ a little.
        (-0.05, {}, {}),
        (4.0, {'unseen_time': 5.0}, {'state': OCCLUDED, 'stable': False}),
    ],
)
def test_what_may_be_approached(age, limits, fields):
    assert len(newest(age, limits, **fields).motions) == 2


@pytest.mark.parametrize(
    ('age', 'limits', 'fields', 'words'),
    [
        (1.5, {}, {}, r'last checked 1.5 s ago \(max_plan_age\)'),
        # How long a hidden object may be approached says nothing of one in view.
        (1.5, {'unseen_time': 5.0}, {}, 'max_plan_age'),
        (5.5, {'unseen_time': 5.0}, {'state': OCCLUDED}, r'not been seen for 5.5 s'),
        (0.5, {}, {'stable': False}, 'not stable'),
        (-0.5, {}, {}, '0.5 s after the present time .* compare the clock'),
        # Simulated time without a clock is zero.
        (-100.0, {}, {}, 'use_sim_time'),
        (0.5, {}, {'state': GraspTarget.LOST}, 'the target is lost'),
        (0.5, {}, {'grasps': []}, 'without grasps'),
    ],
)
def test_what_may_not_be_approached_is_told_why(age, limits, fields, words):
    with pytest.raises(StaleTargetError, match=words):
        newest(age, limits, **fields)

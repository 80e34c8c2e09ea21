import numpy as np
import pytest
from contexts import context_around
from planned_solids import SOLIDS, plan_grasps
from solids import Box, look

from realvlg_ros.grasping.candidates import Candidates
from realvlg_ros.grasping.contact.closing import close_fingers
from realvlg_ros.grasping.observation.target_cloud import TargetCloud
from realvlg_ros.grasping.verification.checks import LOW_QUALITY, Checked
from realvlg_ros.grasping.verification.next_view import in_words, next_view


def two_sides(axis, assumed_side, assumed=6):
    """Two sides 40 mm apart along an axis; of the one to its sign a few points are assumed."""
    along = np.array([*axis, 0.0])
    across = np.cross((0, 0, 1.0), along)
    places = [(s, z) for z in (0.028, 0.024, 0.020, 0.016) for s in (-0.006, -0.002, 0.002, 0.006)]
    points, normals, seen = [], [], []
    for sign, count in ((-assumed_side, 16), (assumed_side, assumed)):
        points += [sign * 0.02 * along + s * across + (0, 0, z) for s, z in places[:count]]
        normals += [sign * along] * count
        seen += [sign != assumed_side] * count
    return TargetCloud(np.array(points), np.array(normals), np.array(seen), len(points))


def checked_on(cloud, axis):
    context = context_around(cloud)
    opening = np.array([*axis, 0.0])
    down = np.array([0, 0, -1.0])
    rotation = np.stack([np.cross(opening, down), opening, down], axis=1)
    candidates = Candidates(
        rotation[None], np.array([[0, 0, 0.01]]), np.array([0.04]), np.array([0.06]),
        np.array([False]),
    )  # fmt: skip
    return context, Checked.of(context, *close_fingers(context, candidates))


# The support frame's x axis points toward the camera, y to its right.
@pytest.mark.parametrize(
    ('axis', 'side', 'words'),
    [
        ((0.0, 1.0), 1, 'look at it from the right'),
        ((0.0, 1.0), -1, 'look at it from the left'),
        ((1.0, 0.0), 1, 'look at it from lower down'),
        ((1.0, 0.0), -1, 'look at it from behind'),
    ],
)
def test_the_view_shows_the_contact_that_was_assumed(axis, side, words):
    context, checked = checked_on(two_sides(axis, side), axis)
    assert not checked.faultless.any()
    view = next_view(context, checked)
    assert np.linalg.norm(view) == pytest.approx(1)
    assert view[:2] @ axis * side > 0.7 and view[2] > 0.5
    assert in_words(context, view) == words


def test_what_is_seen_to_be_wrong_is_not_looked_at_again():
    cloud = two_sides((0.0, 1.0), 1, assumed=16)
    context, checked = checked_on(cloud, (1.0, 0.0))
    assert not checked.faultless.any()
    assert next_view(context, checked) is None


BLOCK = Box((0.04, 0.06, 0.05), (0, 0, 0.025))


def test_a_plan_with_grasps_asks_for_no_view():
    plan = plan_grasps(look([BLOCK]))
    assert plan.grasps and plan.look_from is None


def test_what_is_only_likely_to_fail_is_not_looked_at_again():
    plan = plan_grasps(look([BLOCK]), min_quality=0.9999)
    assert not plan.grasps and plan.look_from is None
    assert plan.refusals[LOW_QUALITY] > 0 and LOW_QUALITY in plan.message


def test_a_plan_asks_for_the_view_in_the_frame_of_the_camera():
    # It is held across its depth, and a finger would go down behind it.
    view = look([SOLIDS['box']], noise=0.001)
    plan = plan_grasps(view, max_unobserved=0.0)
    assert not plan.grasps and plan.message.endswith('look at it from behind')
    toward = view.camera2world[:3, :3] @ plan.look_from
    assert np.linalg.norm(toward) == pytest.approx(1)
    assert toward[2] == pytest.approx(np.sin(np.radians(40)), abs=0.02)
    away = -view.camera2world[:2, 3]
    assert toward[:2] @ away / np.linalg.norm(away) > 0.7

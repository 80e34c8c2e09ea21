from dataclasses import replace

import numpy as np
import pytest
from contexts import context_around, context_of
from grippers import GRIPPER
from solids import Cylinder, look

from realvlg_ros.grasping.candidates import Candidates
from realvlg_ros.grasping.contact.closing import close_fingers
from realvlg_ros.grasping.observation.target_cloud import TargetCloud
from realvlg_ros.grasping.settings import PlannerSettings
from realvlg_ros.grasping.verification.checks import Checked
from realvlg_ros.grasping.verification.settling import seat, settled

OUTER, INNER, HEIGHT = 0.041, 0.037, 0.09
AXIS = np.array([0.1, 0.05])


def cup(lean=0.0, rim=0.0, noise=0.0):
    """The two sides of a cup's wall near y = radius; the uppermost part of it rounded off."""
    rng = np.random.default_rng(0)
    angle, z = np.meshgrid(np.linspace(-0.5, 0.5, 41), np.linspace(0.03, HEIGHT, 31))
    angle, z = angle.ravel() + np.pi / 2, z.ravel()
    out = np.stack([np.cos(angle), np.sin(angle), np.zeros_like(angle)], axis=1)
    points, normals = [], []
    for radius, side in ((OUTER, 1), (INNER, -1)):
        back = np.square(np.maximum(z - (HEIGHT - rim), 0)) / max(2 * rim, 1e-9)
        r = radius + lean * (z - 0.06) - side * back + rng.normal(0, noise, len(z))
        points.append(r[:, None] * out + z[:, None] * (0, 0, 1) + (*AXIS, 0))
        normals.append(side * out)
    points = np.concatenate(points)
    return TargetCloud(points, np.concatenate(normals), np.ones(len(points), bool), len(points))


def above(offset):
    """A candidate straight above the wall whose opening is radial and off by some, m."""
    return from_aside(0.0, offset)


def from_aside(angle, offset=0.0):
    """A candidate that comes along the rim, by an angle from the vertical, to the same wall."""
    cosine, sine = np.cos(angle), np.sin(angle)
    rotation = np.array([[cosine, 0, sine], [0, -1, 0], [sine, 0, -cosine]])
    touch = np.array([AXIS[0], AXIS[1] + 0.0385 + offset, 0.075])
    tip = touch + 0.015 * rotation[:, 2]
    return Candidates(
        rotation[None], tip[None], np.array([0.004]), np.array([0.02]), np.array([False])
    )


def radius_of(candidates, height=0.075):
    """Distance of the opening's middle from the axis at the height of the touches, m."""
    approach = candidates.rotations[0, :, 2]
    tip = candidates.tips[0]
    return (tip + (height - tip[2]) / approach[2] * approach)[1] - AXIS[1]


def seated(candidates, cloud):
    """The candidates between the walls, and their contacts in the TCP frames."""
    context = context_around(cloud)
    closing = close_fingers(context, candidates)[1]
    seating = seat(context, AXIS, candidates, closing)
    return seating.candidates, seating.contacts


@pytest.mark.parametrize('offset', [-0.0006, 0.0, 0.0008])
def test_opening_is_centred_between_the_middle_of_one_pad_and_the_edges_of_the_other(offset):
    half = GRIPPER.finger_width / 2
    edges = np.sqrt(INNER**2 - half**2)
    done, contacts = seated(above(offset), cup(noise=0.0003))
    assert radius_of(done) == pytest.approx((OUTER + edges) / 2, abs=0.00006)
    assert done.rotations[0] == pytest.approx(above(0).rotations[0], abs=0.004)
    # The first readings that are met are 1.4 mm nearer to each other.
    assert np.ptp(contacts[0, :, 1]) == pytest.approx(OUTER - edges, abs=0.00012)
    assert contacts[0, :, 1].mean() == pytest.approx(0, abs=1e-9)


def test_opening_turns_to_leaning_walls_but_not_to_a_rounded_rim():
    leaning, _ = seated(above(0), cup(lean=0.03))
    # The wall goes outward with height: its normals, and the opening, point down on the outside.
    assert leaning.rotations[0, 2, 1] == pytest.approx(0.03, abs=0.003)
    round_, _ = seated(above(0), cup(rim=0.004))
    assert abs(np.degrees(round_.rotations[0, 2, 1])) < 0.3


@pytest.mark.parametrize('angle', [-0.4, 0.4])
def test_opening_stays_radial_where_it_touches_for_a_gripper_that_comes_along_the_rim(angle):
    done, contacts = seated(from_aside(angle), cup())
    opening, approach = done.rotations[0, :, 1], done.rotations[0, :, 2]
    touch = done.tips[0] + contacts[0, 0, 2] * approach
    outward = (touch[:2] - AXIS) / np.linalg.norm(touch[:2] - AXIS)
    # Where the tips are, 6 mm beside the touches, radial is 9 degrees off.
    assert np.degrees(np.arccos(abs(opening[:2] @ outward))) < 1.5


def test_settles_a_little_only():
    far, _ = seated(above(0.004), cup(lean=0.2))
    moved = radius_of(far) - radius_of(above(0.004))
    assert abs(far.rotations[0, 2, 1]) <= 0.05 and abs(moved) < 0.0016


def test_what_meets_no_wall_is_left_out():
    candidates = Candidates.joined([above(0.03), above(0)])
    context = context_around(cup())
    closing = close_fingers(context, candidates)[1]
    assert seat(context, AXIS, candidates, closing).rows.tolist() == [1]


@pytest.mark.parametrize(('lean', 'settles'), [(0.0, True), (0.03, False)])
def test_a_grasp_that_would_settle_into_something_stays_as_it_was(lean, settles):
    settings = PlannerSettings(min_quality=0.0)
    scene = look([Cylinder(0.01, 0.05, (0, 0, 0.025))]).scene()
    cloud, candidates = cup(lean), above(0.0007)
    # The tips are as low as they may be: one of them goes down where the opening turns.
    down = np.array([0, 0, candidates.tips[0, 2] - settings.table_clearance])
    cloud = replace(cloud, points=cloud.points - down)
    candidates = replace(candidates, tips=candidates.tips - down)
    context = replace(context_of(scene, settings), cloud=cloud, axis=AXIS)
    before = Checked.of(context, *close_fingers(context, candidates))
    assert before.faultless.tolist() == [True]
    after = settled(context, before)
    assert after.faultless.tolist() == [True]
    assert np.array_equal(after.candidates.tips, before.candidates.tips) is not settles
    assert np.array_equal(after.closing.contacts, before.closing.contacts) is not settles
    # What is published is what was checked: the contacts are where the opening says.
    offset = after.closing.contacts[0] - after.candidates.tips[0]
    across = offset @ after.candidates.rotations[0, :, 1]
    assert np.ptp(across) == pytest.approx(after.candidates.widths[0])
    assert after.closing.widths == pytest.approx(after.candidates.widths)
    if settles:
        assert across.mean() == pytest.approx(0, abs=1e-9)

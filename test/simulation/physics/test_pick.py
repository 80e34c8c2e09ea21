"""The hand against cases whose outcome is known."""

import numpy as np
import pytest
import trimesh

from realvlg_ros.errors import GripperError, WorldError
from realvlg_ros.grasping.gripper import Gripper
from realvlg_ros.resources import gripper_file
from realvlg_ros.simulation.convex_parts import ConvexPart
from realvlg_ros.simulation.physics.bodies import Bodies
from realvlg_ros.simulation.physics.hand import PADS
from realvlg_ros.simulation.physics.pick import Pick
from realvlg_ros.simulation.physics.settings import PickSettings
from realvlg_ros.simulation.physics.settling import settle
from realvlg_ros.simulation.physics.solid import Solid
from realvlg_ros.simulation.sim_object import SimObject
from realvlg_ros.simulation.world import Table
from realvlg_ros.transforms import make_transform

HAND = Gripper.from_yaml(gripper_file('franka_hand'))
GRIPPERS = ('franka_hand', 'robotiq_2f85', 'wsg_50')


def block(name='block', size=(0.04, 0.04, 0.04), x=0.0, y=0.0) -> Solid:
    dimensions = dict(zip(('size_x', 'size_y', 'size_z'), size, strict=True))
    item = SimObject.from_shape('box', (190, 30, 34), name=name, dimensions=dimensions)
    return Solid.of(item).at(make_transform(np.eye(3), (x, y, 0.0)))


def from_above(x=0.0, y=0.0, z=0.02, yaw=0.0):
    """The hand points down; its fingers open along y, turned by yaw."""
    c, s = np.cos(yaw), np.sin(yaw)
    return make_transform([[c, s, 0], [s, -c, 0], [0, 0, -1]], (x, y, z))


def pick(solids, pose, opening=0.06, target='block', gripper=HAND, **settings):
    executed = Pick(solids, Table(), gripper, PickSettings(**settings))
    return executed.run_pose(pose, opening, 0.1, target)


@pytest.mark.parametrize('gripper', GRIPPERS)
def test_a_good_grasp_of_a_box_holds_ten_times_of_ten(gripper):
    rng = np.random.default_rng(1)
    hand = Gripper.from_yaml(gripper_file(gripper))
    for _ in range(10):
        x, y = rng.uniform(-0.005, 0.005, 2)
        result = pick([block()], from_above(x, y), gripper=hand)
        assert result.success, result
        assert result.gripped == ('block',)
        assert result.opening == pytest.approx(0.04, abs=0.002)
        assert result.table_force == 0


@pytest.mark.parametrize('gripper', GRIPPERS)
def test_the_fingers_press_with_the_force_of_the_profile(gripper):
    hand = Gripper.from_yaml(gripper_file(gripper))
    executed = Pick([block()], Table(), hand)
    pose = from_above()
    executed.approach(pose[:3, 3] + (0, 0, 0.05), pose, 0.06)
    executed.close()
    pressed = dict.fromkeys(PADS, 0.0)
    for touch in executed._bodies.touches():
        if touch.hand in pressed:
            pressed[touch.hand] += touch.force
    assert list(pressed.values()) == pytest.approx([hand.actuation.closing_force] * 2, rel=0.05)


def test_a_simulation_that_lost_its_way_is_an_error():
    bodies = Bodies([block()], Table(), PickSettings())
    bodies._data.qvel[:] = 1e12
    with pytest.raises(WorldError, match='physics'):
        for _ in range(10):
            bodies.advance()


def test_a_grasp_30_mm_beside_it_never_holds():
    rng = np.random.default_rng(2)
    for _ in range(10):
        angle = rng.uniform(-np.pi, np.pi)
        beside = 0.03 * np.array([np.cos(angle), np.sin(angle)])
        # The hand is turned so that the fingers come down at the box's side, not on it.
        result = pick([block(size=(0.02, 0.02, 0.04))], from_above(*beside, yaw=angle))
        assert not result.held, (angle, result)


@pytest.mark.parametrize(('degrees', 'holds'), [(15, True), (45, False)])
def test_a_roof_is_held_by_friction_or_not(degrees, holds):
    """Pads of friction 0.7 hold faces that lean by up to 35 degrees."""
    rise = 0.04
    half_base = 0.012 + rise * np.tan(np.radians(degrees))
    corners = [
        (x, y, z) for x in (-0.03, 0.03) for y, z in ((-half_base, 0), (half_base, 0),
                                                      (-0.012, rise), (0.012, rise))
    ]  # fmt: skip
    hull = trimesh.convex.convex_hull(np.array(corners))
    parts = (ConvexPart(np.asarray(hull.vertices), np.asarray(hull.faces)),)
    item = SimObject(
        'block', 'roof', 'roof', (9, 9, 9), hull, np.zeros((len(hull.faces), 3), np.uint8),
        np.eye(4),
    )  # fmt: skip
    opening = min(2 * half_base + 0.004, 0.08)
    result = pick([Solid.from_parts(item, parts)], from_above(z=0.028), opening)
    assert result.held is holds


def test_the_force_on_the_table_is_told():
    free, pressed = (pick([block()], from_above(z=z)) for z in (0.003, -0.001))
    assert free.table_force == 0
    # The arm's spring of 5000 N/m gives way by 1 mm.
    assert 3 < pressed.approach_force['table'] < 10
    assert pressed.table_force >= pressed.approach_force['table']


def test_a_finger_that_comes_down_on_the_object_is_told():
    result = pick([block()], from_above(y=0.02))
    assert result.approach_force['block'] > 10


def test_a_neighbour_that_is_pushed_away_is_told():
    beside = block('other', (0.03, 0.03, 0.05), y=0.045)
    result = pick([block(), beside], from_above(), opening=0.07)
    assert result.approach_force['other'] > 10
    assert result.moved['other'] > 0.003


def test_a_neighbour_that_is_far_is_not_disturbed():
    result = pick([block(), block('far', y=0.2)], from_above())
    assert result.success
    assert result.moved['far'] < 1e-3


def test_a_neighbour_that_is_carried_along_is_disturbed():
    # It stands on the block and falls off as that is shaken.
    on_top = block('other', (0.02, 0.02, 0.02)).at(make_transform(np.eye(3), (0, 0, 0.04)))
    result = pick(
        [block(size=(0.06, 0.04, 0.04)), on_top], from_above(z=0.02), shake_amplitude=0.06
    )
    assert result.held
    assert result.disturbed == ('other',)


def test_what_is_lifted_instead_is_told():
    result = pick([block(), block('other', x=0.1)], from_above(x=0.1))
    assert result.lifted == ('other',)
    assert not result.held


def test_two_runs_are_equal():
    first, second = (pick([block()], from_above(yaw=0.3)) for _ in range(2))
    assert first.risen == second.risen
    assert first.opening == second.opening


def test_snapshots_tell_the_phases_in_order():
    result = pick([block()], from_above())
    phases = list(dict.fromkeys(snapshot.phase for snapshot in result.snapshots))
    assert phases == ['approach', 'close', 'lift', 'shake', 'hold']
    assert result.snapshots[-1].tcp2world[2, 3] == pytest.approx(0.17, abs=0.005)


def test_a_profile_without_actuation_is_refused():
    from dataclasses import replace

    with pytest.raises(GripperError, match='has no actuation'):
        pick([block()], from_above(), gripper=replace(HAND, actuation=None))


def test_settings_that_make_no_sense_are_refused():
    with pytest.raises(WorldError, match='pick: lift -0.1'):
        PickSettings(lift=-0.1)


def test_a_dropped_box_comes_to_rest_on_a_face():
    tilted = make_transform([[0.8, 0, 0.6], [0, 1, 0], [-0.6, 0, 0.8]], (0, 0, 0.08))
    (rested,) = settle([block().at(tilted)], Table())
    upward = np.abs(rested.item.pose[2, :3]).max()
    assert upward == pytest.approx(1.0, abs=1e-3)
    assert rested.item.world_vertices()[:, 2].min() == pytest.approx(0, abs=1e-3)


def test_what_falls_off_the_table_is_left_out():
    assert settle([block(x=2.0)], Table()) == ()

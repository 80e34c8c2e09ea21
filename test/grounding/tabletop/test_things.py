"""Things that touch, lie on or in each other come apart; one thing from anywhere stays one."""

import numpy as np
import pytest

from benchmarks.grounding.scenes import DEPTHS
from realvlg_ros.grounding.tabletop import TabletopGrounder
from realvlg_ros.grounding.tabletop.colors import COLOR_NAMES
from realvlg_ros.simulation.colors import COLORS
from realvlg_ros.simulation.renderer import Renderer, RenderSettings
from realvlg_ros.simulation.sim_object import SimObject
from realvlg_ros.simulation.trajectory import d435_camera, look_at
from realvlg_ros.simulation.world import Table, World, upright_pose

CAMERA = d435_camera()


def thing(shape, color, x, y, z=0.0, yaw=0.4, **dimensions):
    pose = upright_pose(x, y, yaw)
    pose[2, 3] = z
    name = f'{color}_{shape}'
    return SimObject.from_shape(shape, COLORS[color], name=name, dimensions=dimensions, pose=pose)


def look(items, elevation=50, roll=0, depth='D435'):
    """What is seen of things, and the true mask of each."""
    rise, turn = np.radians(elevation), np.eye(4)
    turn[:2, :2] = [
        [np.cos(np.radians(roll)), -np.sin(np.radians(roll))],
        [np.sin(np.radians(roll)), np.cos(np.radians(roll))],
    ]
    middle = np.array([0.0, 0.0, 0.04])
    eye = middle + 0.7 * np.array([-np.cos(rise), 0.0, np.sin(rise)])
    world = World(tuple(items), Table(size=(1.6, 1.6), texture='plain'))
    shown = Renderer(world, RenderSettings.fast()).render(
        CAMERA, look_at(eye, middle) @ turn, DEPTHS[depth], 1
    )
    scene, objects = TabletopGrounder().see(shown.frame)
    masks = [scene.in_frame(o.region, CAMERA).to_full(480, 640) for o in objects]
    return objects, masks, [shown.instance_ids == k + 1 for k in range(len(items))]


def iou(one, other):
    return (one & other).sum() / max((one | other).sum(), 1)


def best(masks, truth):
    ious = [iou(mask, truth) for mask in masks]
    return int(np.argmax(ious)), max(ious)


PAIRS = {
    'on': [
        thing('box', 'red', 0, 0, size_x=0.12, size_y=0.14, size_z=0.05),
        thing('can', 'green', 0, 0, 0.05),
    ],
    'in': [thing('bowl', 'blue', 0, 0), thing('ball', 'yellow', 0, 0, 0.004, diameter=0.05)],
    'touching': [
        thing('box', 'red', 0, 0, yaw=0.0, size_x=0.06, size_y=0.09, size_z=0.1),
        thing('can', 'blue', -0.0635, 0, yaw=0.0),
    ],
}


@pytest.mark.parametrize('how', PAIRS)
@pytest.mark.parametrize('depth', DEPTHS)
def test_two_things_come_apart(how, depth):
    _, masks, truths = look(PAIRS[how], depth=depth)
    assert min(best(masks, truth)[1] for truth in truths) > 0.6


@pytest.mark.parametrize('how', ['on', 'in'])
def test_what_carries_a_thing_is_known(how):
    objects, masks, truths = look(PAIRS[how])
    carrier, held = (best(masks, truth)[0] for truth in truths)
    told = objects[held].on_top_of if how == 'on' else objects[held].inside_of
    assert told == carrier
    assert (objects[carrier].on_top_of, objects[carrier].inside_of) == (None, None)


@pytest.mark.parametrize('elevation', [32, 45, 60, 75, 88])
@pytest.mark.parametrize('shape', ['mug', 'bowl'])
def test_a_container_stays_one_with_its_inside(shape, elevation):
    objects, masks, truths = look([thing(shape, 'red', 0, 0, yaw=1.0)], elevation)
    assert len(objects) == 1
    assert iou(masks[0], truths[0]) > 0.8
    assert objects[0].is_open


@pytest.mark.parametrize('roll', [0, 90, 180, 270])
def test_a_rolled_camera_sees_the_same_things_in_the_same_places(roll):
    items = [thing('mug', 'red', 0, 0.15), thing('box', 'blue', 0.05, -0.12)]
    objects, masks, truths = look(items, roll=roll)
    assert len(objects) == 2
    left, right = (objects[best(masks, truth)[0]] for truth in truths)
    # The camera looks along x: y is to the left.
    assert right.ground[0] - left.ground[0] == pytest.approx(0.27, abs=0.04)
    assert left.box.center[0] < right.box.center[0]


def test_looks_are_told():
    items = [
        thing('mug', 'black', 0, 0.16, yaw=np.pi / 2),
        thing('box', 'white', 0, -0.12, size_z=0.05),
        thing('ball', 'red', -0.1, 0.0),
    ]
    objects, masks, truths = look(items)
    mug, box, ball = (objects[best(masks, truth)[0]] for truth in truths)
    assert mug.lightness < 0.4 < 0.6 < box.lightness
    assert (mug.is_open, box.is_open) == (True, False)
    assert mug.has_handle and box.has_handle is None
    assert ball.colors[COLOR_NAMES.index('red')] > 0.7
    assert sum(ball.colors) == pytest.approx(1, abs=1e-3)
    assert max(item.patterned for item in (mug, box, ball)) < 0.5
    assert max(item.transparent for item in (mug, box, ball)) < 0.5
    assert not any(item.cut_off for item in (mug, box, ball))


def test_a_bin_s_walls_are_no_things():
    from realvlg_ros.closed_loop.scenes import make_bin

    items = [make_bin().item, thing('box', 'red', 0.02, 0.05, 0.006, size_z=0.05)]
    objects, masks, truths = look(items, 70)
    assert best(masks, truths[1])[1] > 0.7
    assert len(objects) <= 2

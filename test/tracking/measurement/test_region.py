import numpy as np
import pytest
from slab_scene import CAMERA, Slab, SlabScene, at, ground

from realvlg_ros.errors import FrameError
from realvlg_ros.image_region import Box, RegionMask
from realvlg_ros.tracking.measurement.object_view import make_view
from realvlg_ros.tracking.measurement.region import carried_region, fresh_region, region_of
from realvlg_ros.tracking.memory.key_frames import KeyFrame
from realvlg_ros.tracking.settings import TrackerSettings

POSE = at(0, 0, 0.6)


def overlap(mask, truth):
    full = mask.to_full(*truth.shape)
    return (full & truth).sum() / (full | truth).sum()


def see(scene):
    frame, owner = scene.render(0)
    mask = RegionMask.from_full(owner == 1)
    view = make_view(KeyFrame.from_frame(frame), mask, POSE, TrackerSettings())
    return frame, owner, view


def test_a_mask_is_taken_as_it_is():
    frame, owner = SlabScene([Slab(POSE)]).render(0)
    assert overlap(region_of(ground(frame, owner), frame.depth), owner == 1) == 1.0


def test_what_stands_out_of_a_box_is_the_object():
    frame, owner = SlabScene([Slab(POSE)]).render(0)
    tight = RegionMask.from_full(owner == 1).box
    loose = Box(tight.x_min - 9, tight.y_min - 6, tight.x_max + 4, tight.y_max + 8)
    found = region_of(ground(frame, owner, mask=None, box=loose), frame.depth)
    assert overlap(found, owner == 1) > 0.98


def test_a_box_of_something_flat_is_taken_whole():
    frame, owner = SlabScene([Slab(POSE)]).render(0)
    box = Box(10, 10, 50, 40)
    assert region_of(ground(frame, owner, mask=None, box=box), frame.depth).area == box.area


def test_neither_mask_nor_box_is_refused():
    frame, owner = SlabScene([Slab(POSE)]).render(0)
    with pytest.raises(FrameError, match='neither a mask nor a box'):
        region_of(ground(frame, owner, mask=None, box=None), frame.depth)


def test_the_mask_of_a_view_moves_with_the_pose():
    _, _, view = see(SlabScene([Slab(POSE)]))
    moved = at(0.05, 0.02, 0.5, yaw=30)
    _, owner = SlabScene([Slab(moved)]).render(1)
    assert overlap(carried_region(view, CAMERA, moved), owner == 1) > 0.93
    assert carried_region(view, CAMERA, at(2.0, 0, 0.6)) is None


def test_a_fresh_mask_leaves_out_a_neighbour_in_front():
    scene = SlabScene([Slab(POSE), Slab(at(0.08, 0, 0.5), 0.06, seed=3)])
    frame, owner, view = see(scene)
    stale = RegionMask.from_full(np.roll(owner == 1, 3, axis=1))
    fresh = fresh_region(view, frame.depth, CAMERA, POSE, stale)
    assert overlap(fresh, owner == 1) > 0.93 > overlap(stale, owner == 1)


def test_without_a_support_in_sight_the_stale_mask_stays():
    frame, owner, view = see(SlabScene([Slab(POSE)]))
    mask = RegionMask.from_full(owner == 1)
    blind = np.where(owner == 1, frame.depth, 0).astype(np.float32)
    assert fresh_region(view, blind, CAMERA, POSE, mask) is mask


def test_readings_in_one_row_make_no_plane():
    frame, owner = SlabScene([Slab(POSE)]).render(0)
    depth, box = np.zeros_like(frame.depth), Box(30, 30, 50, 45)
    depth[21, 16:48] = 0.6
    assert region_of(ground(frame, owner, mask=None, box=box), depth).area == box.area

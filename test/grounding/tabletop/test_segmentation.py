"""Objects of synthetic tables found by depth and colour."""

import numpy as np
import pytest

from realvlg_ros.grounding.tabletop.attributes import describe_object
from realvlg_ros.grounding.tabletop.scene import TabletopScene
from realvlg_ros.grounding.tabletop.segmentation import segment
from realvlg_ros.grounding.tabletop.segmentation_settings import SegmentationSettings
from realvlg_ros.support_plane import find_support_plane

RED, GREEN, GREY = (200, 25, 30), (30, 140, 50), (120, 120, 122)


def look(frame, **settings):
    scene = TabletopScene.from_frame(frame, find_support_plane(frame), 640)
    return scene, segment(scene, SegmentationSettings(**settings))


def best_iou(segments, truth):
    def iou(found):
        mask = found.region.to_full(*truth.shape)
        return (mask & truth).sum() / (mask | truth).sum()

    return max(iou(found) for found in segments)


def test_separate_things_are_found_whole(table):
    table.cylinder(-0.15, 0, 0.04, 0.12, GREY).box(0.1, 0.05, (0.1, 0.07, 0.05), GREY)
    frame, masks = table.render()
    _, segments = look(frame)
    assert len(segments) == 2
    assert min(best_iou(segments, mask) for mask in masks) > 0.85
    areas = [found.area for found in segments]
    assert areas == sorted(areas, reverse=True)


def test_one_thing_in_front_of_another_of_the_same_paint_is_two(table):
    table.cylinder(0.0, -0.08, 0.03, 0.11, GREY).box(0.02, 0.1, (0.16, 0.06, 0.2), GREY)
    frame, masks = table.render()
    _, segments = look(frame)
    assert len(segments) == 2
    assert min(best_iou(segments, mask) for mask in masks) > 0.8


def test_touching_cylinders_are_split_at_the_crease(table):
    table.cylinder(-0.034, 0, 0.034, 0.12, GREY).cylinder(0.034, 0, 0.034, 0.12, GREY)
    # From so low that the tops, which are one plane, are seen as a line.
    table.eye_m = (0.16, 0.6)
    frame, masks = table.render()
    _, segments = look(frame)
    assert min(best_iou(segments, mask) for mask in masks) > 0.7


def test_measures_are_those_of_the_thing(table):
    table.box(0.08, 0.0, (0.12, 0.06, 0.09), RED)
    frame, _ = table.render()
    scene, segments = look(frame)
    item = describe_object(scene, segments[0], np.full(3, 255, np.float32))
    assert item.height == pytest.approx(0.09, abs=0.005)
    assert item.length == pytest.approx(0.12, abs=0.012)
    assert item.width == pytest.approx(0.06, abs=0.015)
    assert item.color_words() == 'red'
    assert item.shows('red') > 0.9 and item.shows('green') < 0.05
    # The eye is 0.6 m behind and 0.45 m above the origin; the near top edge is closest.
    near_top = np.linalg.norm([0.08, 0.57, 0.36])
    assert np.linalg.norm(item.position) == pytest.approx(near_top, abs=0.04)
    assert not item.cut_off


def test_thing_that_leaves_the_image_is_marked(table):
    table.box(0.42, 0.0, (0.2, 0.1, 0.1), GREEN)
    frame, _ = table.render()
    scene, segments = look(frame)
    assert describe_object(scene, segments[0], np.full(3, 255, np.float32)).cut_off


def test_flat_thing_in_colour_is_found_where_depth_is_too_coarse(table):
    table.box(0.0, 0.0, (0.12, 0.08, 0.005), RED)
    frame, masks = table.render()
    _, segments = look(frame)
    assert best_iou(segments, masks[0]) > 0.7


def test_print_on_the_table_is_no_thing(table):
    frame, _ = table.render()
    color = frame.color.copy()
    color[120:160, 140:200] = RED
    printed = type(frame)(color, frame.depth, frame.camera)
    assert look(printed)[1] == []


def test_limits_are_obeyed(table):
    table.box(-0.1, 0.0, (0.1, 0.1, 0.1), GREY).box(0.15, 0.0, (0.03, 0.03, 0.03), GREY)
    frame, masks = table.render()
    assert len(look(frame)[1]) == 2
    only_large = look(frame, min_area_px=2000)[1]
    assert len(only_large) == 1 and best_iou(only_large, masks[0]) > 0.8
    only_small = look(frame, max_size=0.08)[1]
    assert len(only_small) == 1 and best_iou(only_small, masks[1]) > 0.6


def test_warped_depth_of_a_flat_table_shows_nothing(table):
    frame, _ = table.render()
    rows, columns = np.indices(frame.depth.shape)
    radius = np.hypot((rows - 120) / 120, (columns - 160) / 160)
    warped = frame.depth + np.float32(0.006) * (radius**2).astype(np.float32)
    bent = type(frame)(frame.color, np.where(frame.valid, warped, 0), frame.camera)
    assert look(bent)[1] == []

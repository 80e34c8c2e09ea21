import numpy as np
import pytest
from slab_scene import CAMERA, Slab, SlabScene, at

from realvlg_ros.image_region import RegionMask
from realvlg_ros.tracking.measurement.object_motion import find_features, measure_pose
from realvlg_ros.tracking.measurement.object_view import make_view, surface_depth
from realvlg_ros.tracking.measurement.rigid_fit import difference
from realvlg_ros.tracking.measurement.search import search_pose
from realvlg_ros.tracking.memory.contrast import strongest_contrast
from realvlg_ros.tracking.memory.key_frames import KeyFrame, ThinnedFrame
from realvlg_ros.tracking.settings import TrackerSettings

SETTINGS = TrackerSettings()
POSE = at(0, 0, 0.6)


def see(slab=None, **scene):
    frame, owner = SlabScene([slab or Slab(POSE)], **scene).render(0)
    key = KeyFrame.from_frame(frame)
    return make_view(key, RegionMask.from_full(owner == 1), POSE, SETTINGS)


def frame_at(pose, index=1, slab=None, **scene):
    slab = slab or Slab(pose)
    return KeyFrame.from_frame(SlabScene([slab], **scene).render(index)[0])


def errors(measured, truth):
    error = difference(measured.object2camera, truth)
    return 1000 * np.linalg.norm(error[:3]), np.degrees(np.linalg.norm(error[3:]))


@pytest.mark.parametrize(
    'moved',
    [
        at(0, 0, 0.6),
        at(0.004, -0.003, 0.6),
        at(0.015, 0.01, 0.605),
        at(0.005, 0, 0.6, yaw=12),
        at(0, 0.005, 0.6, tilt=10),
        at(0.01, 0, 0.5),
    ],
)
def test_a_motion_is_measured_to_a_millimetre_and_half_a_degree(moved):
    measured = measure_pose(see(), frame_at(moved), POSE, SETTINGS)
    millimetres, degrees = errors(measured, moved)
    assert millimetres < 1.0 and degrees < 0.5
    assert measured.hidden < 0.05


def test_an_object_without_texture_is_held_by_its_outline():
    def plain(pose):
        slab = Slab(pose)
        slab.pixels[:] = (200, 40, 30)
        return slab

    moved = at(0.006, -0.004, 0.6)
    key = frame_at(moved, slab=plain(moved))
    measured = measure_pose(see(plain(POSE)), key, POSE, SETTINGS)
    assert errors(measured, moved)[0] < 1.5


def test_a_thinned_frame_is_enough():
    moved = at(0.01, 0, 0.6)
    stone = ThinnedFrame.from_key_frame(frame_at(moved)).unpacked()
    assert errors(measure_pose(see(), stone, POSE, SETTINGS), moved)[0] < 1


def test_features_bridge_what_alignment_cannot():
    moved = at(0.02, 0.01, 0.6)
    pose, count = find_features(see(), frame_at(moved), POSE, SETTINGS)
    assert count >= 20
    assert np.linalg.norm(difference(pose, moved)[:3]) < 0.002


def test_nothing_is_found_where_the_object_is_not():
    gone = KeyFrame.from_frame(SlabScene([]).render(1)[0])
    assert measure_pose(see(), gone, POSE, SETTINGS) is None
    assert measure_pose(see(), gone, at(3.0, 0, 0.6), SETTINGS) is None
    assert search_pose(see(), gone, POSE, 0.03, SETTINGS) is None


def test_a_search_finds_it_far_from_where_it_was():
    moved = at(0.09, -0.03, 0.58)
    found = search_pose(see(), frame_at(moved), POSE, 0.03, SETTINGS)
    assert errors(found, moved)[0] < 1.0


def test_a_search_does_not_look_beyond_its_spread():
    assert search_pose(see(), frame_at(at(0.15, 0, 0.6)), POSE, 0.01, SETTINGS) is None


def test_measurements_are_as_certain_as_they_say_within_a_factor():
    view, nees = see(), []
    for index in range(1, 25):
        measured = measure_pose(view, frame_at(POSE, index), POSE, SETTINGS)
        error = difference(measured.object2camera, POSE)
        spread = measured.covariance + measured.view_covariance
        nees.append(error @ np.linalg.solve(spread, error))
    # 6 is consistent; over-confidence is what would harm.
    assert np.mean(nees) < 12


def test_contrast_prefers_the_colour_that_differs():
    # Red beside green of the same grey.
    color = np.zeros((60, 60, 3), np.uint8)
    color[:, :30], color[:, 30:] = (170, 0, 0), (0, 87, 0)
    region = np.zeros((60, 60), np.uint8)
    region[20:40, 20:30] = 1
    image = strongest_contrast(color, region).apply(color).astype(int)
    assert abs(image[30, 10] - image[30, 50]) > 150


def test_surface_depth_takes_the_nearer_of_two_surfaces_and_no_flying_pixel():
    depth = np.full((20, 20), 0.7, np.float32)
    depth[:, :10] = 0.5
    depth[15, 15] = 0.55
    depth[0:3, 15:18] = 0
    found = surface_depth(depth, np.array([[9.0, 5], [14, 5], [15, 15], [16, 1], [40, 40]]))
    assert found == pytest.approx([0.5, 0.7, 0.0, 0.7, 0.0], abs=1e-6)


def test_views_compare_by_direction_and_scale():
    view = see()
    assert view.angle_to(POSE) == pytest.approx(0, abs=1e-5)
    assert np.degrees(view.angle_to(at(0, 0, 0.6, tilt=20))) == pytest.approx(20, abs=0.5)
    assert np.degrees(view.angle_to(at(0, 0, 0.6, yaw=40))) == pytest.approx(10, abs=0.5)
    assert view.scale_to(at(0, 0, 0.3)) == pytest.approx(2.0, rel=0.02)
    assert view.camera == CAMERA

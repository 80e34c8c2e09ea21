"""The noise of a depth camera, and that everything asks the frame for it."""

import json
import math
import os
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from slab_scene import Slab, SlabScene, at
from solids import Box, look

from benchmarks.grounding.frames import FRAMES
from realvlg_ros.depth_noise import DepthNoise
from realvlg_ros.errors import ParameterError
from realvlg_ros.frame_folder import read_frame, write_frame
from realvlg_ros.grasping.collision.obstacles import Obstacles
from realvlg_ros.grasping.lift.lift import lift_rectangle
from realvlg_ros.grasping.settings import PlannerSettings
from realvlg_ros.grounding.tabletop.scene import TabletopScene
from realvlg_ros.image_region import Box as ImageBox
from realvlg_ros.image_region import RegionMask
from realvlg_ros.rectangle import ContactPair
from realvlg_ros.resources import depth_noise_file, share_folder
from realvlg_ros.segmentation.object_in_box import object_in_box
from realvlg_ros.support_plane import find_support_plane
from realvlg_ros.tracking.measurement.object_motion import measure_pose
from realvlg_ros.tracking.measurement.object_view import make_view
from realvlg_ros.tracking.measurement.visibility import see_surface
from realvlg_ros.tracking.memory.key_frames import KeyFrame, ThinnedFrame
from realvlg_ros.tracking.settings import TrackerSettings

DOUBLE = DepthNoise(0.001, 0.004)
PROFILES = sorted((share_folder() / 'config' / 'depth_noise').iterdir())
POSE = at(0, 0, 0.6)


def test_a_d435_has_2_5_mm_at_1_m_and_surfaces_are_told_apart_by_6_mm():
    noise = DepthNoise()
    np.testing.assert_allclose(noise.sigma([0.0, 1.0, 2.0]), [0.0005, 0.0025, 0.0085])
    z = np.linspace(0.1, 4, 40)
    np.testing.assert_allclose(noise.tolerance(z), 0.003 + 0.003 * z**2)


@pytest.mark.parametrize(
    ('floor', 'quadratic', 'words'),
    [
        (-0.001, 0.002, 'floor is -0.001; expected 0 to 0.1 m'),
        (math.nan, 0.002, 'floor is nan'),
        (0.5, 0.002, 'floor is 0.5'),
        (0.001, -1e-6, 'quadratic is -1e-06; expected 0 to 0.1 1/m'),
        (0.001, math.inf, 'quadratic is inf'),
        (0.0, 0.0, 'every camera has some noise'),
    ],
)
def test_what_is_no_noise_is_refused(floor, quadratic, words):
    with pytest.raises(ParameterError, match=words):
        DepthNoise(floor, quadratic)


def test_support_is_found_under_twice_the_noise_only_if_the_frame_says_so():
    view = look([Box((0.05, 0.08, 0.06), (0, 0, 0.03))], noise=0.02)
    usual = find_support_plane(view.frame)
    double = find_support_plane(replace(view.frame, noise=DOUBLE))
    # Far more readings lie within 3 sigma(z) + 2.25 mm of the table than within half of that.
    assert double.inliers > 1.3 * usual.inliers


def test_tabletop_scene_tolerates_what_its_frame_says():
    view = look([Box((0.05, 0.08, 0.06), (0, 0, 0.03))])
    scene = TabletopScene.from_frame(replace(view.frame, noise=DOUBLE), view.plane, 640)
    z = scene.points[..., 2]
    np.testing.assert_allclose(scene.tolerance, 0.00375 + 0.006 * z**2, rtol=1e-5)


@pytest.mark.parametrize(('noise', 'parted'), [(DepthNoise(), True), (DOUBLE, False)])
def test_a_step_of_depth_parts_two_things_beyond_the_noise(noise, parted):
    # At 1 m two surfaces are 14 mm apart for a D435, 17.75 mm for a camera twice as noisy.
    depth = np.full((240, 320), 1.0, np.float32)
    depth[:, 170:] = 1.0156
    frame = replace(look([]).frame, depth=depth, noise=noise)
    found = object_in_box(frame, ImageBox(100, 80, 220, 160), None).mask
    assert found[120, 130]
    assert found[120, 200] != parted


def test_covariance_of_a_lift_grows_with_the_noise_of_its_frame():
    def variance(noise):
        view = look([Box((0.05, 0.08, 0.06), (0, 0, 0.03))], assumed=noise)
        ends = [view.to_pixel(np.array((x, 0, 0.06))) for x in (-0.032, 0.032)]
        rectangle = ContactPair(*ends[0], *ends[1]).to_rectangle(18.0)
        return np.diag(lift_rectangle(rectangle, view.scene(), PlannerSettings()).covariance)

    usual, double = variance(DepthNoise()), variance(DOUBLE)
    assert double[:3].sum() == pytest.approx(4 * usual[:3].sum(), rel=0.5)


def test_a_low_thing_is_an_obstacle_only_above_the_noise():
    view = look(
        [Box((0.05, 0.05, 0.05), (0, 0, 0.025)), Box((0.1, 0.06, 0.009), (0, 0.1, 0.0045))]
    )
    low = view.masks[1]
    seen = []
    for noise in (DepthNoise(), DepthNoise(0.004, 0.004)):
        scene = replace(view, frame=replace(view.frame, noise=noise)).scene()
        seen.append(np.isfinite(Obstacles.around(scene, PlannerSettings()).surface[low]).mean())
    assert seen[0] > 0.5 and seen[1] < 0.1


def key_of(z, noise):
    frame, owner = SlabScene([Slab(at(0, 0, z))], depth_noise=0.0).render(0)
    return KeyFrame.from_frame(replace(frame, noise=noise)), RegionMask.from_full(owner == 1)


@pytest.mark.parametrize(('noise', 'agreeing'), [(DepthNoise(), 0.0), (DOUBLE, 1.0)])
def test_tracker_takes_a_gap_of_depth_for_noise_as_its_frame_says(noise, agreeing):
    key, mask = key_of(0.6, noise)
    view = make_view(key, mask, POSE, TrackerSettings())
    # 11 mm behind: beyond 4 mm + 4 sigma of a D435 (8.9 mm), within that of the other (13.8 mm).
    farther = key_of(0.611, noise)[0]
    assert see_surface(view, farther, POSE).agreeing == pytest.approx(agreeing, abs=0.05)


def test_tracker_knows_the_distance_of_what_is_noisy_less_well():
    def distance_std(noise):
        key, mask = key_of(0.6, noise)
        view = make_view(key, mask, POSE, TrackerSettings())
        measured = measure_pose(view, key, POSE, TrackerSettings())
        return math.sqrt(measured.covariance[2, 2])

    assert distance_std(DOUBLE) > 1.3 * distance_std(DepthNoise())


def test_noise_stays_with_a_frame_in_memory():
    key, _ = key_of(0.6, DOUBLE)
    assert key.to_frame().noise == DOUBLE
    assert ThinnedFrame.from_key_frame(key).unpacked().to_frame().noise == DOUBLE


@pytest.mark.parametrize('path', PROFILES, ids=lambda path: path.stem)
def test_a_profile_says_where_its_figures_are_from(path):
    noise = DepthNoise.from_yaml(depth_noise_file(path.stem))
    # Every camera that is meant for a table has between 0.5 and 4 mm at 0.6 m.
    assert 0.0005 < noise.sigma(0.6) < 0.004
    text = path.read_text()
    assert re.search('Measured|Derived|Fitted', text)
    for name in ('floor', 'quadratic'):
        assert re.search(rf'^#.*\n{name}: ', text, re.MULTILINE)


def test_the_page_on_cameras_gives_the_figures_of_the_profiles():
    page = (Path(__file__).parents[1] / 'docs' / 'cameras.md').read_text()
    rows = re.findall(
        r'^\| `(\w+)` \|[^|]*\| (0\.\d+) \| (0\.\d+) \| ([\d.]+), ([\d.]+) mm', page, re.M
    )
    shown = {name: [float(figure) for figure in figures] for name, *figures in rows}
    profiles = {path.stem: DepthNoise.from_yaml(path) for path in PROFILES}
    assert shown == {
        name: [noise.floor, noise.quadratic, *np.round(1000 * noise.sigma([0.5, 1.0]), 1)]
        for name, noise in profiles.items()
    }


def test_the_default_is_the_profile_of_a_d435():
    assert DepthNoise.from_yaml(depth_noise_file('d435')) == DepthNoise()


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        ('floor: [', 'is not YAML'),
        ('', 'expected the numbers floor and quadratic'),
        ('floor: 0.001', 'expected the numbers floor and quadratic'),
        ('{floor: 0.001, quadratic: 0.002, cubic: 1}', 'cubic'),
        ('{floor: much, quadratic: 0.002}', "floor is 'much'; expected a number"),
        ('{floor: .nan, quadratic: 0.002}', 'floor is nan; expected 0 to 0.1 m'),
        ('{floor: 0.001, quadratic: -0.002}', 'quadratic is -0.002; expected 0 to 0.1 1/m'),
    ],
)
def test_a_profile_that_cannot_be_used_is_named_with_key_and_value(tmp_path, text, words):
    path = tmp_path / 'mine.yaml'
    path.write_text(text)
    with pytest.raises(ParameterError, match=words) as error:
        DepthNoise.from_yaml(depth_noise_file(str(path)))
    assert str(path) in str(error.value)


def test_a_frame_folder_keeps_the_noise_or_names_a_profile(tmp_path):
    view = look([])
    write_frame(tmp_path, replace(view.frame, noise=DOUBLE))
    assert read_frame(tmp_path).noise == DOUBLE
    said = json.loads((tmp_path / 'camera.json').read_text())
    for given, expected in (
        ('kinect_azure', DepthNoise(0.0007, 0.0003)),
        (None, DepthNoise()),
    ):
        (tmp_path / 'camera.json').write_text(json.dumps(said | {'depth_noise': given}))
        assert read_frame(tmp_path).noise == expected
    (tmp_path / 'camera.json').write_text(json.dumps(said | {'depth_noise': 'eyes'}))
    with pytest.raises(ParameterError, match="camera.json: .*'eyes'; expected one of d405, d435"):
        read_frame(tmp_path)


def test_a_still_camera_is_as_noisy_over_time_as_the_d435_profile_says():
    folder = Path(os.environ.get('REALVLG_FRAMES', FRAMES)) / 'static_tubes_sequence'
    if not folder.is_dir():
        pytest.skip('no real frames; set REALVLG_FRAMES')
    frames = [read_frame(path) for path in sorted(folder.iterdir()) if path.is_dir()]
    depth = np.stack([frame.depth for frame in frames]).astype(float)
    spread = depth.std(axis=0, ddof=1)
    # What flickers between two surfaces is not noise about one.
    still = (depth > 0).all(axis=0) & (spread < 0.01)
    ratio = spread[still] / DepthNoise().sigma(depth.mean(axis=0)[still])
    assert np.mean(ratio**2) == pytest.approx(1.0, abs=0.2)

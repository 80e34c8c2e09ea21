"""The noise's statistics against its parameters."""

import numpy as np
import pytest

from realvlg_ros.depth_noise import CORRELATION_PX
from realvlg_ros.errors import ParameterError
from realvlg_ros.simulation.depth_camera_model import DepthCameraModel
from realvlg_ros.simulation.trajectory import d435_camera

CAMERA = d435_camera()
AXIAL_ONLY = DepthCameraModel(
    quantisation=0, dropout=0, edge_dropout=0, flying_share=0, jitter_share=0, baseline=0
)


def plane(depth):
    return np.full((480, 640), depth, np.float32)


@pytest.mark.parametrize('depth', [0.5, 1.0, 2.0])
@pytest.mark.parametrize('correlation', [0.0, 0.7])
def test_axial_noise_grows_with_the_square_of_depth(depth, correlation):
    noise = DepthCameraModel(
        **{**vars(AXIAL_ONLY), 'correlation_px': correlation, 'axial_at_1m': 0.004}
    )
    error = noise.apply(plane(depth), CAMERA, 0) - depth
    assert error.std() == pytest.approx(0.004 * depth**2, rel=0.02)
    assert abs(error.mean()) < 1e-4 * depth**2


def test_defaults_are_those_of_a_stereo_camera_of_50_mm_baseline():
    # z^2 * subpixel / (focal * baseline), Grunnet-Jepsen et al.
    assert DepthCameraModel().axial_at_1m == pytest.approx(0.08 / (424 * 0.05), rel=0.02)


def test_correlation_makes_neighbours_alike():
    def neighbours(noise):
        error = noise.apply(plane(1.0), CAMERA, 3) - 1
        return np.corrcoef(error[:, :-1].ravel(), error[:, 1:].ravel())[0, 1]

    assert abs(neighbours(DepthCameraModel(**{**vars(AXIAL_ONLY), 'correlation_px': 0.0}))) < 0.02
    assert neighbours(AXIAL_ONLY) > 0.3


def test_readings_are_whole_millimetres():
    depth = DepthCameraModel().apply(plane(0.7), CAMERA, 0)
    millimetres = depth[depth > 0] * 1000
    assert np.abs(millimetres - np.round(millimetres)).max() < 1e-3
    assert len(np.unique(np.round(millimetres))) > 5


def test_dropout_loses_its_share_of_readings():
    noise = DepthCameraModel(dropout=0.05)
    assert np.mean(noise.apply(plane(0.6), CAMERA, 1) == 0) == pytest.approx(0.05, abs=0.005)


def step():
    depth = plane(1.0)
    depth[:, 320:] = 0.6
    return depth


def test_flying_pixels_lie_between_the_surfaces_and_only_beside_the_edge():
    noise = DepthCameraModel(0, 0, 0, 0, 0, flying_share=0.4, jitter_share=0, baseline=0)
    depth = noise.apply(step(), CAMERA, 2)
    flying = (depth > 0.605) & (depth < 0.995)
    assert set(np.nonzero(flying)[1]) == {319, 320}
    assert flying[:, 319:321].mean() == pytest.approx(0.4, abs=0.05)


def test_edge_dropout_and_jitter_change_only_the_edge():
    lost = DepthCameraModel(
        0, 0, 0, 0, edge_dropout=0.5, flying_share=0, jitter_share=0, baseline=0
    )
    holes = lost.apply(step(), CAMERA, 2) == 0
    assert holes[:, 319:321].mean() == pytest.approx(0.5, abs=0.05)
    assert holes[:, :300].sum() == 0
    jitter = DepthCameraModel(
        0, 0, 0, 0, edge_dropout=0, flying_share=0, jitter_share=1.0, baseline=0
    )
    moved = jitter.apply(step(), CAMERA, 2) != step()
    # Of nine neighbours three lie on the other side.
    assert moved[:, 319:321].mean() == pytest.approx(1 / 3, abs=0.05)
    assert moved[:, :319].sum() == moved[:, 321:].sum() == 0


def test_the_shadow_of_a_stereo_pair_is_as_wide_as_the_disparities_differ():
    noise = DepthCameraModel(0, 0, 0, 0, 0, 0, 0, baseline=0.05)
    holes = noise.apply(step(), CAMERA, 0) == 0
    width = CAMERA.fx * 0.05 * (1 / 0.6 - 1 / 1.0)
    # On the far surface, left of the near one; the pixel beside the edge is left to the edge.
    assert holes.sum(axis=1) == pytest.approx(width - 1, abs=1)
    columns = np.nonzero(holes)[1]
    assert columns.max() == 318
    mirrored = np.ascontiguousarray(step()[:, ::-1])
    assert np.all(noise.apply(mirrored, CAMERA, 0) > 0)


def test_what_is_lost_reads_zero_and_nothing_else_is_near_it():
    depth = step()
    depth[100:200, 100:200] = 0
    noisy = DepthCameraModel().apply(depth, CAMERA, 4)
    assert np.all((noisy == 0) | (noisy > 0.55))
    assert np.all(noisy[101:199, 101:199] == 0)
    lost = np.mean(noisy[200:, 319:321] == 0)
    assert lost == pytest.approx(0.25, abs=0.06)


def test_grazing_views_lose_readings_at_the_angle_asked_for():
    noise = DepthCameraModel(0, 0, 0, 0, 0, 0, 0, 0, grazing_angle=1.35)
    # A floor 1 m below a level camera: the ray meets it at atan(y) above the horizon.
    rows = np.arange(480)
    slope = (rows - CAMERA.cy) / CAMERA.fy
    depth = np.where(slope > 0.11, 1 / np.maximum(slope, 0.01), 0).astype(np.float32)
    clean = np.repeat(depth[:, None], 640, axis=1)
    lost = (noise.apply(clean, CAMERA, 0) == 0)[:, 300:340].mean(axis=1)
    angles = np.pi / 2 - np.arctan(slope)
    seen = clean[:, 320] > 0
    assert lost[seen & (angles < 1.24)][:-2].max() < 0.15
    at_limit = seen & (np.abs(angles - 1.35) < 0.004)
    assert lost[at_limit].mean() == pytest.approx(0.5, abs=0.15)
    assert lost[seen & (angles > 1.43)][1:].min() > 0.8


def test_range_is_kept():
    depth = plane(0.1)
    depth[:, 320:] = 12
    depth[:240] = 1
    noisy = DepthCameraModel(**{**vars(AXIAL_ONLY), 'axial_at_1m': 0.0}).apply(depth, CAMERA, 0)
    assert np.all(noisy[242:] == 0)
    assert np.all(noisy[:238] == 1)


def test_samples_repeat_by_seed():
    sampler = DepthCameraModel().prepare(step(), CAMERA)
    assert np.array_equal(sampler.sample(5), sampler.sample(5))
    assert not np.array_equal(sampler.sample(5), sampler.sample(6))


@pytest.mark.parametrize(
    ('values', 'words'),
    [
        ({'dropout': 1.5}, 'dropout is 1.5; expected 0 to 1;'),
        ({'edge_dropout': 0.6, 'flying_share': 0.6}, 'add up to 1.55'),
        ({'axial_at_1m': -1.0}, 'axial_at_1m is -1; expected 0 to 0.5 m'),
        ({'baseline': -0.1}, 'baseline is -0.1; expected 0 to 1 m'),
        ({'min_range': 2.0, 'max_range': 1.0}, 'range 2.0 to 1.0 m is empty'),
    ],
)
def test_impossible_noise_is_refused(values, words):
    with pytest.raises(ParameterError, match=words):
        DepthCameraModel(**values)


@pytest.mark.parametrize('distance', [0.4, 0.6, 0.9])
def test_the_core_knows_over_how_many_pixels_noise_is_correlated(distance):
    clean = plane(distance)
    noise = DepthCameraModel(dropout=0.0).apply(clean, CAMERA, 1) - clean
    inner = noise[4:-4, 4:-4] - noise.mean()
    height, width = inner.shape
    shifted = (
        (noise[4 + dy :, 4 + dx :][:height, :width] - noise.mean())
        for dy in range(-4, 5)
        for dx in range(-4, 5)
    )
    area = sum(float((inner * other).mean()) for other in shifted) / float(inner.var())
    assert np.sqrt(area) == pytest.approx(CORRELATION_PX, abs=0.2)

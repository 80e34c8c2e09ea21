"""Defects of depth images against what was asked for."""

import numpy as np
import pytest

from realvlg_ros.simulation.depth_camera_model import DepthCameraModel
from realvlg_ros.simulation.depth_defects import blobs, darkness, fattened, smeared
from realvlg_ros.simulation.trajectory import d435_camera

CAMERA = d435_camera()
NOTHING = DepthCameraModel(
    axial_at_1m=0, quantisation=0, dropout=0, edge_dropout=0, flying_share=0, jitter_share=0,
    baseline=0, grazing_angle=3.1,
)  # fmt: skip


def step():
    """The right half is nearer."""
    depth = np.full((480, 640), 1.0, np.float32)
    depth[:, 320:] = 0.6
    return depth


def changed(**defects):
    model = DepthCameraModel(**{**vars(NOTHING), **defects})
    return model.apply(step(), CAMERA, 0)


def test_near_surfaces_reach_over_their_edges_by_so_much():
    depth = changed(fattening_px=3)
    assert np.array_equal(np.flatnonzero(depth[240] < 0.8), np.arange(317, 640))
    assert np.array_equal(depth[:, 320:], step()[:, 320:])
    sloped = np.linspace(0.6, 0.9, 640, dtype=np.float32)[None].repeat(480, 0)
    assert np.array_equal(fattened(sloped, 3, 0.015), sloped)


def test_a_ramp_joins_both_surfaces():
    depth = changed(smear_px=7)[240]
    ramp = (depth > 0.605) & (depth < 0.995)
    assert 5 <= ramp.sum() <= 7 and np.all(np.diff(depth) <= 0)
    assert np.abs(np.flatnonzero(ramp) - 319.5).max() < 5
    holes = step()
    holes[:, 310:330] = 0
    assert np.all(smeared(holes, 7, 0.015)[:, 310:330] == 0)


@pytest.mark.parametrize(('share', 'size'), [(0.02, 4.0), (0.3, 4.0), (0.1, 10.0)])
def test_blobs_cover_their_share_and_are_as_large_as_asked(share, size):
    lost = blobs(np.full((480, 640), share, np.float32), size, np.random.default_rng(0))
    assert lost.mean() == pytest.approx(share, rel=0.25)
    # Neighbours are alike up to about the diameter, and no farther than twice that.
    alike = [np.mean(lost[:, : -int(k)] & lost[:, int(k) :]) for k in (1, 2 * size)]
    assert alike[0] > 3 * share**2 or share > 0.2
    assert alike[1] == pytest.approx(share**2, rel=0.4, abs=0.002)


def test_readings_are_lost_where_the_image_is_dark():
    color = np.full((480, 640, 3), 200, np.uint8)
    color[:, :320] = 10
    model = DepthCameraModel(**{**vars(NOTHING), 'dark_dropout': 0.4})
    lost = model.prepare(step(), CAMERA, color).sample(0) == 0
    assert lost[:, :320].mean() == pytest.approx(0.4, abs=0.05)
    assert not lost[:, 320:].any()
    assert not (model.apply(step(), CAMERA, 0) == 0).any()
    assert darkness(np.full((1, 1, 3), 60, np.uint8)) == 0

"""Textures give a tracker something to hold on to, and repeat by seed."""

import cv2
import numpy as np
import pytest

from realvlg_ros.simulation.texture import solid_noise, surface_texture


@pytest.mark.parametrize('kind', ['wood', 'cloth', 'plain'])
def test_textures_repeat_by_seed_and_have_a_pixel_a_millimetre(kind):
    first, again, other = (surface_texture(kind, (0.3, 0.4), seed) for seed in (1, 1, 2))
    assert first.shape == (300, 400, 3)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert first.min() >= 0 and first.max() <= 1


@pytest.mark.parametrize('kind', ['wood', 'cloth'])
def test_textures_have_corners_to_track(kind):
    texture = (surface_texture(kind, (0.4, 0.4), 0) * 255).astype(np.uint8)
    grey = cv2.cvtColor(texture, cv2.COLOR_RGB2GRAY)
    corners = cv2.goodFeaturesToTrack(grey, 500, 0.01, 8)
    assert len(corners) > 200


def test_mottling_is_smooth_faint_and_fixed_to_the_object():
    points = np.random.default_rng(0).uniform(-0.1, 0.1, (2000, 3))
    value = solid_noise(points)
    assert np.array_equal(value, solid_noise(points))
    assert value.mean() == pytest.approx(1, abs=0.01)
    assert 0.02 < value.std() < 0.1
    assert np.abs(solid_noise(points + (1e-5, 0, 0)) - value).max() < 0.002

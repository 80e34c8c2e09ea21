import dataclasses

import numpy as np
import pytest

from realvlg_ros.camera import Camera
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.recording.lighting import Lighting, LightingSummary

CAMERA = Camera(width=4, height=2, fx=10, fy=10, cx=1.5, cy=0.5)


def frame_of(gray: np.ndarray, depth: float = 0.5) -> RgbdFrame:
    color = np.repeat(gray.astype(np.uint8)[..., None], 3, axis=2)
    return RgbdFrame(color, np.full(gray.shape, depth, np.float32), CAMERA)


def test_the_figures_of_a_frame_that_can_be_counted_by_hand():
    frame = frame_of(np.array([[0, 0, 255, 255], [0, 0, 255, 255]]))
    frame.depth[0, 0] = 0
    assert Lighting.of_frame(frame) == Lighting(
        brightness_mean=0.5,
        brightness_min=0.5,
        brightness_max=0.5,
        contrast=0.5,
        saturated_share=0.5,
        dark_share=0.5,
        depth_share=7 / 8,
    )


@pytest.mark.parametrize(('channel', 'luma'), [(0, 0.299), (1, 0.587), (2, 0.114)])
def test_one_full_channel_is_saturated_and_weighs_as_luma(channel, luma):
    color = np.zeros((2, 4, 3), np.uint8)
    color[..., channel] = 255
    got = Lighting.of_frame(RgbdFrame(color, np.zeros((2, 4), np.float32), CAMERA))
    assert got.brightness_mean == pytest.approx(luma, abs=1 / 255)
    assert (got.saturated_share, got.depth_share, got.contrast) == (1, 0, 0)


@pytest.mark.parametrize(('gray', 'dark'), [(15, 1.0), (16, 0.0)])
def test_dark_ends_at_the_black_level(gray, dark):
    assert Lighting.of_frame(frame_of(np.full((2, 4), gray))).dark_share == dark


def test_a_summary_holds_the_darkest_and_the_lightest_frame():
    summary = LightingSummary()
    assert summary.result() is None
    for gray in (51, 102, 204):
        summary.add(frame_of(np.full((2, 4), gray)))
    got = summary.result()
    assert dataclasses.astuple(got) == pytest.approx((0.466667, 0.2, 0.8, 0, 0, 0, 1), abs=1e-6)
    assert summary.count == 3

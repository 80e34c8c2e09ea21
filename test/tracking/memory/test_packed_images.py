import cv2
import numpy as np
import pytest

from realvlg_ros.tracking.memory.packed_images import PackedImages


@pytest.mark.parametrize('shape', [(48, 64), (47, 61)])
def test_images_come_back_with_little_lost(shape):
    rng = np.random.default_rng(0)
    rows, columns = shape
    coarse = rng.integers(0, 256, (6, 8, 3), np.uint8)
    color = cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_CUBIC)
    depth = (0.5 + 0.01 * np.arange(rows)[:, None] + np.zeros(columns)).astype(np.float32)
    packed = PackedImages.pack(color, depth)
    again, depth_again = packed.unpack()
    assert packed.size_bytes < 2.2 * rows * columns
    assert again.shape == color.shape and depth_again.shape == depth.shape
    assert np.abs(again.astype(int) - color).mean() < 3
    # Every second reading is kept, to an eighth of a millimetre.
    assert depth_again[::2, ::2] == pytest.approx(depth[::2, ::2], abs=1.3e-4)
    assert np.abs(depth_again - depth).max() < 0.0102


def test_holes_and_far_readings_stay_holes():
    depth = np.array([[0.0, 0, 15.9, 15.9, 17, 17]] * 2, np.float32)
    _, again = PackedImages.pack(np.zeros((2, 6, 3), np.uint8), depth).unpack()
    assert again[0] == pytest.approx([0, 0, 15.9, 15.9, 0, 0], abs=2e-4)

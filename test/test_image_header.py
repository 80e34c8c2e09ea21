"""Images say their size in their header; those that no camera has are not decoded."""

import cv2
import numpy as np
import pytest

from realvlg_ros.errors import FrameError
from realvlg_ros.frame_folder import read_frame
from realvlg_ros.image_header import declared_size, oversized

PIXELS = np.random.default_rng(0).integers(0, 255, (30, 50, 3), np.uint8)


def encoded(suffix, *options):
    return cv2.imencode(suffix, PIXELS, list(options))[1]


@pytest.mark.parametrize(
    'data',
    [
        encoded('.png'),
        encoded('.jpg'),
        encoded('.jpg', cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
        cv2.imencode('.png', PIXELS[..., 0].astype(np.uint16))[1],
    ],
)
def test_the_size_is_that_of_the_image(data):
    assert declared_size(data) == (50, 30)
    assert oversized(data) == ''


@pytest.mark.parametrize(
    'data', [encoded('.bmp'), encoded('.png')[:20], encoded('.jpg')[:30], np.empty(0, np.uint8)]
)
def test_what_says_no_size_is_left_to_the_decoder(data):
    assert declared_size(data) is None
    assert oversized(data) == ''


def test_a_part_that_is_longer_than_the_file_is_not_believed():
    data = encoded('.png')
    data[33:37] = 0xFF
    assert (
        oversized(data) == f'a part of it says it has 4294967295 bytes, and there are {data.size}'
    )


def test_a_frame_folder_with_a_giant_image_is_refused(tmp_path):
    data = encoded('.png')
    data[16:24] = np.frombuffer(b'\0\0\xff\xff\0\0\xff\xff', np.uint8)
    (tmp_path / 'color.png').write_bytes(data)
    (tmp_path / 'camera.json').write_text(
        '{"width": 50, "height": 30, "fx": 40, "fy": 40, "cx": 25, "cy": 15}'
    )
    with pytest.raises(FrameError, match='its header says 65535x65535 pixels'):
        read_frame(tmp_path)

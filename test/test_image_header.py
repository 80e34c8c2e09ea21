"""Images say their size in their header; those that no camera has are not decoded."""

import struct

import cv2
import numpy as np
import pytest

from realvlg_ros.boundary import Boundary
from realvlg_ros.errors import FrameError
from realvlg_ros.frame_folder import read_frame
from realvlg_ros.image_files import decode_image
from realvlg_ros.image_header import declared_size, undecodable

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
    assert undecodable(data) == ''


@pytest.mark.parametrize(
    'data', [encoded('.bmp'), encoded('.png')[:20], encoded('.jpg')[:30], np.empty(0, np.uint8)]
)
def test_what_says_no_size_is_not_decoded(data):
    assert declared_size(data) is None
    assert undecodable(data) in ('it is no png or jpeg, or its header is damaged', 'it is empty')


def test_a_part_that_is_longer_than_the_file_is_not_believed():
    data = encoded('.png')
    data[33:37] = 0xFF
    assert (
        undecodable(data)
        == f'a part of it says it has 4294967295 bytes, and there are {data.size}'
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


def claimed(width, height, before=b'', suffix='.jpg'):
    """A small image whose header says another size, with bytes before the frame's marker."""
    data = bytes(encoded(suffix))
    if suffix == '.png':
        return data[:16] + struct.pack('>II', width, height) + data[24:]
    at = data.find(b'\xff\xc0')
    head = data[: at + 5] + struct.pack('>HH', height, width)
    return head[:at] + before + head[at:] + data[at + 9 :]


@pytest.mark.parametrize(
    ('data', 'said'),
    [
        (claimed(32000, 32000), 'says 32000x32000 pixels, which no camera has'),
        (claimed(32000, 32000, b'\xff\xff\xff'), 'says 32000x32000 pixels, which'),
        (claimed(32000, 32000, b'\x00\x17\xff\x00'), 'says 32000x32000 pixels, which'),
        (claimed(32000, 32000, b'\xff\xd0'), 'says 32000x32000 pixels, which'),
        (claimed(4000, 3000), 'says 4000x3000 pixels, and the camera has 50x30'),
        (claimed(4000, 3000, suffix='.png'), 'says 4000x3000 pixels, and the camera has'),
        (claimed(0, 30), 'says 0x30 pixels'),
        (bytes(encoded('.jpg')) + b'\xff\xda' * 200, 'says it has 201 scans'),
        (bytes(encoded('.png'))[:33] + struct.pack('>I4s12x', 8, b'acTL'), 'is an animation'),
        (bytes(encoded('.bmp')), 'is no png or jpeg'),
        (bytes(encoded('.tiff')), 'is no png or jpeg'),
    ],
    ids=lambda value: value if isinstance(value, str) else '',
)
def test_what_its_header_says_decides_before_memory_is_taken(data, said, monkeypatch):
    monkeypatch.setattr(cv2, 'imdecode', None)
    with pytest.raises(FrameError, match=f'^image x cannot be decoded: it(s header)? {said}'):
        decode_image(
            np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR, Boundary('image x', FrameError),
            (50, 30),
        )  # fmt: skip


def test_both_headers_are_compared_with_the_camera_before_either_image_is_decoded(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(cv2, 'imdecode', None)
    (tmp_path / 'color.png').write_bytes(claimed(4000, 3000, suffix='.png'))
    (tmp_path / 'depth.png').write_bytes(claimed(4000, 3000, suffix='.png'))
    (tmp_path / 'camera.json').write_text(
        '{"width": 50, "height": 30, "fx": 40, "fy": 40, "cx": 25, "cy": 15}'
    )
    with pytest.raises(FrameError, match='camera_info is for 50x30 but the images are 4000x3000'):
        read_frame(tmp_path)

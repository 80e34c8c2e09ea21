from __future__ import annotations

import struct

import numpy as np
import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not installed')

from sensor_msgs.msg import CompressedImage

from realvlg_ros.errors import MessageError
from realvlg_ros.ros.conversions.image import depth_from_msg

HEADER = struct.pack('<iff', 0, 0.0, 0.0)


def encode(depth: np.ndarray) -> bytes:
    """The reference encoder of the paper, number by number."""
    nibbles: list[int] = []

    def put(value: int) -> None:
        while True:
            rest = value >> 3
            nibbles.append((value & 7) | (8 if rest else 0))
            value = rest
            if not value:
                return

    pixels, at, previous = depth.ravel().tolist(), 0, 0
    while at < len(pixels):
        run = at
        while run < len(pixels) and pixels[run] == 0:
            run += 1
        put(run - at)
        at = run
        while run < len(pixels) and pixels[run] != 0:
            run += 1
        put(run - at)
        for value in pixels[at:run]:
            delta = value - previous
            put(2 * delta if delta >= 0 else -2 * delta - 1)
            previous = value
        at = run
    nibbles += [0] * (-len(nibbles) % 8)
    words = [
        int(''.join(f'{n:x}' for n in nibbles[i : i + 8]), 16) for i in range(0, len(nibbles), 8)
    ]
    rows, columns = depth.shape
    return struct.pack('<ii', columns, rows) + struct.pack(f'<{len(words)}I', *words)


def message(data: bytes, encoding: str = '16UC1', header: bytes = HEADER) -> CompressedImage:
    return CompressedImage(format=f'{encoding}; compressedDepth rvl', data=header + data)


def depth_with_holes() -> np.ndarray:
    rng = np.random.default_rng(5)
    depth = rng.integers(200, 3000, (24, 37)).astype(np.uint16)
    depth[rng.random(depth.shape) < 0.4] = 0
    depth[5:8] = 0
    depth[0, 0], depth[-1, -1] = 65535, 1
    return depth


def test_readings_and_holes_come_back() -> None:
    depth = depth_with_holes()
    np.testing.assert_array_equal(depth_from_msg(message(encode(depth)), (37, 24)), depth)
    none = np.zeros((4, 6), np.uint16)
    np.testing.assert_array_equal(depth_from_msg(message(encode(none))), none)


def test_words_of_the_paper_by_hand() -> None:
    # One hole, two readings of 1 and 3: numbers 1, 2, 2 (delta +1), 4 (delta +2).
    data = struct.pack('<iiI', 3, 1, 0x12240000)
    np.testing.assert_array_equal(depth_from_msg(message(data)), [[0, 1, 3]])


def test_float_depth_is_quantised_inversely() -> None:
    header = struct.pack('<iff', 0, 10100.0, -1009.0)
    depth = depth_from_msg(message(encode(np.array([[9091, 0]], np.uint16)), '32FC1', header))
    assert depth[0, 0] == pytest.approx(1.0) and np.isnan(depth[0, 1])


@pytest.mark.parametrize(
    ('data', 'words'),
    [
        (b'', 'truncated'),
        (struct.pack('<ii', 2**30, 2**30), '1073741824x1073741824'),
        (struct.pack('<ii', -3, 5), '-3x5'),
        (struct.pack('<ii', 5000, 5000), 'not registered'),
        (encode(depth_with_holes())[:-40], 'png'),
        (struct.pack('<iiI', 37, 24, 0xFFFFFFFF), 'png'),
        (struct.pack('<iiI', 37, 24, 0), 'empty run'),
    ],
)
def test_damaged_data_is_refused_before_memory_is_taken(data: bytes, words: str) -> None:
    with pytest.raises(MessageError, match=words):
        depth_from_msg(message(data), (37, 24))

"""Compressed images whose headers are damaged."""

import struct
import zlib

import pytest
from sensor_msgs.msg import CompressedImage

from realvlg_ros.errors import MessageError
from realvlg_ros.ros.conversions.compressed_image import decode_color, decode_depth


def chunk(kind, data):
    body = kind + data
    return struct.pack('>I', len(data)) + body + struct.pack('>I', zlib.crc32(body))


def png(side, kind, bits):
    header = struct.pack('>IIBBBBB', side, side, bits, kind, 0, 0, 0)
    pixels = chunk(b'IDAT', zlib.compress(b'0'))
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', header) + pixels + chunk(b'IEND', b'')


@pytest.mark.parametrize('side', [300_000, 2_000_000])
def test_a_png_of_a_size_that_no_image_has_is_refused(side):
    color = CompressedImage(format='rgb8; png compressed bgr8', data=png(side, 2, 8))
    with pytest.raises(MessageError, match='cannot be decoded'):
        decode_color(color)
    depth = CompressedImage(format='16UC1; compressedDepth png', data=bytes(12) + png(side, 0, 16))
    with pytest.raises(MessageError, match='cannot be decoded'):
        decode_depth(depth)

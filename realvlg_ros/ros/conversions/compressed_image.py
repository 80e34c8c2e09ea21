"""sensor_msgs/CompressedImage: jpeg and png colour, and depth as compressed_depth_image_transport.

Depth has the format of compressed_depth_image_transport (codec.cpp of its repository): a
header of 12 bytes (format: int32, quantisation A and B: float32), then a 16-bit png or rvl.
32FC1 depth is quantised inversely, q = A / depth + B: its resolution falls with distance as a
sensor's does.
"""

from __future__ import annotations

import struct
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from sensor_msgs.msg import CompressedImage

from ...arrays import ByteArray, Float32Array
from ...boundary import Boundary
from ...errors import MessageError
from ...image_files import decode_image
from ...image_header import declared_size
from ...quoting import quoted
from .image_encodings import DEPTH_ENCODINGS
from .rvl import decode_rvl
from .stamps import ns_to_stamp

_HEADER = struct.Struct('<iff')
# Format of the header. From compressed_depth_image_transport.
_INVERSE_DEPTH = 0
# Its defaults: largest depth, m, and quantisation. From compressed_depth_image_transport.
_DEPTH_MAX = 10.0
_DEPTH_QUANTIZATION = 100.0


def decode_color(msg: CompressedImage) -> ByteArray:
    """The colour of a jpeg or png as (H, W, 3) uint8 RGB.

    Raises:
        MessageError: the data is no image, or holds depth.
    """
    if 'compressedDepth' in msg.format:
        raise MessageError(
            f'compressed image of format {quoted(msg.format)} is a depth, not a colour'
        )
    # camera_info describes the pixels as they are stored: an EXIF orientation is ignored.
    image = _decode(msg, 0, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    if _stored_as_rgb(msg.format):
        return np.asarray(image, np.uint8)
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)


def decode_depth(
    msg: CompressedImage, size: tuple[int, int] | None = None
) -> npt.NDArray[np.uint16] | Float32Array:
    """The depth of a compressedDepth image, (H, W): uint16 in the driver's unit, or float32 in m.

    A pixel without a reading is 0 or NaN.

    Args:
        msg: png or rvl behind a header.
        size: (columns, rows) that an rvl must have, if known.

    Raises:
        MessageError: not an image of compressedDepth, or data that cannot be decoded.
    """
    # The oldest publishers name the encoding alone.
    if 'compressedDepth' not in msg.format and msg.format not in DEPTH_ENCODINGS:
        raise MessageError(
            f'compressed image of format {quoted(msg.format)} is not a depth: jpeg destroys '
            'depth; subscribe to the topic .../compressedDepth'
        )
    if len(msg.data) < _HEADER.size:
        raise MessageError(
            f'compressed depth of format {quoted(msg.format)}, {len(msg.data)} bytes, cannot be '
            f'decoded: a header of {_HEADER.size} bytes is expected; the message is truncated'
        )
    if 'rvl' in msg.format:
        image: npt.NDArray[Any] = decode_rvl(
            np.frombuffer(msg.data, np.uint8)[_HEADER.size :], size
        )
    else:
        image = _decode(msg, _HEADER.size, cv2.IMREAD_UNCHANGED)
    if image.ndim != 2 or image.dtype != np.uint16:
        raise MessageError(
            f'compressed depth of format {quoted(msg.format)} holds {image.shape} {image.dtype}; '
            'expected one channel of 16 bits'
        )
    quantised = np.asarray(image, np.uint16)
    if not msg.format.startswith('32FC1'):
        return quantised
    _, a, b = _HEADER.unpack_from(msg.data)
    depth = np.full(quantised.shape, np.nan, np.float32)
    known = quantised > 0
    depth[known] = np.float32(a) / (quantised[known].astype(np.float32) - np.float32(b))
    return depth


def encode_color(
    color: ByteArray, stamp_ns: int = 0, frame_id: str = '', quality: int = 95
) -> CompressedImage:
    """A jpeg of a colour image, as compressed_image_transport sends it.

    Args:
        color: (H, W, 3) uint8 RGB.
        stamp_ns: of the header, ns.
        frame_id: of the header: the optical frame.
        quality: of the jpeg, 0 to 100.
    """
    bgr = cv2.cvtColor(color, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode('.jpg', bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return _message('rgb8; jpeg compressed bgr8', data.tobytes(), stamp_ns, frame_id)


def encode_depth(
    depth: npt.NDArray[np.uint16] | Float32Array,
    stamp_ns: int = 0,
    frame_id: str = '',
) -> CompressedImage:
    """A depth image as compressed_depth_image_transport sends it, a png with a header.

    Float depth of 10 m or more, or without a reading, becomes 0, as with that package's defaults.

    Args:
        depth: (H, W), uint16 in mm or float32 in m.
        stamp_ns: of the header, ns.
        frame_id: of the header: the optical frame.
    """
    if depth.dtype == np.uint16:
        header, quantised, encoding = _HEADER.pack(_INVERSE_DEPTH, 0.0, 0.0), depth, '16UC1'
    else:
        a = _DEPTH_QUANTIZATION * (_DEPTH_QUANTIZATION + 1)
        b = 1 - a / _DEPTH_MAX
        inside = np.isfinite(depth) & (depth > 0) & (depth < _DEPTH_MAX)
        quantised = np.zeros(depth.shape, np.uint16)
        quantised[inside] = np.clip(a / depth[inside] + b, 0, 65535).astype(np.uint16)
        header, encoding = _HEADER.pack(_INVERSE_DEPTH, a, b), '32FC1'
    _, data = cv2.imencode('.png', quantised, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    return _message(
        f'{encoding}; compressedDepth png', header + data.tobytes(), stamp_ns, frame_id
    )


def _stored_as_rgb(format_: str) -> bool:
    """Whether the file holds red and blue exchanged, by the rule of compressed_subscriber.cpp.

    The format is such as 'rgb8; jpeg compressed bgr8': encoding of the source, then of the file.
    """
    source, separator, stored = format_.partition(';')
    is_color = source.startswith(('rgb', 'bgr'))
    return bool(separator) and is_color and 'compressed bgr' not in stored


def encoded_size(msg: CompressedImage) -> tuple[int, int] | None:
    """Columns and rows by the header of a png or jpeg; None of rvl and of damaged ones."""
    offset = _HEADER.size if 'compressedDepth' in msg.format else 0
    return declared_size(np.frombuffer(msg.data, np.uint8)[offset:])


def _decode(msg: CompressedImage, offset: int, flags: int) -> npt.NDArray[np.generic]:
    boundary = Boundary(
        f'compressed image of format {quoted(msg.format)}, {len(msg.data)} bytes',
        MessageError,
        'expected jpeg or png (compressedDepth: png behind a header of 12 bytes)',
    )
    return decode_image(np.frombuffer(msg.data, np.uint8)[offset:], flags, boundary)


def _message(format_: str, data: bytes, stamp_ns: int, frame_id: str) -> CompressedImage:
    msg = CompressedImage(format=format_, data=data)
    msg.header.stamp = ns_to_stamp(stamp_ns)
    msg.header.frame_id = frame_id
    return msg

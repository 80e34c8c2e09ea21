"""sensor_msgs images to numpy arrays and back.

Raw images are not copied: the array is a view of the message's buffer wherever its layout allows.
"""

from __future__ import annotations

import sys
from typing import TypeGuard

import cv2
import numpy as np
import numpy.typing as npt
from sensor_msgs.msg import CompressedImage, Image

from ...arrays import ByteArray, Float32Array
from ...errors import MessageError
from . import planar_yuv
from .compressed_image import decode_color, decode_depth
from .cv_bridge_adapter import color_by_cv_bridge, depth_by_cv_bridge
from .image_encodings import (
    COLOR_CODES,
    DEPTH_ENCODINGS,
    YUV_422,
    PixelLayout,
    pixel_layout,
)
from .stamps import ns_to_stamp

Array = npt.NDArray[np.generic]


def is_compressed(msg: Image | CompressedImage) -> TypeGuard[CompressedImage]:
    """Whether an image is compressed; told by its fields, as a bag's messages have own classes."""
    return hasattr(msg, 'format')


def array_from_image(msg: Image) -> Array:
    """The pixels of an image, (H, W) or (H, W, channels), in the machine's byte order.

    Rows may be padded (`step`); the result is then a strided view.

    Raises:
        MessageError: unknown encoding, or sizes that contradict each other.
    """
    layout = pixel_layout(msg.encoding)
    if layout is None:
        raise MessageError(
            f'image encoding {msg.encoding[:80]!r} is not known; publish rgb8 or bgr8 colour and '
            '16UC1 (millimetres) or 32FC1 (metres) depth'
        )
    _check_size(msg, layout)
    dtype = layout.dtype.newbyteorder('>' if msg.is_bigendian else '<')
    buffer = np.frombuffer(msg.data, np.uint8, msg.step * msg.height)
    rows = buffer.reshape(msg.height, msg.step)[:, : msg.width * layout.pixel_bytes]
    pixels = rows.view(dtype) if rows.flags.c_contiguous else _view_padded(rows, dtype)
    if not dtype.isnative:
        pixels = pixels.astype(layout.dtype)
    if layout.channels == 1:
        return pixels
    return pixels.reshape(msg.height, msg.width, layout.channels)


def image_from_array(array: Array, encoding: str, stamp_ns: int = 0, frame_id: str = '') -> Image:
    """The image message of an array.

    Args:
        array: (H, W) or (H, W, channels), of the encoding's type.
        encoding: of sensor_msgs/image_encodings.hpp, such as rgb8 or 16UC1.
        stamp_ns: of the header, ns.
        frame_id: of the header: the optical frame.

    Raises:
        MessageError: the array's type or channels are not those of the encoding.
    """
    layout = pixel_layout(encoding)
    channels = array.shape[2] if array.ndim == 3 else 1
    if layout is None or array.ndim not in (2, 3) or (array.dtype, channels) != (
        layout.dtype, layout.channels,
    ):  # fmt: skip
        raise MessageError(f'array {array.shape} {array.dtype} is not an image of {encoding!r}')
    msg = Image(height=array.shape[0], width=array.shape[1], encoding=encoding)
    msg.header.stamp = ns_to_stamp(stamp_ns)
    msg.header.frame_id = frame_id
    msg.is_bigendian = int(sys.byteorder == 'big')
    msg.step = array.shape[1] * layout.pixel_bytes
    # rclpy checks every element of a list or numpy array; bytes are copied at once.
    msg.data = array.tobytes()
    return msg


def color_from_msg(msg: Image | CompressedImage) -> ByteArray:
    """The colour of an image as (H, W, 3) uint8 RGB.

    Raises:
        MessageError: an encoding that is no colour, or data that cannot be decoded.
        MissingDependencyError: an encoding that only cv_bridge may know, without cv_bridge.
    """
    if is_compressed(msg):
        return decode_color(msg)
    encoding = msg.encoding
    if planar_yuv.knows(encoding):
        return planar_yuv.color_from_image(msg)
    if pixel_layout(encoding) is None:
        return color_by_cv_bridge(msg)
    pixels = array_from_image(msg)
    if encoding == 'rgb8':
        return np.ascontiguousarray(pixels, np.uint8)
    if encoding not in COLOR_CODES:
        raise MessageError(
            f'image encoding {encoding[:80]!r} is not a colour; use the colour stream (rgb8 or '
            'bgr8)'
        )
    if pixels.dtype == np.uint16:
        # 257 maps 65535 to 255.
        pixels = cv2.convertScaleAbs(np.ascontiguousarray(pixels), alpha=1 / 257)
    return _convert(pixels, encoding)


def depth_from_msg(
    msg: Image | CompressedImage, size: tuple[int, int] | None = None
) -> npt.NDArray[np.uint16] | Float32Array:
    """The depth of an image, (H, W): uint16 in the driver's unit, or float32 in metres (REP 118).

    Args:
        msg: the depth, raw or compressed.
        size: (columns, rows) that compressed depth must have, if known.

    Raises:
        MessageError: an encoding that is no depth, or data that cannot be decoded.
        MissingDependencyError: an encoding that only cv_bridge may know, without cv_bridge.
    """
    if is_compressed(msg):
        return decode_depth(msg, size)
    if pixel_layout(msg.encoding) is None and not planar_yuv.knows(msg.encoding):
        return depth_by_cv_bridge(msg)
    if msg.encoding not in DEPTH_ENCODINGS:
        raise MessageError(
            f'image encoding {msg.encoding[:80]!r} is not a depth; use the depth stream: 16UC1 '
            '(millimetres) or 32FC1 (metres)'
        )
    pixels = array_from_image(msg)
    if pixels.dtype.kind == 'f':
        return np.asarray(pixels, np.float32)
    return np.asarray(pixels, np.uint16)


def _check_size(msg: Image, layout: PixelLayout) -> None:
    described = f'image {msg.width}x{msg.height} {msg.encoding[:80]}, step {msg.step} bytes'
    if msg.width <= 0 or msg.height <= 0:
        raise MessageError(f'{described}: the image is empty; check the camera driver')
    row_bytes = msg.width * layout.pixel_bytes
    if msg.step < row_bytes:
        raise MessageError(
            f'{described}: a row needs {row_bytes} bytes; the driver fills in step or encoding '
            'wrongly'
        )
    if len(msg.data) < msg.step * msg.height:
        raise MessageError(
            f'{described}: {len(msg.data)} bytes of data instead of {msg.step * msg.height}; '
            'the message is truncated or the driver fills step wrongly'
        )


def _view_padded(rows: ByteArray, dtype: np.dtype) -> Array:
    """View padded rows (H, bytes) as another type; a copy if the stride does not fit."""
    if rows.strides[0] % dtype.itemsize:
        return np.ascontiguousarray(rows).view(dtype)
    return rows.view(dtype)


def _convert(pixels: Array, encoding: str) -> ByteArray:
    """Colour of 8 bits (H, W) or (H, W, channels) as RGB."""
    code = COLOR_CODES[encoding]
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    if encoding in YUV_422 and width % 2:
        raise MessageError(
            f'image {width}x{height} {encoding}: two pixels share their colour, so that the width '
            'must be even; the driver fills in width or encoding wrongly'
        )
    try:
        return np.asarray(pixels if code is None else cv2.cvtColor(pixels, code), np.uint8)
    except cv2.error as error:
        raise MessageError(
            f'image {width}x{height} {encoding} cannot be converted to RGB: {error}'
        ) from error

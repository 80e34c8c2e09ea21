"""Planar YUV images: a plane of brightness, and colour at half the resolution in planes below it.

The names are those of sensor_msgs/image_encodings.hpp and of Video4Linux. Values have the range of
BT.601, as cameras send them and OpenCV reads them.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from sensor_msgs.msg import Image

from ...arrays import ByteArray
from ...errors import MessageError


@dataclass(frozen=True)
class _Planes:
    """How colour follows the brightness.

    Attributes:
        code: OpenCV's conversion of brightness and colour in one array to RGB.
        interleaved: whether the two colour values of a pixel lie side by side, in rows as long
            as those of the brightness.
    """

    code: int
    interleaved: bool


_PLANES = {
    'nv12': _Planes(cv2.COLOR_YUV2RGB_NV12, True),
    'nv21': _Planes(cv2.COLOR_YUV2RGB_NV21, True),
    'i420': _Planes(cv2.COLOR_YUV2RGB_I420, False),
    'yuv420': _Planes(cv2.COLOR_YUV2RGB_I420, False),
    'yu12': _Planes(cv2.COLOR_YUV2RGB_I420, False),
    'yv12': _Planes(cv2.COLOR_YUV2RGB_YV12, False),
}
# Colour of full resolution in a plane of pairs. From sensor_msgs/image_encodings.hpp.
_FULL_COLOR = 'nv24'


def knows(encoding: str) -> bool:
    """Whether an encoding, whatever its case, is one of these."""
    return encoding.lower() in _PLANES or encoding.lower() == _FULL_COLOR


def color_from_image(msg: Image) -> ByteArray:
    """The colour of an image as (H, W, 3) uint8 RGB.

    Raises:
        MessageError: a size that the encoding cannot have, or too few data.
    """
    encoding = msg.encoding.lower()
    if encoding == _FULL_COLOR:
        rows = _rows(msg, 3 * msg.height)
        luma = rows[: msg.height, : msg.width]
        pairs = rows[msg.height :].reshape(msg.height, -1)[:, : 2 * msg.width]
        chroma = pairs.reshape(msg.height, msg.width, 2)
        return _rgb(luma, chroma)
    if msg.width % 2 or msg.height % 2:
        raise MessageError(
            f'image {msg.width}x{msg.height} {msg.encoding}: four pixels share their colour, so '
            'that width and height must be even; the driver fills in size or encoding wrongly'
        )
    planes = _PLANES[encoding]
    rows = _rows(msg, msg.height * 3 // 2)
    luma, below = rows[: msg.height, : msg.width], rows[msg.height :]
    if not planes.interleaved:
        # Each colour plane has rows of half the length; two of them make one of these.
        below = below.reshape(msg.height, -1)[:, : msg.width // 2].reshape(-1, msg.width)
    packed = np.concatenate([luma, below[:, : msg.width]])
    return np.asarray(cv2.cvtColor(packed, planes.code), np.uint8)


def _rows(msg: Image, count: int) -> ByteArray:
    """All rows (count, step) of brightness and colour."""
    described = f'image {msg.width}x{msg.height} {msg.encoding[:80]}, step {msg.step} bytes'
    if msg.width <= 0 or msg.height <= 0:
        raise MessageError(f'{described}: the image is empty; check the camera driver')
    if msg.step < msg.width or msg.step % 2:
        raise MessageError(
            f'{described}: a row of brightness needs an even step of at least {msg.width} bytes; '
            'the driver fills in step or encoding wrongly'
        )
    if len(msg.data) < count * msg.step:
        raise MessageError(
            f'{described}: {len(msg.data)} bytes of data instead of {count * msg.step}; the '
            'message is truncated or the driver fills in step or encoding wrongly'
        )
    return np.frombuffer(msg.data, np.uint8, count * msg.step).reshape(count, msg.step)


def _rgb(luma: ByteArray, chroma: ByteArray) -> ByteArray:
    """RGB (H, W, 3) of brightness (H, W) and colour Cb, Cr (H, W, 2), by BT.601."""
    y = 1.164 * (luma.astype(np.float32) - 16)
    cb, cr = np.moveaxis(chroma.astype(np.float32) - 128, -1, 0)
    rgb = np.stack([y + 1.596 * cr, y - 0.392 * cb - 0.813 * cr, y + 2.017 * cb], axis=-1)
    return np.asarray(np.clip(np.round(rgb), 0, 255), np.uint8)

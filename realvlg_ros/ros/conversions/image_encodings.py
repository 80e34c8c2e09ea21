"""Image encodings of sensor_msgs/image_encodings.hpp: the memory layout of pixels."""

from __future__ import annotations

import re
from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class PixelLayout:
    """Type and number of the channels of a pixel."""

    dtype: np.dtype
    channels: int

    @property
    def pixel_bytes(self) -> int:
        """Bytes of one pixel."""
        return self.dtype.itemsize * self.channels


_U8, _U16 = np.dtype(np.uint8), np.dtype(np.uint16)

# Channels of each encoding. From sensor_msgs/image_encodings.hpp.
_NAMED = {
    'rgb8': PixelLayout(_U8, 3),
    'bgr8': PixelLayout(_U8, 3),
    'rgba8': PixelLayout(_U8, 4),
    'bgra8': PixelLayout(_U8, 4),
    'rgb16': PixelLayout(_U16, 3),
    'bgr16': PixelLayout(_U16, 3),
    'rgba16': PixelLayout(_U16, 4),
    'bgra16': PixelLayout(_U16, 4),
    'mono8': PixelLayout(_U8, 1),
    'mono16': PixelLayout(_U16, 1),
    'uyvy': PixelLayout(_U8, 2),
    'yuv422': PixelLayout(_U8, 2),
    'yuyv': PixelLayout(_U8, 2),
    'yuv422_yuy2': PixelLayout(_U8, 2),
    'yvyu': PixelLayout(_U8, 2),
}
_NAMED.update(
    {
        f'bayer_{pattern}{bits}': PixelLayout(dtype, 1)
        for pattern in ('rggb', 'bggr', 'gbrg', 'grbg')
        for bits, dtype in (('8', _U8), ('16', _U16))
    }
)

# OpenCV's type names, such as 16UC1 and 32FC3; without a number they have one channel.
_GENERIC = re.compile(r'(8U|8S|16U|16S|32S|32F|64F)(?:C([1-9]\d{0,2}))?', re.ASCII)
_GENERIC_TYPES = {
    '8U': 'u1', '8S': 'i1', '16U': 'u2', '16S': 'i2', '32S': 'i4', '32F': 'f4', '64F': 'f8',
}  # fmt: skip

# Packed YUV, of which two pixels share their colour.
YUV_422 = ('uyvy', 'yuv422', 'yuyv', 'yuv422_yuy2', 'yvyu')

DEPTH_ENCODINGS = ('16UC1', 'mono16', '16U', '32FC1', '32F', '64FC1', '64F')

# Conversion to RGB. OpenCV names a Bayer pattern by the second row's second and third pixel,
# hence BG for rggb. OpenCV's type names give no order of channels: cv_bridge sends OpenCV's own
# BGR under them where no encoding is given, and RViz shows them so.
COLOR_CODES: dict[str, int | None] = {
    'rgb8': None,
    'rgb16': None,
    '8UC3': cv2.COLOR_BGR2RGB,
    '16UC3': cv2.COLOR_BGR2RGB,
    'bgr8': cv2.COLOR_BGR2RGB,
    'bgr16': cv2.COLOR_BGR2RGB,
    'rgba8': cv2.COLOR_RGBA2RGB,
    'rgba16': cv2.COLOR_RGBA2RGB,
    '8UC4': cv2.COLOR_BGRA2RGB,
    '16UC4': cv2.COLOR_BGRA2RGB,
    'bgra8': cv2.COLOR_BGRA2RGB,
    'bgra16': cv2.COLOR_BGRA2RGB,
    'mono8': cv2.COLOR_GRAY2RGB,
    'mono16': cv2.COLOR_GRAY2RGB,
    '8UC1': cv2.COLOR_GRAY2RGB,
    'uyvy': cv2.COLOR_YUV2RGB_UYVY,
    'yuv422': cv2.COLOR_YUV2RGB_UYVY,
    'yuyv': cv2.COLOR_YUV2RGB_YUY2,
    'yuv422_yuy2': cv2.COLOR_YUV2RGB_YUY2,
    'yvyu': cv2.COLOR_YUV2RGB_YVYU,
    **{
        f'bayer_{pattern}{bits}': code
        for pattern, code in (
            ('rggb', cv2.COLOR_BayerBG2RGB),
            ('bggr', cv2.COLOR_BayerRG2RGB),
            ('gbrg', cv2.COLOR_BayerGR2RGB),
            ('grbg', cv2.COLOR_BayerGB2RGB),
        )
        for bits in ('8', '16')
    },
}


def pixel_layout(encoding: str) -> PixelLayout | None:
    """The layout of an encoding, or None if it is unknown or its pixels are not interleaved."""
    if encoding in _NAMED:
        return _NAMED[encoding]
    match = _GENERIC.fullmatch(encoding)
    if match is None:
        return None
    return PixelLayout(np.dtype(_GENERIC_TYPES[match[1]]), int(match[2] or 1))

"""cv_bridge for encodings that are not decoded here, where it can be imported."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sensor_msgs.msg import Image

from ...arrays import ByteArray, Float32Array
from ...errors import MessageError, MissingDependencyError
from ...optional import import_optional

_DECODED = {
    'colour': (
        'rgb8, bgr8, rgba8, bgra8, their 16-bit forms, mono, Bayer, packed YUV (uyvy, yuyv, yvyu) '
        'and planar YUV (nv12, nv21, nv24, i420, yv12)'
    ),
    'depth': '16UC1 (millimetres), 32FC1 and 64FC1 (metres)',
}
_REMEDY = (
    'install ros-<distro>-cv-bridge of the distribution in use, which would be asked, or let the '
    'driver publish one of these'
)


def color_by_cv_bridge(msg: Image) -> ByteArray:
    """The colour of an image as (H, W, 3) uint8 RGB.

    Raises:
        MissingDependencyError: cv_bridge is not installed or cannot be loaded.
        MessageError: cv_bridge refuses the image.
    """
    pixels = _read(msg, 'colour', 'rgb8')
    if pixels.dtype != np.uint8 or pixels.shape != (msg.height, msg.width, 3):
        raise _refused(msg, 'colour', f'it gives {pixels.shape} {pixels.dtype} instead of rgb8')
    return np.ascontiguousarray(pixels)


def depth_by_cv_bridge(msg: Image) -> npt.NDArray[np.uint16] | Float32Array:
    """The depth of an image, (H, W): uint16 in the driver's unit, or float32 in metres (REP 118).

    Raises:
        MissingDependencyError: cv_bridge is not installed or cannot be loaded.
        MessageError: cv_bridge refuses the image, or its pixels are no depth.
    """
    pixels = _read(msg, 'depth', 'passthrough')
    if pixels.shape == (msg.height, msg.width):
        if pixels.dtype == np.uint16:
            return np.ascontiguousarray(pixels)
        if pixels.dtype.kind == 'f':
            return np.ascontiguousarray(pixels, np.float32)
    raise _refused(
        msg,
        'depth',
        f'it gives {pixels.shape} {pixels.dtype}, not one channel of 16 bits or float',
    )


def _read(msg: Image, stream: str, encoding: str) -> npt.NDArray[Any]:
    """What cv_bridge makes of an image, in an encoding of its own choice or ours."""
    if not msg.encoding:
        raise MessageError(f"{stream} image encoding '' is empty: {_decoded(stream)}")
    need = f'{stream} image encoding {msg.encoding[:80]!r} is not known; {_decoded(stream)}'
    cv_bridge = import_optional('cv_bridge', need, _REMEDY)
    try:
        return np.asarray(cv_bridge.CvBridge().imgmsg_to_cv2(msg, encoding))
    # Its compiled half is imported with the first image, and raises what it likes.
    except (ImportError, AttributeError) as error:
        raise MissingDependencyError(
            f'{need}: cv_bridge is installed but cannot be loaded '
            f'({type(error).__name__}: {error}); {_REMEDY}'
        ) from error
    except Exception as error:
        raise _refused(msg, stream, f'{type(error).__name__}: {error}') from error


def _refused(msg: Image, stream: str, reason: str) -> MessageError:
    return MessageError(
        f'{stream} image {msg.width}x{msg.height} of encoding {msg.encoding[:80]!r} is not known, '
        f'and cv_bridge cannot read it ({reason}); {_decoded(stream)}'
    )


def _decoded(stream: str) -> str:
    return f'as {stream} are decoded {_DECODED[stream]}'

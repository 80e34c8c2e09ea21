"""cv_bridge for the planar encodings that neither numpy nor one call of OpenCV reads."""

from __future__ import annotations

import numpy as np
from sensor_msgs.msg import Image

from ...arrays import ByteArray
from ...errors import MessageError, MissingDependencyError

_ENCODINGS = ('nv21', 'nv24')


def knows(encoding: str) -> bool:
    """Whether an encoding is left to cv_bridge."""
    return encoding in _ENCODINGS


def color_from_image(msg: Image) -> ByteArray:
    """The colour of an image as (H, W, 3) uint8 RGB.

    Raises:
        MissingDependencyError: cv_bridge is not installed.
        MessageError: cv_bridge refuses the image.
    """
    try:
        from cv_bridge import CvBridge, CvBridgeError
    except ImportError as error:
        raise MissingDependencyError(
            f'image encoding {msg.encoding!r} needs cv_bridge, which is not installed; install '
            'ros-<distro>-cv-bridge or let the driver publish rgb8, bgr8 or yuv422'
        ) from error
    try:
        return np.asarray(CvBridge().imgmsg_to_cv2(msg, 'rgb8'), np.uint8)
    except CvBridgeError as error:
        raise MessageError(
            f'image {msg.width}x{msg.height} {msg.encoding}: cv_bridge cannot read it: {error}'
        ) from error

"""Pictures as JPEG of a bounded size."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ...boundary import Boundary
from ...errors import MessageError
from ...image_files import decode_image

# Longest side, px, and size, bytes, of a picture that is kept as it is, and the quality of one
# that is made anew. Chosen: an overlay's words are legible and a hundred pictures stay below
# 7 MB.
MAX_SIDE_PX = 640
MAX_BYTES = 70_000
_QUALITIES = (80, 60, 40)


@dataclass(frozen=True)
class SizedJpeg:
    """A JPEG with the size of its picture, px."""

    data: bytes
    width: int
    height: int


def sized_jpeg(data: npt.ArrayLike) -> SizedJpeg:
    """A picture (JPEG or PNG) as a JPEG that is small enough for a page.

    Raises:
        MessageError: it cannot be decoded.
    """
    encoded = np.frombuffer(np.asarray(data, np.uint8).tobytes(), np.uint8)
    boundary = Boundary(f'a picture of {encoded.size} bytes', MessageError)
    image = decode_image(encoded, cv2.IMREAD_COLOR, boundary)
    height, width = image.shape[:2]
    is_jpeg = encoded[:2].tobytes() == b'\xff\xd8'
    if is_jpeg and max(width, height) <= MAX_SIDE_PX and encoded.size <= MAX_BYTES:
        return SizedJpeg(encoded.tobytes(), width, height)
    scale = MAX_SIDE_PX / max(width, height)
    if scale < 1:
        width, height = max(1, round(width * scale)), max(1, round(height * scale))
        image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    while True:
        for quality in _QUALITIES:
            _, jpeg = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, quality])
            if jpeg.size <= MAX_BYTES:
                return SizedJpeg(jpeg.tobytes(), width, height)
        # Noise all over: a smaller picture has less of it.
        width, height = max(1, width // 2), max(1, height // 2)
        image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)

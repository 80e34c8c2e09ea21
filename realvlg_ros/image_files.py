"""Encoded images from elsewhere: only png and jpeg, and decoded only if the header is sound."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from .arrays import ByteArray
from .boundary import Boundary
from .files import read_bytes
from .image_header import declared_size, undecodable
from .limits import MAX_IMAGE_BYTES


def read_image(
    path: Path, flags: int, boundary: Boundary, expected: tuple[int, int] | None = None
) -> npt.NDArray[Any]:
    """The pixels of a file.

    Args:
        path: of the file.
        flags: of cv2.imdecode.
        boundary: of the file.
        expected: columns and rows that it must have; None where nothing is known of them.

    Raises:
        RealvlgError: of the boundary; see read_bytes and decode_image.
    """
    data = np.frombuffer(read_bytes(path, boundary, MAX_IMAGE_BYTES), np.uint8)
    return decode_image(data, flags, boundary, expected)


def read_size(path: Path, boundary: Boundary) -> tuple[int, int]:
    """Columns and rows of an image file, by its header; pixels are not decoded.

    Raises:
        RealvlgError: of the boundary; see read_bytes, or it is neither png nor jpeg.
    """
    data = np.frombuffer(read_bytes(path, boundary, MAX_IMAGE_BYTES), np.uint8)
    size = declared_size(data)
    if size is None:
        raise boundary.failure('cannot be decoded', undecodable(data))
    return size


def decode_image(
    data: ByteArray, flags: int, boundary: Boundary, expected: tuple[int, int] | None = None
) -> npt.NDArray[Any]:
    """The pixels of an encoded image.

    Args:
        data: bytes of a png or jpeg.
        flags: of cv2.imdecode.
        boundary: of where it comes from.
        expected: columns and rows that it must have; None where nothing is known of them.

    Raises:
        RealvlgError: of the boundary: it is neither, is damaged, or is of another or a giant size.
    """
    if reason := undecodable(data, expected):
        raise boundary.failure('cannot be decoded', reason)
    with boundary.guard('cannot be decoded'):
        image = cv2.imdecode(data, flags)
    if image is None:
        raise boundary.failure('cannot be decoded', 'its content is damaged')
    return np.asarray(image)

"""Faces in an image, by the Haar cascades that come with OpenCV."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2

from ..arrays import ByteArray
from ..errors import MissingDependencyError
from ..image_region import Box

# Faces from the front, and from one side; the other side is found in the mirrored image.
_FRONT, _SIDE = 'haarcascade_frontalface_default.xml', 'haarcascade_profileface.xml'
_DEBIAN = Path('/usr/share/opencv4/haarcascades')
# Step between the sizes that are searched. From OpenCV, whose default it is.
_SCALE_STEP = 1.1
# Hits beside each other that make a face. From OpenCV, whose default it is.
_NEIGHBOURS = 3
# Smallest face, px. From the cascades, which were trained with this size.
_SMALLEST = 24
# A face grows by this share of its size to each side. Chosen: hair, ears and chin are in it.
_MARGIN = 0.25


class FaceFinder:
    """Finds most faces that look toward the camera; it does not find every one."""

    def __init__(self, folder: Path | None = None) -> None:
        """Load the cascades.

        Args:
            folder: that holds them; that of the installed OpenCV if it is not given.

        Raises:
            MissingDependencyError: OpenCV comes without them.
        """
        self._front, self._side = (_load(folder or _folder(), name) for name in (_FRONT, _SIDE))

    def find(self, color: ByteArray) -> list[Box]:
        """The faces, with a margin, in an RGB image (height, width, 3) uint8."""
        height, width = color.shape[:2]
        gray = cv2.equalizeHist(cv2.cvtColor(color, cv2.COLOR_RGB2GRAY))
        found = [*_detect(self._front, gray), *_detect(self._side, gray)]
        found += [(width - x - w, y, w, h) for x, y, w, h in _detect(self._side, gray[:, ::-1])]
        return [
            Box(x - _MARGIN * w, y - _MARGIN * h, x + (1 + _MARGIN) * w, y + (1 + _MARGIN) * h)
            .clipped(width, height)
            for x, y, w, h in found
        ]  # fmt: skip


def _folder() -> Path:
    """Where the wheels of OpenCV have the cascades, or Debian's package opencv-data."""
    data = getattr(cv2, 'data', None)
    return _DEBIAN if data is None else Path(data.haarcascades)


def _load(folder: Path, name: str) -> Any:
    path = folder / name
    cascade = cv2.CascadeClassifier()
    if not (path.is_file() and cascade.load(str(path))):
        raise MissingDependencyError(
            f'faces cannot be blanked: there is no cascade {path}; install '
            'opencv-python-headless or opencv-data, or set blanking.faces to false'
        )
    return cascade


def _detect(cascade: Any, gray: ByteArray) -> Sequence[tuple[int, int, int, int]]:
    boxes = cascade.detectMultiScale(
        gray, scaleFactor=_SCALE_STEP, minNeighbors=_NEIGHBOURS, minSize=(_SMALLEST, _SMALLEST)
    )
    return [tuple(map(int, box)) for box in boxes]  # type: ignore[misc]

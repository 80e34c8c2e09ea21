"""Pictures labelled with an instruction and whether its object is there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ....arrays import ByteArray
from ....boundary import Boundary
from ....camera import Camera
from ....documents import LISTING, read_json
from ....errors import ParameterError
from ....fields import Fields
from ....frame import RgbdFrame
from ....image_files import read_image
from ...grounding import check_instruction


@dataclass(frozen=True)
class LabelledPicture:
    """One question about a picture.

    Attributes:
        color: (height, width, 3) uint8, RGB.
        instruction: what is asked for.
        present: whether it is in the picture.
    """

    color: ByteArray
    instruction: str
    present: bool

    def to_frame(self) -> RgbdFrame:
        """A frame without depth readings, for a model that looks at colour only."""
        height, width = self.color.shape[:2]
        camera = Camera(width, height, width, width, width / 2, height / 2)
        return RgbdFrame(self.color, np.zeros((height, width), np.float32), camera)


def read_labelled_set(path: Path) -> list[LabelledPicture]:
    """Read `[{"image": ..., "instruction": ..., "present": true}, ...]`.

    An image is a file, or a frame folder with color.png, beside the JSON file or absolute.

    Raises:
        ParameterError: the file or an image is missing or of another form.
        InstructionError: an instruction is refused by check_instruction.
    """
    expected = 'expected a list of objects with image, instruction and present'
    boundary = Boundary(str(path), ParameterError, expected)
    entries = read_json(path, boundary, LISTING)
    if not isinstance(entries, list) or not entries:
        raise boundary.refusal('holds no pictures')
    found = [Fields(entry, boundary, f'entry {number}') for number, entry in enumerate(entries, 1)]
    return [
        LabelledPicture(
            _read_image(path.parent / entry.text('image')),
            check_instruction(entry.text('instruction')),
            entry.flag('present'),
        )
        for entry in found
    ]


def _read_image(path: Path) -> ByteArray:
    file = path / 'color.png' if path.is_dir() else path
    image = read_image(file, cv2.IMREAD_COLOR, Boundary(str(file), ParameterError))
    return np.ascontiguousarray(image[..., ::-1]).astype(np.uint8)

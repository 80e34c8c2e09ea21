"""Pictures labelled with an instruction and whether its object is there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ....arrays import ByteArray
from ....camera import Camera
from ....errors import ParameterError
from ....frame import RgbdFrame
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
    try:
        entries = json.loads(path.read_text())
        pictures = [
            LabelledPicture(
                _read_image(path.parent / entry['image']),
                check_instruction(str(entry['instruction'])),
                bool(entry['present']),
            )
            for entry in entries
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ParameterError(
            f'{path}: {error!r}; expected a list of objects with image, instruction and present'
        ) from error
    if not pictures:
        raise ParameterError(f'{path} holds no pictures')
    return pictures


def _read_image(path: Path) -> ByteArray:
    file = path / 'color.png' if path.is_dir() else path
    image = cv2.imread(str(file), cv2.IMREAD_COLOR)
    if image is None:
        raise ParameterError(f'{file} is missing or is not an image')
    return np.ascontiguousarray(image[..., ::-1]).astype(np.uint8)

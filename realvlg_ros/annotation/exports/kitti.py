"""Boxes in space as KITTI's object labels (Geiger et al. 2012): image_2, label_2, calib."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...arrays import FloatArray
from ...boundary import Boundary
from ...errors import AnnotationError
from ..annotation import AnnotatedImage
from .labelled import Labelled, as_png, by_image, make_folder
from .level import LevelBox, intrinsics, level_boxes

_FOLDERS = ('image_2', 'label_2', 'calib')
# KITTI's word for an occlusion that is not known. From its development kit.
_UNKNOWN = 3


def export_kitti(folder: Path, labelled: Sequence[Labelled]) -> str:
    """Write the folders of KITTI's training set; returns what was written, in words.

    The labels are in the frame of a level camera; P2 projects from there, so that it holds the
    camera's tilt, too.

    Raises:
        AnnotationError: the folder is not empty, or an image is not where it was.
    """
    make_folder(folder)
    written = 0
    with Boundary(str(folder), AnnotationError).guard('cannot be written'):
        for name in _FOLDERS:
            (folder / name).mkdir()
        for number, (image, items) in enumerate(by_image(labelled)):
            boxes, rotation = level_boxes(items, image)
            if rotation is None:
                continue
            written += len(boxes)
            (folder / 'image_2' / f'{number:06}.png').write_bytes(as_png(image))
            (folder / 'label_2' / f'{number:06}.txt').write_text(
                ''.join(_line(box) + '\n' for box in boxes)
            )
            (folder / 'calib' / f'{number:06}.txt').write_text(_calibration(image, rotation))
    return f'{folder}: {written} boxes of {len(labelled)} objects'


def _line(box: LevelBox) -> str:
    """Type truncated occluded alpha bbox (4) h w l x y z rotation_y."""
    x, y, z = (float(value) for value in box.center)
    alpha = math.remainder(box.turn - math.atan2(x, z), 2 * math.pi)
    # KITTI's place is the middle of the lower face.
    numbers = [
        *box.each.box.as_tuple(), box.height, box.width, box.length, x, y + box.height / 2, z,
        box.turn,
    ]  # fmt: skip
    name = box.each.item.label.replace(' ', '_') or 'object'
    said = ' '.join(f'{value:.4f}' for value in numbers)
    return f'{name} 0.00 {_UNKNOWN} {alpha:.4f} {said}'


def _calibration(image: AnnotatedImage, rotation: FloatArray) -> str:
    """All cameras of KITTI are this one."""
    projection = np.hstack([intrinsics(image) @ rotation.T, np.zeros((3, 1))])
    lines = [f'P{k}: {_row(projection)}' for k in range(4)]
    lines.append(f'R0_rect: {_row(np.eye(3))}')
    for name in ('Tr_velo_to_cam', 'Tr_imu_to_velo'):
        lines.append(f'{name}: {_row(np.eye(3, 4))}')
    return '\n'.join(lines) + '\n'


def _row(matrix: FloatArray) -> str:
    return ' '.join(f'{value:.12e}' for value in matrix.ravel())

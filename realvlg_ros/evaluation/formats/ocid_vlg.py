"""OCID-VLG (Tziafas et al. 2023): rows [cx, cy, w, h, angle, target] as .npy or JSON lists.

w is the opening, h the jaw height, and the angle that of the opening axis in degrees with y up:
the dataset makes it from corners p1 to p4 as 90 degrees less than atan2(dx, dy) of the edge p1 p4.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...arrays import FloatArray
from ...boundary import Boundary
from ...documents import LISTING, read_json
from ...errors import LabelError
from ...json_text import to_json_text
from ...rectangle import GraspRectangle
from .numbers import read_rows


@dataclass(frozen=True)
class OcidVlgLabel:
    """A rectangle and the index of its object's class."""

    rectangle: GraspRectangle
    target: int


def read_ocid_vlg(path: Path) -> list[OcidVlgLabel]:
    """Read rows from an .npy file, or from a .json file that holds a list of them.

    Raises:
        LabelError: not rows of six numbers, or a degenerate rectangle.
    """
    rows = _read_json(path) if path.suffix == '.json' else read_rows(path, 6)
    labels = []
    for index, (x, y, width, height, degrees, target) in enumerate(rows.tolist()):
        with Boundary(f'{path}: row {index}', LabelError).guard():
            rectangle = GraspRectangle(x, y, -math.radians(degrees), width, height)
            labels.append(OcidVlgLabel(rectangle, int(target)))
    return labels


def write_ocid_vlg(path: Path, labels: Sequence[OcidVlgLabel]) -> None:
    """Write rows to an .npy file, or to a .json file."""
    rows = [
        [r.x, r.y, r.width, r.height, -math.degrees(r.angle), float(label.target)]
        for label in labels
        for r in (label.rectangle,)
    ]
    if path.suffix == '.json':
        path.write_text(to_json_text(rows) + '\n')
        return
    with path.open('wb') as file:
        np.save(file, np.array(rows, np.float64).reshape(-1, 6), allow_pickle=False)


def _read_json(path: Path) -> FloatArray:
    boundary = Boundary(f'label file {path}', LabelError)
    listed = read_json(path, boundary, LISTING)
    with boundary.guard('cannot be read'):
        rows = np.array(listed, np.float64)
    if rows.size and (rows.ndim != 2 or rows.shape[1] != 6):
        raise LabelError(f'{path}: rows of shape {rows.shape}; expected (n, 6)')
    return rows.reshape(-1, 6)

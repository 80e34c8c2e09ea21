"""Cornell grasping dataset (Jiang, Moseson and Saxena 2011): cpos and cneg files.

Four lines "x y" are the corners of a rectangle; the first edge is the opening axis.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ...boundary import Boundary
from ...errors import LabelError
from ...rectangle import GraspRectangle
from .numbers import read_lines


def read_cornell(path: Path) -> list[GraspRectangle]:
    """Read a cpos or cneg file; the dataset's rectangles with NaN corners are left out.

    Raises:
        LabelError: a line that is not two numbers, an incomplete or a degenerate rectangle.
    """
    rows = np.array(read_lines(path, 2, None)).reshape(-1, 2)
    if len(rows) % 4:
        raise LabelError(f'{path}: {len(rows)} corners; expected four for each rectangle')
    rectangles = []
    for index, corners in enumerate(rows.reshape(-1, 4, 2)):
        if np.isnan(corners).any():
            continue
        with Boundary(f'{path}: rectangle {index}', LabelError).guard():
            rectangles.append(GraspRectangle.from_corners(corners))
    return rectangles


def write_cornell(path: Path, rectangles: Iterable[GraspRectangle]) -> None:
    """Write corners, four lines a rectangle, to a hundredth of a pixel."""
    lines = [f'{x:.2f} {y:.2f}' for rectangle in rectangles for x, y in rectangle.corners()]
    path.write_text(''.join(f'{line}\n' for line in lines))

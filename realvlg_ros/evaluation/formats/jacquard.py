"""Jacquard dataset (Depierre, Dellandrea and Chen 2018): *_grasps.txt files.

A line `x;y;theta;opening;jaw` is a rectangle, px and degrees. theta turns x toward y in the
image (y down), as ours; loaders whose angles have y up, such as GG-CNN's, negate it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

from ...boundary import Boundary
from ...errors import LabelError
from ...rectangle import GraspRectangle
from .numbers import read_lines


def read_jacquard(path: Path) -> list[GraspRectangle]:
    """Read a *_grasps.txt file.

    Raises:
        LabelError: a line that is not five numbers, or a degenerate rectangle.
    """
    rectangles = []
    for index, (x, y, theta, opening, jaw) in enumerate(read_lines(path, 5, ';')):
        with Boundary(f'{path}: rectangle {index}', LabelError).guard():
            rectangles.append(GraspRectangle(x, y, math.radians(theta), opening, jaw))
    return rectangles


def write_jacquard(path: Path, rectangles: Iterable[GraspRectangle]) -> None:
    """Write one line a rectangle."""
    lines = [
        f'{r.x:.3f};{r.y:.3f};{math.degrees(r.angle):.3f};{r.width:.3f};{r.height:.3f}\n'
        for r in rectangles
    ]
    path.write_text(''.join(lines))

"""GraspNet-1Billion's rectangle labels (Fang et al. 2020): RectGraspGroup .npy files.

A row is centre x, y, open point x, y, height, score and object id. The open point is the middle
of one finger's edge: half the opening away from the centre, along the opening axis.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...boundary import Boundary
from ...errors import LabelError
from ...rectangle import GraspRectangle
from .numbers import read_rows


@dataclass(frozen=True)
class GraspNetLabel:
    """A rectangle, with its score, and the id of its object."""

    rectangle: GraspRectangle
    object_id: int


def read_graspnet(path: Path) -> list[GraspNetLabel]:
    """Read an .npy file of rectangles.

    Raises:
        LabelError: not an array (n, 7), or a degenerate rectangle.
    """
    labels = []
    for index, (x, y, open_x, open_y, height, score, object_id) in enumerate(read_rows(path, 7)):
        half = math.hypot(open_x - x, open_y - y)
        angle = math.atan2(open_y - y, open_x - x)
        with Boundary(f'{path}: row {index}', LabelError).guard():
            rectangle = GraspRectangle(
                float(x), float(y), angle, 2 * half, float(height), float(score)
            )
            labels.append(GraspNetLabel(rectangle, int(object_id)))
    return labels


def write_graspnet(path: Path, labels: Sequence[GraspNetLabel]) -> None:
    """Write an .npy file of rectangles; one without a score gets 1."""
    rows = np.zeros((len(labels), 7))
    for row, label in zip(rows, labels, strict=True):
        rectangle = label.rectangle
        row[:2] = rectangle.center
        row[2:4] = rectangle.center + rectangle.opening_axis * rectangle.width / 2
        row[4] = rectangle.height
        row[5] = 1.0 if rectangle.score is None else rectangle.score
        row[6] = label.object_id
    with path.open('wb') as file:
        np.save(file, rows, allow_pickle=False)

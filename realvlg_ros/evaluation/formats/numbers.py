"""Numbers of label files: lines of text and arrays, with errors that name the place."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...arrays import FloatArray
from ...boundary import Boundary
from ...errors import LabelError
from ...files import read_array, read_text
from ...quoting import quoted


def read_lines(path: Path, count: int, separator: str | None) -> list[list[float]]:
    """The numbers of every line that is not blank, `count` a line.

    Args:
        path: of a text file.
        count: numbers in a line.
        separator: between numbers; None for white space.

    Raises:
        LabelError: the file is missing, or a line holds something else; NaN is a number.
    """
    lines = read_text(path, Boundary(f'label file {path}', LabelError)).splitlines()
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = [float(word) for word in line.strip().rstrip(';').split(separator)]
        except ValueError:
            row = []
        if len(row) != count:
            raise LabelError(f'{path}:{number}: {quoted(line.strip())}; expected {count} numbers')
        rows.append(row)
    return rows


def read_rows(path: Path, columns: int) -> FloatArray:
    """The array (n, columns) of an .npy file; pickled content is refused.

    Raises:
        LabelError: the file is missing, pickled, or of another shape.
    """
    boundary = Boundary(f'label file {path}', LabelError)
    stored = read_array(path, boundary)
    with boundary.guard('cannot be read as numbers'):
        rows = np.asarray(stored, np.float64)
    if rows.size == 0:
        return np.zeros((0, columns))
    if rows.ndim != 2 or rows.shape[1] != columns:
        raise LabelError(f'{path}: an array of shape {rows.shape}; expected (n, {columns})')
    return rows

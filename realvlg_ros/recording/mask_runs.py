"""A mask as the lengths of its runs, for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..errors import RecordingError
from ..image_region import RegionMask
from ..quoting import quoted


def mask_to_runs(mask: RegionMask) -> dict[str, Any]:
    """The region, and the lengths of its runs row by row, of which the first is outside."""
    rows, columns = mask.data.shape
    flat = mask.data.reshape(-1)
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    runs = np.diff(np.concatenate(([0], edges, [flat.size]))).tolist()
    return {
        'x_offset_px': int(mask.x_offset),
        'y_offset_px': int(mask.y_offset),
        'width_px': columns,
        'height_px': rows,
        'runs': [0, *runs] if flat[0] else runs,
    }


def mask_from_runs(values: Mapping[str, Any]) -> RegionMask:
    """The mask of such an object.

    Raises:
        RecordingError: a key is missing, or the runs do not fill the region.
    """
    try:
        x, y, columns, rows = (
            int(values[key]) for key in ('x_offset_px', 'y_offset_px', 'width_px', 'height_px')
        )
        runs = np.asarray(values['runs'], np.int64)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise RecordingError(f'a mask cannot be read: {quoted(error)}') from error
    filled = runs.ndim == 1 and (runs >= 0).all() and runs.sum() == rows * columns
    if not (filled and rows > 0 and columns > 0):
        raise RecordingError(f'the runs of a mask do not fill its region of {columns}x{rows} px')
    data = np.repeat(np.arange(runs.size) % 2 == 1, runs)
    return RegionMask(x, y, data.reshape(rows, columns))

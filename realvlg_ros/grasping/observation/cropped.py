"""A part of a frame, as the frame of a camera that sees only that part."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...frame import RgbdFrame


def cropped(frame: RgbdFrame, rows: slice, columns: slice) -> RgbdFrame:
    """The frame of rows and columns of a frame.

    Args:
        frame: colour and depth.
        rows: with start, stop and step inside the image.
        columns: the same, with the same step.
    """
    step, part = columns.step, (rows, columns)
    depth = np.ascontiguousarray(frame.depth[part])
    camera = replace(
        frame.camera,
        width=depth.shape[1],
        height=depth.shape[0],
        fx=frame.camera.fx / step,
        fy=frame.camera.fy / step,
        cx=(frame.camera.cx - columns.start) / step,
        cy=(frame.camera.cy - rows.start) / step,
    )
    # The rays of the whole image are known; with distortion they take long to compute.
    camera.__dict__['rays'] = frame.camera.rays[part]
    return replace(frame, color=frame.color[part], depth=depth, camera=camera)

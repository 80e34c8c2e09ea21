"""Box to mask without weights: by depth and colour together."""

from __future__ import annotations

import numpy as np

from ..arrays import BoolArray
from ..errors import SupportPlaneError
from ..frame import RgbdFrame
from ..image_region import Box, RegionMask
from ..support_plane import SupportPlane, find_support_plane
from .object_in_box import object_in_box
from .segmenter import Segmentation

# A smaller share of the box is no object. Chosen: a twentieth.
_MIN_SHARE = 0.05
# Where no support is found, the object is taken to be this deep behind its nearest part, m.
# Chosen: larger than most that a gripper holds.
_OBJECT_DEPTH_M = 0.15


class DepthSegmenter:
    """Masks without weights; sharp where depth or colour is."""

    name = 'depth'

    def load(self) -> None:
        """Nothing to load."""

    def close(self) -> None:
        """Nothing to free."""

    def segment(self, frame: RgbdFrame, box: Box) -> Segmentation:
        """What the box is meant for, by depth and colour.

        Where neither tells it from what surrounds it, the mask is the whole box, and its source
        says so.
        """
        height, width = frame.depth.shape
        rows, columns = box.clipped(width, height).slices()
        rows, columns = _at_least_one(rows, height), _at_least_one(columns, width)
        try:
            plane: SupportPlane | None = find_support_plane(frame)
        except SupportPlaneError:
            plane = None
        found = object_in_box(frame, box, plane)
        mask = found.mask
        if plane is None:
            mask = mask & _near(frame, rows, columns)
        if mask.sum() < max(4.0, _MIN_SHARE * mask[rows, columns].size):
            share = float(frame.valid[rows, columns].mean())
            why = f'{share:.0%} of it has depth, and nothing stands out of what is around it'
            return self._whole_box(rows, columns, why)
        reference = 'its own nearest part' if plane is None else 'the support plane'
        source = f'depth against {reference}, and colour' if found.raised else 'colour alone'
        return Segmentation(RegionMask.from_full(mask), found.score, source)

    def segment_point(self, frame: RgbdFrame, point: tuple[float, float]) -> None:
        """Nothing: what stands at a point is for who knows the things on the support."""

    def _whole_box(self, rows: slice, columns: slice, why: str) -> Segmentation:
        data = np.ones((rows.stop - rows.start, columns.stop - columns.start), bool)
        return Segmentation(
            RegionMask(columns.start, rows.start, data), None, f'the whole box: {why}'
        )


def _at_least_one(pixels: slice, size: int) -> slice:
    """The same pixels, or the nearest one: a thin box can fall between pixel centres."""
    start = min(pixels.start, size - 1)
    return slice(start, max(pixels.stop, start + 1))


def _near(frame: RgbdFrame, rows: slice, columns: slice) -> BoolArray:
    """Pixels (height, width) that are not far behind the nearest readings of a box."""
    depth = frame.depth[rows, columns]
    if not (depth > 0).any():
        return np.ones(frame.depth.shape, bool)
    near = float(np.percentile(depth[depth > 0], 10))
    return np.asarray(frame.depth < near + _OBJECT_DEPTH_M)

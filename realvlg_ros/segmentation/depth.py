"""Box to mask by depth alone: what stands out of the support and holds together."""

from __future__ import annotations

import numpy as np

from ..arrays import BoolArray
from ..errors import SupportPlaneError
from ..frame import RgbdFrame
from ..image_region import Box, RegionMask
from ..support_plane import find_support_plane
from .box_surface import part_of, surface_in_box, window_around
from .segmenter import Segmentation

# Fewer readings than this share of the box tell nothing about the object's outline. Chosen: a
# twentieth.
_MIN_READINGS = 0.05
# Where no support is found, the object is taken to be this deep behind its nearest part, m.
# Chosen: larger than most that a gripper holds.
_OBJECT_DEPTH_M = 0.15


class DepthSegmenter:
    """Masks without weights; sharp where depth is, and blind to what lies flat."""

    name = 'depth'

    def load(self) -> None:
        """Nothing to load."""

    def close(self) -> None:
        """Nothing to free."""

    def segment(self, frame: RgbdFrame, box: Box) -> Segmentation:
        """The connected surface in the box that stands out of the support.

        Where depth says nothing (no readings, or the object does not stand out), the mask is
        the whole box, and its source says so.
        """
        height, width = frame.depth.shape
        rows, columns = box.clipped(width, height).slices()
        rows, columns = _at_least_one(rows, height), _at_least_one(columns, width)
        depth = frame.depth[rows, columns]
        share = float((depth > 0).mean())
        if share < _MIN_READINGS:
            return self._whole_box(rows, columns, f'only {share:.0%} of it has depth')
        window = window_around(rows, height), window_around(columns, width)
        near = float(np.percentile(depth[depth > 0], 10))
        raised, reference = self._raised(frame, window, near)
        inside = part_of(window[0], rows), part_of(window[1], columns)
        surface = surface_in_box(frame.depth[window], raised, inside, frame.noise)[inside]
        if surface.sum() < max(4.0, _MIN_READINGS * surface.size):
            return self._whole_box(rows, columns, 'nothing in it stands out of the support')
        mask = RegionMask(columns.start, rows.start, surface)
        return Segmentation(_trimmed(mask), None, f'depth against {reference}')

    def _raised(
        self, frame: RgbdFrame, window: tuple[slice, slice], near: float
    ) -> tuple[BoolArray, str]:
        """Pixels that are not support, and what they were compared with."""
        depth = frame.depth[window]
        valid = depth > 0
        try:
            plane = find_support_plane(frame)
        except SupportPlaneError:
            return valid & (depth < near + _OBJECT_DEPTH_M), 'its own nearest part'
        height = plane.height(frame.points[window])
        return valid & (height > frame.noise.tolerance(depth)), 'the support plane'

    def _whole_box(self, rows: slice, columns: slice, why: str) -> Segmentation:
        data = np.ones((rows.stop - rows.start, columns.stop - columns.start), bool)
        return Segmentation(
            RegionMask(columns.start, rows.start, data), None, f'the whole box: {why}'
        )


def _at_least_one(pixels: slice, size: int) -> slice:
    """The same pixels, or the nearest one: a thin box can fall between pixel centres."""
    start = min(pixels.start, size - 1)
    return slice(start, max(pixels.stop, start + 1))


def _trimmed(mask: RegionMask) -> RegionMask:
    """The same mask in the smallest region that holds it."""
    inner = RegionMask.from_full(mask.data)
    return RegionMask(mask.x_offset + inner.x_offset, mask.y_offset + inner.y_offset, inner.data)

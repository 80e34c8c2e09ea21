"""Box to mask by depth alone: what stands out of the support and holds together."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from ..errors import SupportPlaneError
from ..frame import RgbdFrame
from ..image_region import BoolArray, Box, RegionMask
from ..support_plane import depth_noise, find_support_plane
from .segmenter import Segmentation

# Fewer readings than this share of the box tell nothing about the object's outline.
_MIN_READINGS = 0.05
# Neighbouring pixels of one surface differ in depth by less than this, m, plus the noise.
_STEP_M = 0.008
# Where no support is found, the object is taken to be this deep behind its nearest part, m.
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
        raised, reference = self._raised(frame, rows, columns)
        surface = _central_surface(depth, raised)
        if surface.sum() < max(4.0, _MIN_READINGS * surface.size):
            return self._whole_box(rows, columns, 'nothing in it stands out of the support')
        mask = RegionMask(columns.start, rows.start, surface)
        return Segmentation(_trimmed(mask), None, f'depth against {reference}')

    def _raised(self, frame: RgbdFrame, rows: slice, columns: slice) -> tuple[BoolArray, str]:
        """Pixels of the box that are not support, and what they were compared with."""
        depth = frame.depth[rows, columns]
        valid = depth > 0
        try:
            plane = find_support_plane(frame)
        except SupportPlaneError:
            near = float(np.percentile(depth[valid], 10))
            return valid & (depth < near + _OBJECT_DEPTH_M), 'its own nearest part'
        height = plane.height(frame.points[rows, columns])
        return valid & (height > depth_noise(depth)), 'the support plane'

    def _whole_box(self, rows: slice, columns: slice, why: str) -> Segmentation:
        data = np.ones((rows.stop - rows.start, columns.stop - columns.start), bool)
        return Segmentation(
            RegionMask(columns.start, rows.start, data), None, f'the whole box: {why}'
        )


def _at_least_one(pixels: slice, size: int) -> slice:
    """The same pixels, or the nearest one: a thin box can fall between pixel centres."""
    start = min(pixels.start, size - 1)
    return slice(start, max(pixels.stop, start + 1))


def _central_surface(depth: npt.NDArray[np.float32], raised: BoolArray) -> BoolArray:
    """The part of the raised pixels, cut at depth steps, that fills the middle of the box."""
    smooth = cv2.medianBlur(np.where(raised, depth, 0).astype(np.float32), 3)
    step = _STEP_M + np.asarray(depth_noise(depth), np.float32)
    edges = np.zeros_like(raised)
    edges[:, 1:] |= np.abs(np.diff(smooth, axis=1)) > step[:, 1:]
    edges[1:, :] |= np.abs(np.diff(smooth, axis=0)) > step[1:, :]
    inner = (raised & ~edges).astype(np.uint8)
    count, labels = cv2.connectedComponents(inner, connectivity=4)
    if count < 2:
        return raised
    weight = np.outer(_bump(depth.shape[0]), _bump(depth.shape[1]))
    sums = np.bincount(labels.ravel(), weight.ravel() * inner.ravel(), count)
    sums[0] = 0
    chosen = (labels == int(sums.argmax())).astype(np.uint8)
    # The pixels of the steps themselves belong to whichever surface they touch.
    grown: BoolArray = cv2.dilate(chosen, np.ones((3, 3), np.uint8)).astype(bool) & raised
    return grown


def _bump(size: int) -> npt.NDArray[np.float64]:
    """Weights (size,) that fall from the middle of a side to its ends."""
    position = (np.arange(size) + 0.5) / size - 0.5
    return np.exp(-((position / 0.3) ** 2))


def _trimmed(mask: RegionMask) -> RegionMask:
    """The same mask in the smallest region that holds it."""
    inner = RegionMask.from_full(mask.data)
    return RegionMask(mask.x_offset + inner.x_offset, mask.y_offset + inner.y_offset, inner.data)

"""The pixels of an object in an image: from a grounding, and carried along with its pose."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from ..camera import Camera
from ..errors import FrameError
from ..grounding.grounding import Grounding
from ..image_region import Box, RegionMask
from ..transforms import FloatArray
from .object_motion import image_motion
from .object_view import ObjectView

# Height above the surroundings from which a pixel belongs to the object, m.
_MIN_HEIGHT_M = 0.008
_RING_PX = 12


def region_of(grounding: Grounding, depth: npt.NDArray[np.float32]) -> RegionMask:
    """The mask of a grounding, or what stands out of its box.

    Raises:
        FrameError: neither mask nor box, or outside the image.
    """
    height, width = depth.shape
    if grounding.mask is not None:
        return RegionMask.from_full(grounding.mask.to_full(height, width))
    if grounding.box is None:
        raise FrameError('the grounding holds neither a mask nor a box')
    return _standing_out(grounding.box.clipped(width, height), depth)


def carried_region(
    view: ObjectView, camera: Camera, object2camera: FloatArray
) -> RegionMask | None:
    """The mask of a view moved to a pose; None when it leaves the image."""
    affine = image_motion(view, camera, object2camera)
    corners = np.array(view.mask.box.as_tuple()).reshape(2, 2)
    grid = np.stack(np.meshgrid(corners[:, 0], corners[:, 1]), axis=-1).reshape(4, 2)
    moved = grid @ affine[:, :2].T + affine[:, 2]
    low = np.maximum(np.floor(moved.min(axis=0)).astype(int) - 1, 0)
    high = np.ceil(moved.max(axis=0)).astype(int) + 2
    high = np.minimum(high, (camera.width, camera.height))
    if np.any(high <= low):
        return None
    shift = affine.copy()
    shift[:, 2] += affine[:, :2] @ (view.mask.x_offset, view.mask.y_offset) - low
    size = (int(high[0] - low[0]), int(high[1] - low[1]))
    data = view.mask.data.astype(np.uint8) * 255
    warped = cv2.warpAffine(data, shift, size) > 127
    if not warped.any():
        return None
    tight = RegionMask.from_full(warped)
    return RegionMask(tight.x_offset + int(low[0]), tight.y_offset + int(low[1]), tight.data)


def _standing_out(box: Box, depth: npt.NDArray[np.float32]) -> RegionMask:
    """Pixels of a box nearer than the plane through its surroundings; the whole box if few."""
    rows, columns = box.slices()
    top, left = max(rows.start - _RING_PX, 0), max(columns.start - _RING_PX, 0)
    patch = depth[top : rows.stop + _RING_PX, left : columns.stop + _RING_PX].astype(np.float64)
    inside = np.zeros(patch.shape, bool)
    inside[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = True
    y, x = np.indices(patch.shape)
    ring = ~inside & (patch > 0)
    out = inside
    if ring.sum() >= 3:
        # 1/z of a plane is linear in the pixels.
        design = np.stack([x, y, np.ones_like(x)], axis=-1).astype(np.float64)
        plane = np.linalg.lstsq(design[ring], 1 / patch[ring], rcond=None)[0]
        support = 1 / np.maximum(design @ plane, 1e-3)
        nearer = inside & (patch > 0) & (patch < support - _MIN_HEIGHT_M)
        if nearer.sum() >= 0.1 * inside.sum():
            out = nearer
    mask = RegionMask.from_full(out)
    return RegionMask(mask.x_offset + left, mask.y_offset + top, mask.data)

"""The pixels of an object in an image: from a grounding, and carried along with its pose."""

from __future__ import annotations

import cv2
import numpy as np

from ...arrays import BoolArray, ByteArray, Float32Array, FloatArray
from ...camera import Camera
from ...errors import FrameError
from ...grounding.grounding import Grounding
from ...image_region import Box, RegionMask
from ...transforms import invert, transform_points
from .object_motion import image_motion
from .object_view import ObjectView

# Nearer than the support by this along the ray, m, a pixel is of something that stands on it.
# Chosen: above the noise of depth at 1 m.
_MIN_GAP_M = 0.008
# Support seen around a region, px, and readings it must hold. Chosen: enough of both for a plane.
_RING_PX = 14
_MIN_RING = 30
# Planes tried through readings of the ring, and how near to one a reading is part of it, m.
# Chosen: with half of the ring on the support, all 60 miss it in 3 of 10 000.
_PLANES = 60
_PLANE_GAP_M = 0.005
# Room around the known extent for sides not seen yet, m. Chosen: what shows of a new side until
# the next view is kept.
_EXTENT_ROOM_M = 0.01
# Of the known surface these quantiles are its extent. Chosen: outliers.
_EXTENT_QUANTILES = (0.01, 0.99)
# A region that has grown by this factor holds more than the object. Chosen: more than a turn shows
# between two views.
_GROWN = 1.25
# Neighbouring pixels of one surface differ in depth by less than this, m. Chosen: grazing surfaces
# pass, the gap between two things does not.
_STEP_M = 0.02


def region_of(grounding: Grounding, depth: Float32Array) -> RegionMask:
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


def checked_region(grounding: Grounding, camera: Camera, depth: Float32Array) -> RegionMask:
    """The mask of a grounding that fits its frame.

    Args:
        grounding: with a mask or a box.
        camera: intrinsics of the frame.
        depth: (height, width) m, 0 without a reading.

    Raises:
        FrameError: it is for another camera or size, or has neither mask nor box.
    """
    size = (grounding.image_width, grounding.image_height)
    if size != (0, 0) and size != (camera.width, camera.height):
        raise FrameError(
            f'the grounding is for a {size[0]}x{size[1]} image and the frame is '
            f'{camera.width}x{camera.height}; ground the same stream that is tracked'
        )
    if grounding.frame_id and grounding.frame_id != camera.frame_id:
        raise FrameError(
            f'the grounding is for camera {grounding.frame_id!r} and the frame is from '
            f'{camera.frame_id!r}; ground the same stream that is tracked'
        )
    return region_of(grounding, depth)


def carried_region(
    view: ObjectView, camera: Camera, object2camera: FloatArray
) -> RegionMask | None:
    """The mask of a view moved to a pose; None when it leaves the image.

    Args:
        view: what the object looks like.
        camera: intrinsics of the other image.
        object2camera: (4x4) pose in the other image.
    """
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


def fresh_region(
    view: ObjectView,
    depth: Float32Array,
    camera: Camera,
    object2camera: FloatArray,
    carried: RegionMask,
) -> RegionMask:
    """The object's pixels from the depth, where it has turned and the carried mask is stale.

    They stand out of the support, lie within the known extent, and hang together with the
    middle of the carried mask; without such pixels the carried mask is returned.

    Args:
        view: what the object looks like.
        depth: (height, width) m, 0 without a reading.
        camera: intrinsics of the frame.
        object2camera: (4x4) pose in the frame.
        carried: the mask as the motion moves it.
    """
    box = carried.box
    top = max(int(box.y_min) - _RING_PX, 0)
    left = max(int(box.x_min) - _RING_PX, 0)
    patch = depth[top : int(box.y_max) + _RING_PX, left : int(box.x_max) + _RING_PX]
    out = _above_support(patch, _inside(carried, patch.shape, (left, top)))
    out &= patch > 0
    y, x = np.nonzero(out)
    points = camera.deproject(np.stack([x + left, y + top], axis=1), patch[y, x])
    local = transform_points(invert(object2camera), points)
    known = np.concatenate([view.surface, view.template.points])
    low, high = np.quantile(known, _EXTENT_QUANTILES, axis=0)
    room = np.maximum(0.3 * (high - low), _EXTENT_ROOM_M)
    out[y, x] = np.all((local > low - room) & (local < high + room), axis=1)
    core = cv2.erode(
        _inside(carried, patch.shape, (left, top)).astype(np.uint8), np.ones((5, 5), np.uint8)
    )
    chosen = _part_with(core > 0, out)
    if chosen is not None and chosen.sum() > _GROWN * carried.area:
        # It holds what touches the object in the image: cut where the depth steps. The pixels
        # of a step belong to what they touch.
        chosen = _part_with(core > 0, out & ~_steps(patch))
        if chosen is not None:
            chosen = cv2.dilate(chosen, np.ones((3, 3), np.uint8)) & out.astype(np.uint8)
    if chosen is None:
        return carried
    # Readings are lost at edges: close the gaps that leaves.
    found = RegionMask.from_full(cv2.morphologyEx(chosen, cv2.MORPH_CLOSE, np.ones((7, 7))))
    return RegionMask(found.x_offset + left, found.y_offset + top, found.data)


def _part_with(core: BoolArray, out: BoolArray) -> ByteArray | None:
    """The connected part (h, w) of pixels that holds most of a core; None if it is too little."""
    _, labels = cv2.connectedComponents(out.astype(np.uint8), connectivity=4)
    votes = np.bincount(labels[core & out])
    if votes.size < 2 or votes[1:].max() < 0.3 * max(int(core.sum()), 1):
        return None
    return (labels == 1 + int(np.argmax(votes[1:]))).astype(np.uint8)


def _steps(depth: Float32Array) -> BoolArray:
    """Pixels (h, w) beside which depth steps from one thing to another."""
    steps = np.zeros(depth.shape, bool)
    across, down = (np.abs(np.diff(depth, axis=axis)) > _STEP_M for axis in (1, 0))
    steps[:, 1:] |= across
    steps[:, :-1] |= across
    steps[1:] |= down
    steps[:-1] |= down
    return steps


def _inside(mask: RegionMask, shape: tuple[int, ...], origin: tuple[int, int]) -> BoolArray:
    """A mask in a patch whose first pixel is the origin (column, row)."""
    rows, columns = mask.data.shape
    y, x = mask.y_offset - origin[1], mask.x_offset - origin[0]
    inside = np.zeros(shape, bool)
    inside[y : y + rows, x : x + columns] = mask.data[: shape[0] - y, : shape[1] - x]
    return inside


def _standing_out(box: Box, depth: Float32Array) -> RegionMask:
    """Pixels of a box nearer than the plane through its surroundings; the whole box if few."""
    rows, columns = box.slices()
    top, left = max(rows.start - _RING_PX, 0), max(columns.start - _RING_PX, 0)
    patch = depth[top : rows.stop + _RING_PX, left : columns.stop + _RING_PX]
    inside = np.zeros(patch.shape, bool)
    inside[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = True
    nearer = inside & _above_support(patch, inside)
    mask = RegionMask.from_full(nearer if nearer.sum() >= 0.1 * inside.sum() else inside)
    return RegionMask(mask.x_offset + left, mask.y_offset + top, mask.data)


def _above_support(patch: Float32Array, inside: BoolArray) -> BoolArray:
    """Pixels nearer than the plane that most of the surroundings of a region lie on."""
    ring = ~cv2.dilate(inside.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    y, x = np.nonzero(ring & (patch > 0))
    if len(y) < _MIN_RING:
        return np.zeros(patch.shape, bool)
    # 1/z of a plane is linear in the pixels.
    design = np.stack([x, y, np.ones_like(x)], axis=-1).astype(np.float64)
    z = patch[y, x].astype(np.float64)
    picks = np.random.default_rng(len(y)).integers(0, len(y), (_PLANES, 3))
    # Three readings in a row, or one taken twice, make no plane; else the area is half a pixel.
    picks = picks[np.abs(np.linalg.det(design[picks])) > 0.5]
    if len(picks) == 0:
        return np.zeros(patch.shape, bool)
    planes = np.linalg.solve(design[picks], (1 / z[picks])[..., None])[..., 0]
    near = np.abs(1 - (design @ planes.T) * z[:, None]) * z[:, None] < _PLANE_GAP_M
    kept = near[:, int(np.argmax(near.sum(axis=0)))]
    plane = np.linalg.lstsq(design[kept], 1 / z[kept], rcond=None)[0]
    rows, columns = np.indices(patch.shape)
    inverse = columns * plane[0] + rows * plane[1] + plane[2]
    support = 1 / np.maximum(inverse, 1e-3)
    return np.asarray((patch > 0) & (patch < support - _MIN_GAP_M))

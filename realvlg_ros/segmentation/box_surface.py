"""Which of the surfaces that a box shows is the object that the box is meant for."""

from __future__ import annotations

import cv2
import numpy as np

from ..arrays import BoolArray, Float32Array, FloatArray, IndexArray, Int32Array
from ..depth_noise import DepthNoise
from ..frame import RgbdFrame
from ..image_region import Box
from ..support_plane import SupportPlane

# Neighbouring pixels of one surface differ in depth by less than this, m, plus the noise. Chosen:
# slanted surfaces pass, the gap between two objects does not.
_STEP_M = 0.008
# What rises less above the support, m, is part of it. Chosen: the lowest object that a finger can
# hold.
_MIN_HEIGHT = 0.005
# What sticks out of opposite sides of the box by this share of its height or width passes it.
# Chosen: more than boxes are drawn off.
_OUT = 0.2
# It passes where it is at least this share as wide there as inside. Chosen: blurred depth beside
# an object is narrower, and what stands behind is as wide.
_AS_WIDE = 0.5
# A smaller part of all that is raised in the box tells of broken depth, not of the object. Chosen:
# thin objects fill more of their boxes.
_MIN_SHARE = 0.15
# Surfaces are followed beyond the box by this share of its sides. Chosen: more than boxes are
# drawn too small.
_BEYOND = 0.3


def object_in_box(frame: RgbdFrame, box: Box, plane: SupportPlane | None) -> BoolArray:
    """The pixels (height, width) of the object that a box is meant for.

    Args:
        frame: colour and depth.
        box: in its image.
        plane: what the object stands on, if that is known.
    """
    height, width = frame.depth.shape
    mask = np.zeros((height, width), bool)
    rows, columns = box.clipped(width, height).slices()
    window = window_around(rows, height), window_around(columns, width)
    raised = frame.valid[window]
    if plane is not None:
        raised = raised & (plane.height(frame.points[window]) > _MIN_HEIGHT)
    inside = part_of(window[0], rows), part_of(window[1], columns)
    mask[window] = surface_in_box(frame.depth[window], raised, inside, frame.noise)
    return mask


def window_around(pixels: slice, size: int) -> slice:
    """Rows or columns in which surfaces of a box's rows or columns are followed."""
    beyond = round(_BEYOND * (pixels.stop - pixels.start))
    return slice(max(pixels.start - beyond, 0), min(pixels.stop + beyond, size))


def part_of(window: slice, pixels: slice) -> slice:
    """Where rows or columns lie in a window that holds them."""
    return slice(pixels.start - window.start, pixels.stop - window.start)


def surface_in_box(
    depth: Float32Array, raised: BoolArray, inside: tuple[slice, slice], noise: DepthNoise
) -> BoolArray:
    """The connected surface, cut at depth steps, that fills the box's middle and stays inside it.

    What passes through the box, as a thing in front of the object does, is not meant. Where depth
    is so broken that no surface is a fair part, everything else raised in the box is taken.

    Args:
        depth: (h, w) of a window around the box, m, 0 without a reading.
        raised: (h, w) what is not support.
        inside: the box's rows and columns in the window.
        noise: of the depth.

    Returns:
        (h, w), False outside the box.
    """
    solid = np.where(raised, depth, 0).astype(np.float32)
    # Depth that was resampled has rows and columns of holes, which part nothing.
    solid = np.where(solid > 0, solid, cv2.dilate(solid, np.ones((3, 3), np.uint8)))
    smooth = cv2.medianBlur(solid, 3)
    step = _STEP_M + noise.tolerance(smooth).astype(np.float32)
    edges = np.zeros_like(raised)
    edges[:, 1:] |= np.abs(np.diff(smooth, axis=1)) > step[:, 1:]
    edges[1:, :] |= np.abs(np.diff(smooth, axis=0)) > step[1:, :]
    whole = ((solid > 0) & ~edges).astype(np.uint8)
    count, labels = cv2.connectedComponents(whole, connectivity=4)
    box = np.zeros(raised.shape, bool)
    box[inside] = True
    raised = raised & box
    rows, columns = labels[inside].shape
    weight = np.outer(_bump(rows), _bump(columns))
    central = np.bincount(labels[inside].ravel(), weight.ravel(), count)
    within = np.bincount(labels[inside].ravel(), minlength=count)
    everywhere = np.bincount(labels.ravel(), minlength=count)
    score = central * within / np.maximum(everywhere, 1)
    score[0] = 0
    passing = _passing(labels, inside)
    others = raised & ~np.isin(labels, passing)
    # In a heap everything is one surface, the object as well.
    if others.sum() > _MIN_SHARE * raised.sum():
        score[passing] = 0
        raised = others
    best = int(score.argmax())
    if score[best] == 0 or within[best] < _MIN_SHARE * raised.sum():
        return raised
    chosen = (labels == best).astype(np.uint8)
    # The pixels of the steps themselves belong to whichever surface they touch.
    grown: BoolArray = cv2.dilate(chosen, np.ones((3, 3), np.uint8)).astype(bool) & raised
    return grown


def _passing(labels: Int32Array, inside: tuple[slice, slice]) -> IndexArray:
    """Labels of what leaves the box by two opposite sides: the box is not meant for it.

    It leaves where it is about as wide outside as inside; blurred depth beside an object is less.
    """
    passing: list[int] = []
    for axis in (0, 1):
        start, stop = inside[axis].start, inside[axis].stop
        out = max(1, round(_OUT * (stop - start)))
        across = inside[1 - axis]
        lines = labels[:, across] if axis == 0 else labels[across].T
        before, after = lines[: max(start - out, 0)], lines[stop + out :]
        for label in np.intersect1d(before, after):
            within = (lines[start:stop] == label).sum(axis=1)
            least = _AS_WIDE * np.median(within[within > 0]) if within.any() else 0
            if all((part == label).sum(axis=1).max() >= least for part in (before, after)):
                passing.append(int(label))
    return np.array(sorted(set(passing) - {0}), np.intp)


def _bump(size: int) -> FloatArray:
    """Weights (size,) that fall from the middle of a side to its ends."""
    position = (np.arange(size) + 0.5) / size - 0.5
    return np.exp(-((position / 0.3) ** 2))

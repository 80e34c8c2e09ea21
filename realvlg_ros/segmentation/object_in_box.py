"""Box to mask from depth and colour together, without weights.

Each pixel's evidence is a sum of log odds. Depth says which surface the box is meant for, and
height how surely a reading is not of the support; where readings are missing, lie on the ramp of a
blurred edge or are of a flat thing, it says little. Colour says whether a pixel looks more like
the object or like what surrounds the box. The sum is smoothed between the edges of the image.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from ..arrays import BoolArray, ByteArray, Float32Array, FloatArray
from ..frame import RgbdFrame
from ..image_region import Box
from ..support_plane import SupportPlane
from .box_surface import BoxSurfaces, central_weight, extent_fit
from .color_model import ColorModel, lab_image
from .guided_filter import guided_filter

# What rises less above the support, m, is part of it. Chosen: the lowest object that a finger can
# hold.
_MIN_HEIGHT = 0.005
# Height over which a reading's evidence for the object grows, m. Chosen: a thing of two fingers'
# height is surely no support.
_RISE = 0.015
# A plane above half of the box's readings by more than this, m, is not the support. Chosen: more
# than noise and the error of a plane.
_BELOW = 0.02
# Log odds of a pixel of the object's surface, high above the support, of another surface, and the
# least against the object of one of the support. Chosen, and measured on 176 objects of simulated
# clutter, a third of them with the colour of a neighbour: of 0.8 to 3 these were as good as any.
_OWN, _OTHER, _LEAST_SUPPORT = 1.5, -1.5, 0.3
# Largest log odds of a colour, and the share that every colour has at least. Chosen: a colour that
# is twelve times as frequent decides where depth does not, and an unknown one says nothing.
_MOST_BY_COLOR = 2.5
_LEAST_SHARE = 1e-5
# Log odds beyond which a pixel teaches the colours, and how often they are learned. Chosen.
_SURE = 0.5
_ROUNDS = 2
# Trust in colours from which on their edges are those of the object. Chosen: half of their shares
# are common then.
_TRUSTED = 0.5
# A window of more pixels is looked at in less detail. Chosen: for time; the border of the mask
# stays within a pixel.
_DETAIL = 40_000
# Radius of the smoothing, as a share of the window's larger side, and at least, px. Chosen: the
# holes and ramps of depth along an outline.
_RADIUS_SHARE, _MIN_RADIUS = 0.02, 2
# Parts whose weight is a smaller share of the heaviest are dropped. Chosen: a second handle stays.
_MIN_PART = 0.15
# A box may be drawn too small on each side by this share of it, and by so many pixels at least.
# Chosen: twice what detectors, and people, are off by.
_DRAWN_OFF, _LEAST_OFF = 0.03, 2
# Colours are learned, and surfaces followed, beyond the box by this share of its sides, and at
# least so many pixels. Chosen: more than boxes are drawn too small.
_BEYOND, _MIN_BEYOND = 0.3, 4


@dataclass(frozen=True)
class BoxObject:
    """The object that a box is meant for.

    Attributes:
        mask: (height, width) its pixels; none where nothing tells it from what surrounds it.
        score: intersection over union of its extent and the box, 0 to 1.
        raised: whether depth shows it.
    """

    mask: BoolArray
    score: float
    raised: bool


def object_in_box(frame: RgbdFrame, box: Box, plane: SupportPlane | None) -> BoxObject:
    """Find the object that a box is meant for, by depth and colour.

    Args:
        frame: colour and depth.
        box: in its image.
        plane: what the object stands on, if that is known.
    """
    height, width = frame.depth.shape
    rows, columns = box.clipped(width, height).slices()
    mask = np.zeros((height, width), bool)
    if rows.stop <= rows.start or columns.stop <= columns.start:
        return BoxObject(mask, 0.0, False)
    window = _window_around(rows, height), _window_around(columns, width)
    inside = _part_of(window[0], rows), _part_of(window[1], columns)
    depth_odds, raised = _depth_odds(frame, window, inside, plane)
    grown = _grown(inside, depth_odds.shape)
    mask[window] = _decide(frame.color[window], depth_odds, grown)
    found = mask[window]
    return BoxObject(mask, extent_fit(found.sum(axis=1), found.sum(axis=0), inside), raised)


def _window_around(pixels: slice, size: int) -> slice:
    beyond = max(round(_BEYOND * (pixels.stop - pixels.start)), _MIN_BEYOND)
    return slice(max(pixels.start - beyond, 0), min(pixels.stop + beyond, size))


def _part_of(window: slice, pixels: slice) -> slice:
    return slice(pixels.start - window.start, pixels.stop - window.start)


def _grown(inside: tuple[slice, slice], shape: tuple[int, ...]) -> tuple[slice, slice]:
    """A box's rows and columns with the margin by which it may be drawn too small."""
    sides = []
    for pixels, size in zip(inside, shape, strict=True):
        more = max(round(_DRAWN_OFF * (pixels.stop - pixels.start)), _LEAST_OFF)
        sides.append(slice(max(pixels.start - more, 0), min(pixels.stop + more, size)))
    return sides[0], sides[1]


def _depth_odds(
    frame: RgbdFrame,
    window: tuple[slice, slice],
    inside: tuple[slice, slice],
    plane: SupportPlane | None,
) -> tuple[Float32Array, bool]:
    """Log odds (h, w) of the object by depth, and whether it shows a surface of it.

    Args:
        frame: colour and depth.
        window: rows and columns around the box.
        inside: the box's rows and columns in the window.
        plane: what the object stands on, if that is known.
    """
    depth, valid = frame.depth[window], frame.valid[window]
    heights = np.full(depth.shape, np.inf, np.float32)
    if plane is not None:
        over = np.where(valid, plane.height(frame.points[window]), 0).astype(np.float32)
        # What lies below a plane does not stand on it: it is the rim of a bin, or a shelf above.
        if not valid[inside].any() or np.median(over[inside][valid[inside]]) > -_BELOW:
            heights = over
    raised = valid & (heights > _MIN_HEIGHT)
    surfaces = BoxSurfaces.find(depth, raised, inside, frame.noise)
    chosen = surfaces.chosen
    odds = np.zeros(depth.shape, np.float32)
    least = np.maximum(_MIN_HEIGHT, frame.noise.tolerance(depth[chosen]) / 2)
    odds[chosen] = _OWN * np.tanh((heights[chosen] - least) / _RISE)
    odds[chosen & ~valid] = 0.0
    odds[(surfaces.labels > 0) & ~chosen] = _OTHER
    own = odds[chosen & valid]
    # As sure as the object's own pixels are: its border is where both are alike.
    surest = float(np.median(own)) if len(own) else 0.0
    odds[valid & ~raised] = -max(surest, _LEAST_SUPPORT)
    return odds, len(own) > 0


def _decide(color: ByteArray, odds: Float32Array, inside: tuple[slice, slice]) -> BoolArray:
    """The object's pixels (h, w) in a window.

    Args:
        color: (h, w, 3) uint8 RGB.
        odds: (h, w) log odds by depth.
        inside: the box's rows and columns.
    """
    height, width = odds.shape
    step = max(1, math.ceil(math.sqrt(height * width / _DETAIL)))
    size = max(width // step, 1), max(height // step, 1)
    weight = np.zeros(odds.shape)
    weight[inside] = central_weight(*odds[inside].shape)
    if step > 1:
        small = cv2.resize(color, size, interpolation=cv2.INTER_AREA)
        within = cv2.resize(odds, size, interpolation=cv2.INTER_AREA)
        central = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)
    else:
        small, within, central = np.ascontiguousarray(color), odds, weight
    by_color, trust = _color_odds(small, within, central)
    # Where either side is sure it is as sure as the other, so that the border lies between them.
    total = np.tanh(np.where(central > 0, within + by_color, _OTHER)).astype(np.float32)
    radius = max(_MIN_RADIUS, round(_RADIUS_SHARE * max(total.shape)))
    smooth = guided_filter(total, small, radius)
    # Without colours that differ there are no edges to keep to, and depth is best left as it is.
    share = np.float32(min(trust / _TRUSTED, 1.0))
    smooth = share * smooth + (1 - share) * total
    if step > 1:
        smooth = cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR)
    return _main_parts((smooth > 0) & (weight > 0), weight)


def _color_odds(
    color: ByteArray, odds: Float32Array, weight: FloatArray
) -> tuple[Float32Array, float]:
    """Log odds (h, w) of the object by colour, and how far colours can be trusted, 0 to 1.

    Args:
        color: (h, w, 3) uint8 RGB.
        odds: (h, w) log odds by depth.
        weight: (h, w) of the box's pixels, 0 outside.
    """
    lab, inside = lab_image(color), weight > 0
    # Where depth shows nothing of the object, the box's middle is taken for it at first.
    shown = np.clip(odds, 0, None)
    own = weight * shown if (inside & (shown > 0)).any() else weight
    around = ~inside | (odds < -_SURE)
    result, trust = np.zeros(odds.shape, np.float32), 0.0
    for _ in range(_ROUNDS):
        ours, theirs = ColorModel.of(lab, own), ColorModel.of(lab, around)
        ratio = np.log((ours.share(lab) + _LEAST_SHARE) / (theirs.share(lab) + _LEAST_SHARE))
        # Colours that both have tell little, whatever their ratio is.
        trust = math.sqrt(max(1 - ours.overlap(theirs), 0.0))
        result = np.clip(ratio, -_MOST_BY_COLOR, _MOST_BY_COLOR) * np.float32(trust)
        total = odds + result
        own = weight * (total > _SURE)
        around = ~inside | (total < -_SURE)
    return np.asarray(result, np.float32), trust


def _main_parts(mask: BoolArray, weight: FloatArray) -> BoolArray:
    """A mask (h, w) without the parts that weigh little."""
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    heavy = np.bincount(labels.ravel(), weight.ravel(), count)
    heavy[0] = 0
    keep = (heavy >= _MIN_PART * heavy.max()) & (heavy > 0)
    return np.asarray(keep[labels])

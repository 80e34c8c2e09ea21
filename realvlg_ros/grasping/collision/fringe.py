"""Depth of the object that reaches over its outline.

Stereo matching by windows, structured light and the registration of depth to colour make the
object's depth reach beyond its outline in the colour image, or fall to the background over a ramp
of pixels. There the colour is the background's already: what is read is neither the object nor
another thing.
"""

from __future__ import annotations

import cv2
import numpy as np

from ...arrays import BoolArray, FloatArray
from ...image_region import nearest_pixel, window_around
from ...segmentation.color_model import ColorModel, lab_image
from ..observation.scene import Scene

# How far depth reaches over an outline, m, and in px at most and at least. Chosen: a matching
# window of 9 px and a registration that is off by as much; in a real frame of a mouse 1.2 m away
# 6 px are moved and 10 px are a ramp.
_REACH_M = 0.012
FRINGE_PX, _LEAST_PX = 10, 3
# What is so much farther than the object's nearest reading is its background, m. Chosen: more than
# noise; the support behind a low thing is found by its height.
_BACKGROUND_M = 0.03
# What is so much nearer than it is another thing, m. Chosen: noise, and a slanted edge.
_NEARER_M = 0.01
# Side of the window in which the height of the object's edge is looked for, px. Chosen: its last
# pixels are on the ramp already.
_EDGE_PX = 5
# What is so much farther than the object's edge, with the noise of both, is on a ramp, m; where a
# smaller share of a fringe is, there is no ramp. Chosen: in five smoothed real and simulated
# images the share is 0.44 to 0.82, in 19 others, fattened by stereo matching, 0.03 to 0.29.
_ON_RAMP_M = 0.005
_RAMP = 0.4
# Fewer pixels of the background tell nothing of its colours. Chosen.
_MIN_PIXELS = 50
# A colour with a larger share of the background's pixels is one of them. Chosen: one of wood has a
# hundredth and more.
_SHARE = 0.002
# Where the colours of object and background overlap more, they tell nothing. Chosen: the
# Bhattacharyya coefficient of a white cup on a white desk is 0.95, of a checkered tablecloth and
# the things on it 0.4 to 0.7.
_ALIKE = 0.8


def own_fringe(scene: Scene, other: BoolArray) -> BoolArray:
    """Readings (height, width) beside the object that are its own depth over the background.

    They join its outline, are near it, not in front of it, not higher than its edge, have a colour
    of the background, and the background begins beyond them. Where the object's colours are those
    of the background, nothing is known of them, and there are none.

    Args:
        scene: the frame and the object's mask.
        other: (height, width) readings that are neither of the mask nor of the support.
    """
    focal = scene.frame.camera.fx
    reach = int(np.clip(round(_REACH_M * focal / scene.distance), _LEAST_PX, FRINGE_PX))
    part = window_around(scene.mask, 3 * reach)
    depth, mask = scene.frame.depth[part], scene.mask[part]
    _, index = nearest_pixel(mask & (depth > 0))
    nearest = depth.ravel()[index]
    apart = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3)
    background = (apart > reach) & (apart <= 3 * reach) & (depth > 0)
    background &= ~other[part] | (depth > nearest + _BACKGROUND_M)
    suspects = (apart > 0) & (apart <= reach) & other[part] & (depth > nearest - _NEARER_M)
    if scene.plane is not None:
        suspects &= scene.heights[part] < _edge_heights(scene, part).ravel()[index]
    result = np.zeros(scene.mask.shape, bool)
    if background.sum() < _MIN_PIXELS or not suspects.any():
        return result
    beyond = cv2.distanceTransform((~background).astype(np.uint8), cv2.DIST_L2, 3)
    lab = lab_image(scene.frame.color[part])
    colors = ColorModel.of(lab, background)
    if ColorModel.of(lab, mask).overlap(colors) < _ALIKE:
        suspects &= (beyond <= reach + 1) & (colors.share(lab) > _SHARE)
        result[part] = _joined(suspects, mask, depth == 0)
    return result


def _joined(suspects: BoolArray, mask: BoolArray, holes: BoolArray) -> BoolArray:
    """Suspects (h, w) that reach the object, over pixels without readings if need be."""
    _, label = cv2.connectedComponents((suspects | mask | holes).astype(np.uint8))
    return suspects & np.isin(label, np.unique(label[mask]))


def blurred_share(scene: Scene, fringe: BoolArray) -> float:
    """Share of the object's outline over which its depth goes over into the background's, 0 to 1.

    Depth that is as near as the object's edge was matched by a window that is too large; the
    object's surface inside its outline is true all the same. A ramp shows that depth is smoothed.

    Args:
        scene: the frame and the object's mask.
        fringe: (height, width) from `own_fringe`.
    """
    if not fringe.any():
        return 0.0
    part = window_around(scene.mask, FRINGE_PX + 1)
    depth, mask, own = scene.frame.depth[part], scene.mask[part], fringe[part]
    _, index = nearest_pixel(mask & (depth > 0))
    bound = _ON_RAMP_M + 2 * scene.frame.noise.sigma(scene.distance)
    if np.mean((depth - depth.ravel()[index])[own] > bound) < _RAMP:
        return 0.0
    beside = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > mask
    return float(own[beside].mean())


def _edge_heights(scene: Scene, part: tuple[slice, slice]) -> FloatArray:
    """Height (h, w) of the object around each of its pixels, with the noise of a reading, m.

    Args:
        scene: with a support.
        part: rows and columns that are looked at.
    """
    own = np.where(scene.mask & scene.frame.valid, scene.heights, 0)[part].astype(np.float32)
    highest = cv2.dilate(own, np.ones((_EDGE_PX, _EDGE_PX), np.uint8))
    return np.asarray(highest + 2 * scene.frame.noise.sigma(scene.distance), np.float64)

"""Surfaces: what is raised above the support, cut where depth or colour says that one ends.

Depth jumps where one thing hides another, and bends inward where two touch. Things of two colours
part where the colours do, however flush they are. What was cut too finely is joined again by
`merging`.
"""

from __future__ import annotations

import cv2
import numpy as np

from ...arrays import BoolArray, ByteArray, Float32Array, Int32Array
from ...image_region import nearest_pixel
from .kernels import square
from .scene import TabletopScene

# A label grows by so many pixels at most into foreground that was cut. Chosen: the width of cuts.
_GROW_PX = 8
# Depth by which a pixel may differ from the label that grows into it, m. Chosen: less than the
# least gap between a thing and what is seen behind it.
_GROW_M = 0.03
# A crease is as wide as this share of the image's width, px, and at least so many. Chosen: what is
# seen between two things that touch.
_REACH_SHARE, _LEAST_REACH_PX = 100, 4


def cut_surfaces(
    scene: TabletopScene,
    names: ByteArray,
    foreground: BoolArray,
    min_area_px: int,
    reach_px: int,
) -> Int32Array:
    """Labels (rows, columns) of surfaces, from 1; 0 is background.

    Args:
        scene: the reduced frame.
        names: (rows, columns) index of each pixel's colour name.
        foreground: (rows, columns) what is raised above the support.
        min_area_px: smaller surfaces are given to their neighbours.
        reach_px: so far apart are the pixels between which the depth bends.
    """
    core = (foreground & ~(depth_jumps(scene) | _creases(scene, reach_px))).astype(np.uint8)
    core = cv2.morphologyEx(core, cv2.MORPH_OPEN, square(3))
    core[_color_borders(names)] = 0
    _, labels, stats, _ = cv2.connectedComponentsWithStats(core, connectivity=4)
    small = stats[:, cv2.CC_STAT_AREA] < min_area_px
    labels[small[labels]] = 0
    return _grow(labels, foreground, scene.depth)


def crease_reach(shape: tuple[int, ...]) -> int:
    """Pixels between which the depth bends at a crease, in an image of a shape (rows, columns)."""
    return max(_LEAST_REACH_PX, shape[1] // _REACH_SHARE)


def _color_borders(names: ByteArray) -> BoolArray:
    """Pixels whose right or lower neighbour has another colour name."""
    borders = np.zeros(names.shape, bool)
    borders[:, :-1] = names[:, 1:] != names[:, :-1]
    borders[:-1] |= names[1:] != names[:-1]
    return borders


def depth_jumps(scene: TabletopScene) -> BoolArray:
    """Pixels whose neighbours two pixels apart differ in depth more than a surface does."""
    z = scene.depth
    limit = jump_limit(scene.tolerance)
    jumps = np.zeros(z.shape, bool)
    across = np.abs(z[:, 2:] - z[:, :-2]) > limit[:, 1:-1]
    along = np.abs(z[2:] - z[:-2]) > limit[1:-1]
    jumps[:, 1:-1] |= across & (z[:, 2:] > 0) & (z[:, :-2] > 0)
    jumps[1:-1] |= along & (z[2:] > 0) & (z[:-2] > 0)
    return jumps


def jump_limit(tolerance: Float32Array) -> Float32Array:
    """Depth difference, m, of pixels two apart that is more than a slanted surface makes."""
    return np.asarray(0.008 + 2 * tolerance, np.float32)


def _creases(scene: TabletopScene, reach: int) -> BoolArray:
    """Pixels deeper than the middle of their neighbours: where two things touch."""
    z = cv2.medianBlur(scene.depth, 3)
    deep = np.zeros(z.shape, bool)
    left, right, inner = z[:, : -2 * reach], z[:, 2 * reach :], z[:, reach:-reach]
    limit = cv2.addWeighted(left, 0.5, right, 0.5, 0.003)
    limit += np.float32(0.8) * scene.tolerance[:, reach:-reach]
    np.greater(inner, limit, out=deep[:, reach:-reach])
    deep[:, reach:-reach] &= (left > 0) & (right > 0)
    return deep


def _grow(labels: Int32Array, foreground: BoolArray, z: Float32Array) -> Int32Array:
    """Give the foreground left over to the nearest label at a similar depth."""
    grown = labels.astype(np.int32)
    x, y, width, height = cv2.boundingRect((labels > 0).astype(np.uint8))
    if width == 0:
        return grown
    # So far a label grows.
    part = np.s_[max(y - _GROW_PX, 0) : y + height + _GROW_PX,
                 max(x - _GROW_PX, 0) : x + width + _GROW_PX]  # fmt: skip
    window, foreground, z = grown[part], foreground[part], z[part]
    distance, index = nearest_pixel(window > 0)
    near = np.flatnonzero(foreground & (window == 0) & (distance < _GROW_PX))
    origin = index.ravel()[near]
    flat = z.ravel()
    alike = np.abs(flat[near] - flat[origin]) < _GROW_M
    rows, columns = np.divmod(near[alike], window.shape[1])
    window[rows, columns] = window.ravel()[origin[alike]]
    return grown

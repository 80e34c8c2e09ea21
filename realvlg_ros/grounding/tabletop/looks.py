"""How a thing looks besides its colours: light or dark, patterned, clear, open, with a handle."""

from __future__ import annotations

import cv2
import numpy as np

from ...arrays import BoolArray, ByteArray, Float32Array
from .likeness import lab_of
from .percentiles import median, percentiles
from .scene import Segment, TabletopScene

# Share of neighbouring pixels that have another colour name, on a plain thing and on one that is
# surely patterned. Chosen: noise and shade of plain things make 1 %, print 10 %.
_PLAIN, _PATTERNED = 0.02, 0.1
# Share of readings that a thing lacks beyond what its surroundings lack, where it may be clear and
# where it surely is. Chosen: gloss and blurred edges lose a fifth.
_GLOSSY, _CLEAR = 0.3, 0.65
# Dark paint loses readings too, CIELAB lightness in shares. Chosen: black plastic.
_DARK = 0.2
# What is seen through a handle is this share of a thing at least and at most. Chosen: a mug's is 4
# to 10 %.
_THROUGH = (0.012, 0.3)
# Lids lie within so much of the top, m, and cover this share of what is seen from above. Chosen:
# the noise of depth; a rim covers less.
_LID_M, _LID_SHARE = 0.012, 0.3
# Pixels that tell the lightness. Chosen: for time.
_SAMPLE = 500


def lightness(scene: TabletopScene, mask: BoolArray, white: Float32Array) -> float:
    """Median CIELAB lightness of a mask's pixels (rows, columns), 0 to 1, by what white has.

    Args:
        scene: the window of the thing.
        mask: (rows, columns) its pixels.
        white: RGB (3,) of white, 0 to 255.
    """
    index = np.flatnonzero(mask)
    some = scene.color.reshape(-1, 3)[index[:: len(index) // _SAMPLE + 1]]
    scaled = np.clip(some * (255 / np.asarray(white, np.float32)), 0, 255).astype(np.uint8)
    return float(median(lab_of(scaled)[:, 0])) / 100


def patterned(names: ByteArray, mask: BoolArray) -> float:
    """Likelihood, 0 to 1, that a thing bears a pattern or print.

    Args:
        names: (rows, columns) index of the colour name of each pixel.
        mask: (rows, columns) the thing's pixels, without the border.
    """
    across, along = mask[:, 1:] & mask[:, :-1], mask[1:] & mask[:-1]
    changes = np.count_nonzero(across & (names[:, 1:] != names[:, :-1]))
    changes += np.count_nonzero(along & (names[1:] != names[:-1]))
    share = changes / max(int(np.count_nonzero(across) + np.count_nonzero(along)), 1)
    return float(min(max((share - _PLAIN) / (_PATTERNED - _PLAIN), 0.0), 1.0))


def clear_share(scene: TabletopScene, mask: BoolArray) -> float:
    """Share of readings that a thing lacks, less what its surroundings lack.

    Args:
        scene: the window of the thing, with what is around it, its holes not closed.
        mask: (rows, columns) its pixels.
    """
    inside, everywhere = np.count_nonzero(mask), mask.size
    if everywhere <= inside:
        return 0.0
    within = np.count_nonzero(mask & scene.valid)
    around = np.count_nonzero(scene.valid) - within
    return around / (everywhere - inside) - within / inside


def transparent(lost: float, light: float) -> float:
    """Likelihood, 0 to 1, that a thing is clear: depth fails within its outline, not around it.

    Args:
        lost: its share of lost readings, see clear_share.
        light: its lightness, 0 to 1.
    """
    if light < _DARK:
        return 0.0
    return float(min(max((lost - _GLOSSY) / (_CLEAR - _GLOSSY), 0.0), 1.0))


def is_open(scene: TabletopScene, segment: Segment) -> bool | None:
    """Whether a thing is a container that is open above; None where its top is not seen.

    Args:
        scene: the window of the thing.
        segment: the thing.
    """
    if segment.is_open:
        return True
    measured = segment.mask & scene.valid
    if not measured.any():
        return None
    height = scene.height[measured]
    top = float(percentiles(height[:: len(height) // _SAMPLE + 1], (98,))[0])
    lid = float((height > top - _LID_M).mean())
    return False if lid > _LID_SHARE and top > 2 * _LID_M else None


def has_handle(mask: BoolArray) -> bool | None:
    """Whether a gap of a handle is seen in a mask (rows, columns); None where there is none.

    A handle may be behind a thing, so that its absence is not known.
    """
    contours, tree = cv2.findContours(
        np.ascontiguousarray(mask).view(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE
    )
    if tree is None:
        return None
    area = float(np.count_nonzero(mask))
    holes = [
        cv2.contourArea(contour)
        for contour, (_, _, _, parent) in zip(contours, tree[0], strict=True)
        if parent >= 0
    ]
    return True if any(_THROUGH[0] < hole / area < _THROUGH[1] for hole in holes) else None

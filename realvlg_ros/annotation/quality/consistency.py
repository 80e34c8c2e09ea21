"""How far masks, grasps and contacts of a set agree: R_s, R_g and R_c."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import Float32Array
from ...rectangle import ContactPair
from ..annotation import AnnotatedImage, Annotation

# A contact is on a mask where it is so near to it, px. Chosen: a pixel's diagonal, and rounding.
_NEAR_PX = 2.0
# Samples along the line between two contacts. Chosen: a few for each pixel of a thing.
_SAMPLES = 100


@dataclass(frozen=True)
class Consistency:
    """Means over objects that have what is asked about; NaN where none has.

    Attributes:
        masks: R_s, IoU of the box with the smallest box around the mask.
        grasps: R_g, share of the line between the contacts of a grasp that is on the mask.
        contacts: R_c, share of contact points that are on the mask, or within 2 px of it.
    """

    masks: float
    grasps: float
    contacts: float


def consistency(pairs: Iterable[tuple[AnnotatedImage, Annotation]]) -> Consistency:
    """The figures of some objects with their images."""
    masks: list[float] = []
    grasps: list[float] = []
    contacts: list[float] = []
    for image, item in pairs:
        if item.mask is None:
            continue
        if item.box is not None:
            masks.append(item.box.iou(item.mask.tight.box))
        full = item.mask.to_full(image.height, image.width)
        away = cv2.distanceTransform((~full).astype(np.uint8), cv2.DIST_L2, 5)
        for grasp in item.grasps:
            line = _along(grasp.contacts, np.asarray(away, np.float32))
            grasps.append(float((line < 1).mean()))
            contacts += [float(line[end] <= _NEAR_PX) for end in (0, -1)]
    return Consistency(*(float(np.mean(v)) if v else np.nan for v in (masks, grasps, contacts)))


def _along(pair: ContactPair, away: Float32Array) -> Float32Array:
    """Distances (n,) to the mask along the line between two contacts, px; infinite outside."""
    first, second = pair.points
    line = first + np.linspace(0, 1, _SAMPLES)[:, None] * (second - first)
    columns, rows = np.round(line).astype(int).T
    height, width = away.shape
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    found = np.full(len(line), np.inf, np.float32)
    found[inside] = away[rows[inside], columns[inside]]
    return found

"""What can be said of a segmented object without recognising it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ...image_region import Box
from .colors import COLOR_NAMES, affinity, name_weights
from .scene import Scene

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float32]

# A colour is named in a description when it covers this share of the object.
_NAMED_SHARE = 0.22


@dataclass(frozen=True)
class SceneObject:
    """One object on the support.

    Attributes:
        mask: (rows, columns) of the working image.
        box: in the working image, px.
        colors: (11,) share of each of COLOR_NAMES, summing to 1.
        position: (3,) median of the visible surface in the optical frame, m.
        ground: (2,) centre along the support, m: to the right, and away from the camera.
        height: of its top above the support, m.
        length, width: sides of its visible footprint, m; length >= width.
        cut_off: whether it touches the image's border.
    """

    mask: BoolArray
    box: Box
    colors: FloatArray
    position: npt.NDArray[np.float64]
    ground: FloatArray
    height: float
    length: float
    width: float
    cut_off: bool

    @property
    def size(self) -> float:
        """Longest side, m."""
        return max(self.height, self.length)

    @property
    def volume(self) -> float:
        """Bounding volume, cubic metres: what people mean by big."""
        return self.height * self.length * max(self.width, 0.5 * min(self.length, self.height))

    @property
    def slenderness(self) -> float:
        """Longest side by the second longest; the hidden depth of a thing is not known."""
        sides = sorted((self.height, self.length, self.width))
        return sides[2] / max(sides[1], 0.005)

    def shows(self, color: str) -> float:
        """How far the object's colours pass for a name, 0 to 1."""
        return float(self.colors @ affinity(color))

    def color_words(self) -> str:
        """Its main colours in words, such as 'red' or 'white and yellow'."""
        order = np.argsort(-self.colors)
        named = [COLOR_NAMES[i] for i in order[:2] if self.colors[i] >= _NAMED_SHARE]
        return ' and '.join(named or [COLOR_NAMES[order[0]]])


def describe_object(scene: Scene, mask: BoolArray, white: float) -> SceneObject:
    """Measure the object under a mask (rows, columns) of the scene.

    Args:
        scene: the reduced frame.
        mask: the object; holds at least one reading.
        white: brightness of white in this image, 0 to 255.
    """
    measured = mask & scene.valid & (scene.height > 0)
    if not measured.any():
        measured = mask & scene.valid
    height = scene.height[measured]
    ground = scene.ground[measured]
    _, sides, _ = cv2.minAreaRect(_trimmed(ground))
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = Box(columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
    border = rows[0] <= 1 or columns[0] <= 1
    border |= rows[-1] >= mask.shape[0] - 2 or columns[-1] >= mask.shape[1] - 2
    return SceneObject(
        mask=mask,
        box=box,
        colors=_colors(scene, mask, white),
        position=np.median(scene.points[measured], axis=0).astype(np.float64),
        ground=np.median(ground, axis=0),
        height=float(np.percentile(height, 98)),
        length=float(max(sides)),
        width=float(min(sides)),
        cut_off=bool(border),
    )


def _trimmed(ground: FloatArray) -> FloatArray:
    """Footprint points (n, 2) without the stray few that flying pixels add."""
    low, high = np.percentile(ground, [1.5, 98.5], axis=0)
    inside = np.all((ground >= low) & (ground <= high), axis=1)
    kept = ground[inside] if inside.any() else ground
    return np.ascontiguousarray(kept, np.float32)


def _colors(scene: Scene, mask: BoolArray, white: float) -> FloatArray:
    """Share of each colour name, of the mask without its blurred border."""
    inner = cv2.erode(mask.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    if inner.sum() < 0.25 * mask.sum():
        inner = mask
    weights = name_weights(scene.color[inner], white)
    return np.asarray(weights.mean(axis=0), np.float32)

"""What stands on the support, as the embedded grounder sees it, in the image of the frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...frame import RgbdFrame
from ...image_region import Box, RegionMask
from ..tabletop.attributes import SceneObject
from ..tabletop.grounder import TabletopGrounder

# A point beside a thing still means it within this share of the image's width. Chosen: models
# point to the middle of a thing; thin ones are missed by as much.
_BESIDE = 0.01


@dataclass(frozen=True)
class SeenThings:
    """The things of a frame.

    Attributes:
        items: what is known of each.
        regions: the mask of each in the image of the frame.
        has_support: whether the support they stand on was seen.
    """

    items: Sequence[SceneObject]
    regions: tuple[RegionMask, ...]
    has_support: bool

    @classmethod
    def of(cls, frame: RgbdFrame) -> SeenThings:
        """Look at a frame."""
        working, items = TabletopGrounder().see(frame)
        regions = tuple(working.in_frame(item.region, frame.camera) for item in items)
        return cls(items, regions, working.has_support)

    def at(self, x: float, y: float, width: int) -> int | None:
        """Number of the thing at a point of the image, px; None where there is none.

        Args:
            x: of the point, px.
            y: of the point, px.
            width: of the image, px.
        """
        distances = [_distance(region, x, y) for region in self.regions]
        nearest = int(np.argmin(distances)) if distances else 0
        return nearest if distances and distances[nearest] <= _BESIDE * width else None


def inside(region: RegionMask, box: Box) -> int:
    """Number of a mask's pixels that lie in a box."""
    rows, columns = region.data.shape
    top, bottom = _span(box.y_min - region.y_offset, box.y_max - region.y_offset, rows)
    left, right = _span(box.x_min - region.x_offset, box.x_max - region.x_offset, columns)
    return int(region.data[top:bottom, left:right].sum())


def _span(low: float, high: float, size: int) -> tuple[int, int]:
    return int(np.clip(np.ceil(low), 0, size)), int(np.clip(np.ceil(high), 0, size))


def _distance(region: RegionMask, x: float, y: float) -> float:
    """Distance of a point to the nearest pixel of a mask, px."""
    rows, columns = np.nonzero(region.data)
    return float(np.hypot(columns + region.x_offset - x, rows + region.y_offset - y).min())

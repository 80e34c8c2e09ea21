"""Describe: the objects of a frame that are worth a sentence, with their phrases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ...arrays import BoolArray, FloatArray
from ...frame import RgbdFrame
from ...grounding.language.weighing.scene import Scene
from ...grounding.language.weighing.seen import View
from ...grounding.tabletop.colorless import is_colorless
from ...grounding.tabletop.grounder import TabletopGrounder
from ...image_region import Box, RegionMask
from .phrases import Describer

# Objects of fewer pixels are left out. Chosen: nobody would ask for them.
_LEAST_PIXELS = 150
# The blurred border of an object, px at 640 px of width. Chosen: that of depth cameras.
_BORDER_PX = 4.0


@dataclass(frozen=True)
class Described:
    """An object of a frame, as it was measured or as somebody spoke of it.

    Attributes:
        phrases: that single it out, the preferred one first.
        label: its class.
        region: its pixels; None where only words are known.
        box: that came with the words; None where none did.
        source: of the words: templates, recording or dataset.
        mask: that came with them; None where none did.
        carried: it lies in or on another thing, of which it may as well be a part.
        others: (height, width) pixels of the other objects and their borders; None where they
            are not known.
    """

    phrases: tuple[str, ...]
    label: str
    region: RegionMask | None = None
    box: Box | None = None
    source: str = 'templates'
    mask: RegionMask | None = None
    carried: bool = False
    others: BoolArray | None = None

    @property
    def place(self) -> Box | None:
        """Where it is, as far as that was known before the words were grounded."""
        return self.region.box if self.region is not None else self.box


@dataclass(frozen=True)
class SceneDescription:
    """What a frame shows.

    Attributes:
        objects: in it.
        up: (3,) normal of their support toward its free side, in the optical frame; None where
            none is seen.
    """

    objects: tuple[Described, ...]
    up: FloatArray | None


def describe(frame: RgbdFrame, eyes: TabletopGrounder) -> SceneDescription:
    """Describe the objects of a frame by their measured attributes and relations.

    What the image's border cuts off is left out. Without depth nothing is measured.

    Args:
        frame: colour and depth.
        eyes: finds and measures the objects.
    """
    if not frame.valid.any():
        return SceneDescription((), None)
    working, items = eyes.see(frame)
    reference = eyes.settings.reference_frame
    view = View.of_frame(frame, working.plane.normal, reference)
    scene = Scene(items, view, working.has_support, is_colorless(frame.color))
    describer = Describer(scene)
    found = []
    regions = [working.in_frame(item.region, frame.camera) for item in items]
    for index, (item, region) in enumerate(zip(items, regions, strict=True)):
        if region.area >= _LEAST_PIXELS and not item.cut_off:
            phrases = tuple(describer.phrases(index))
            carried = item.on_top_of is not None or item.inside_of is not None
            others = _pixels(frame, [*regions[:index], *regions[index + 1 :]])
            label = describer.label(index)
            found.append(Described(phrases, label, region.tight, carried=carried, others=others))
    up = frame.up if frame.up is not None else working.plane.normal
    return SceneDescription(tuple(found), up if working.has_support else None)


def _pixels(frame: RgbdFrame, regions: Sequence[RegionMask]) -> BoolArray:
    """Pixels (height, width) of some regions, with their borders."""
    found = np.zeros(frame.depth.shape, np.uint8)
    for region in regions:
        found |= region.to_full(*frame.depth.shape)
    side = 2 * max(1, round(_BORDER_PX * frame.camera.width / 640)) + 1
    return np.asarray(cv2.dilate(found, np.ones((side, side), np.uint8)) > 0)

"""Describe: the objects of a frame that are worth a sentence, with their phrases."""

from __future__ import annotations

from dataclasses import dataclass

from ...arrays import FloatArray
from ...frame import RgbdFrame
from ...grounding.language.weighing.scene import Scene
from ...grounding.language.weighing.seen import View
from ...grounding.tabletop.colorless import is_colorless
from ...grounding.tabletop.grounder import TabletopGrounder
from ...image_region import Box, RegionMask
from .phrases import Describer

# Objects of fewer pixels are left out. Chosen: nobody would ask for them.
_LEAST_PIXELS = 150


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
    """

    phrases: tuple[str, ...]
    label: str
    region: RegionMask | None = None
    box: Box | None = None
    source: str = 'templates'
    mask: RegionMask | None = None
    carried: bool = False

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
    for index, item in enumerate(items):
        region = working.in_frame(item.region, frame.camera)
        if region.area >= _LEAST_PIXELS and not item.cut_off:
            phrases = tuple(describer.phrases(index))
            carried = item.on_top_of is not None or item.inside_of is not None
            found.append(Described(phrases, describer.label(index), region.tight, carried=carried))
    up = frame.up if frame.up is not None else working.plane.normal
    return SceneDescription(tuple(found), up if working.has_support else None)

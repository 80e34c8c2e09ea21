"""A second opinion on the box of a model, by what colour and depth show without recognition."""

from __future__ import annotations

from dataclasses import dataclass

from ...frame import RgbdFrame
from ...image_region import Box
from ...settings import Settings, setting
from ..box_check import check_boxes
from ..language.tree.syntax import Sentence, Thing
from ..language.vocabulary.shapes import shapes
from .box_content import BoxContent, content_of
from .scale_watch import ScaleWatch
from .seen_things import SeenThings

OFF, WARN, VETO = 'off', 'warn', 'veto'


@dataclass(frozen=True)
class RefereeSettings(Settings):
    """Whether what a model names is looked at a second time."""

    referee: str = setting(
        WARN,
        'What the evidence of colour and depth against the box of a model does: off, it is not '
        'looked at; warn, the message says it; veto, the answer is not OK.',
        choices=(OFF, WARN, VETO),
    )


@dataclass(frozen=True)
class Opinion:
    """What speaks against a box.

    Attributes:
        against: why it is not what was asked for, in words; empty if nothing is known.
        several: numbers of the things that it holds, where they are more than one.
        notes: what else is to be said, which speaks against no single box.
    """

    against: str = ''
    several: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


class Referee:
    """Looks at the boxes of one model, one after the other."""

    def __init__(self) -> None:
        self._scale = ScaleWatch()

    def look(
        self, frame: RgbdFrame, sentence: Sentence, instruction: str, box: Box, seen: SeenThings
    ) -> Opinion:
        """What speaks against a box.

        Args:
            frame: colour and depth.
            sentence: how the instruction was read.
            instruction: what was asked for.
            box: that a model named, px.
            seen: the things of the frame.
        """
        content = content_of(box, seen)
        if content.outline is not None:
            camera = frame.camera
            self._scale.add(box, content.outline, camera.width, camera.height)
        notes = tuple(filter(None, (self._scale.words(),)))
        several = content.things if len(content.things) > 1 else ()
        if several:
            colors = ' and '.join(f'a {seen.items[n].color_words()} one' for n in several)
            return Opinion(f'the box holds {len(several)} things, {colors}', several, notes)
        if against := _nothing_there(content, sentence):
            return Opinion(against, (), notes)
        checked = check_boxes(frame, instruction, [box], [1.0], complete=False)
        return Opinion(checked.why if not checked.kept else '', (), notes)


def _nothing_there(content: BoxContent, sentence: Sentence) -> str:
    """Why a box is of nothing; empty where it may be of something, as of what lies flat."""
    node = sentence.thing
    shape = node.noun.shape if isinstance(node, Thing) else ''
    if not content.empty or (shape and shapes()[shape].is_flat):
        return ''
    return 'nothing rises from the support in the box'

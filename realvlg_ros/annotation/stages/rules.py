"""The rules that each pair of sentence, box, mask and grasps keeps, and the names of failures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from ...arrays import BoolArray
from ...frame import RgbdFrame
from ...grounding.grounding import Grounding, GroundingStatus
from ...grounding.language.sentences.parser import understand
from ...grounding.language.tree.syntax import Thing
from ...grounding.tabletop.colorless import is_colorless
from ...grounding.tabletop.colors import affinity, estimate_white, name_weights
from ..annotation import Annotation, Failure
from .beyond import goes_on
from .describe import Described

# The sentence is of the box where what it is grounded to overlaps it by so much, and of the mask
# likewise. Chosen: a box or mask by hand is about so exact.
_SAME_BOX, _SAME_MASK = 0.7, 0.7
# A named colour, with what passes for it, covers so much of a mask; each of two so much less.
# Chosen: what names a thing in a description, less what the light changes.
_COLOR_SHARE = 0.3
# The mask's own box overlaps the box by so much. Chosen: two pixels on each side of a thing of 40.
_TIGHT = 0.75
# A mask fills so much of its box at least. Chosen: a thin thing that lies askew.
_FILLS = 0.1
# Contacts may lie so far outside a mask or box, px at 640 px of width. Chosen: the width of the
# blurred border, and twice the error of depth edges.
_NEAR_PX = 5.0
_WIDTH_PX = 640
# The line between the contacts runs over the mask on so much of its length. Chosen: the gap of a
# handle or within a rim is shorter.
_ON_MASK = 0.35
# An object goes on beyond its mask where so much of the ring around it has its depth and rises
# over the support, or is level and has another colour from the mask to the ring's far side.
# Chosen: a drill of which the handle alone was found has 14 %, shafts of screwdrivers 2 %.
_GOES_ON, _CROSSES = 0.12, 0.012
# Samples along that line. Chosen: a few for each pixel of a thing.
_SAMPLES = 100


@dataclass(frozen=True)
class Evidence:
    """What the rules look at.

    Attributes:
        frame: colour and depth.
        annotation: of an object in it.
        grounding: what the backend makes of its sentence; None where there is none.
        described: as it was proposed, where nobody has looked yet: whether it is one whole thing
            is checked, too.
    """

    frame: RgbdFrame
    annotation: Annotation
    grounding: Grounding | None
    described: Described | None = None

    @property
    def near_px(self) -> float:
        """How far a contact may be off, px."""
        return _NEAR_PX * max(self.frame.camera.width / _WIDTH_PX, 0.5)

    def full_mask(self) -> BoolArray:
        """(height, width) the object's pixels; none without a mask."""
        shape = self.frame.depth.shape
        mask = self.annotation.mask
        return np.zeros(shape, bool) if mask is None else mask.to_full(*shape)


def complete(evidence: Evidence) -> list[Failure]:
    """Every modality is there."""
    item = evidence.annotation
    lacking = {
        'no_description': (not item.description, 'no sentence singles the object out'),
        'no_box': (item.box is None, 'the object was not found'),
        'no_mask': (item.mask is None, 'the object has no mask'),
        'no_grasp': (not item.grasps, 'the object has no grasp'),
    }
    return [Failure('complete', name, why) for name, (fails, why) in lacking.items() if fails]


def whole(evidence: Evidence) -> Failure | None:
    """What was proposed is one whole thing; a person who looks sees that better."""
    described = evidence.described
    if described is None:
        return None
    if described.carried:
        words = 'it lies in or on another thing, or is a part of it'
        return Failure('whole', 'may_be_a_part', words)
    by_depth, by_color = goes_on(evidence.frame, evidence.full_mask(), described.others)
    if by_depth < _GOES_ON and by_color < _CROSSES:
        return None
    words = f'beside the mask {by_depth:.0%} are as near, and {by_color:.0%} are no support'
    return Failure('whole', 'mask_may_go_on', words)


def description_box(evidence: Evidence) -> Failure | None:
    """The sentence alone leads back to the box."""
    grounding, box = evidence.grounding, evidence.annotation.box
    if grounding is None or box is None:
        return None
    said = evidence.annotation.description
    if grounding.status is GroundingStatus.AMBIGUOUS:
        words = f'"{said}" may mean {len(grounding.candidates)} objects'
        return Failure('description_box', 'sentence_is_ambiguous', words)
    if grounding.box is None or grounding.status is not GroundingStatus.OK:
        words = f'"{said}" is {grounding.status.name}: {grounding.message[:120]}'
        return Failure('description_box', 'sentence_finds_nothing', words)
    iou = grounding.box.iou(box)
    if iou >= _SAME_BOX:
        return None
    words = f'"{said}" leads to a box of IoU {iou:.2f}, at least {_SAME_BOX} is expected'
    return Failure('description_box', 'sentence_finds_another', words)


def description_color(evidence: Evidence) -> Failure | None:
    """A colour that the sentence names is the mask's."""
    mask, color = evidence.annotation.mask, evidence.frame.color
    node = understand(evidence.annotation.description).first
    if mask is None or not isinstance(node, Thing) or not node.colors or is_colorless(color):
        return None
    weights = name_weights(color[evidence.full_mask()], estimate_white(color)).mean(axis=0)
    least = _COLOR_SHARE / len(node.colors)
    for name in node.colors:
        share = float(weights @ affinity(name))
        if share < least:
            words = f'{share:.0%} of the mask is {name}, {least:.0%} are expected'
            return Failure('description_mask', 'color_is_not_there', words)
    return None


def description_mask(evidence: Evidence) -> Failure | None:
    """The mask that the backend gives for the sentence is this one."""
    item, grounding = evidence.annotation, evidence.grounding
    if item.mask is None:
        return None
    theirs = None if grounding is None else grounding.mask
    if theirs is None or grounding is None or grounding.status is not GroundingStatus.OK:
        return None
    both = item.mask.within(theirs).area
    iou = both / max(item.mask.area + theirs.area - both, 1)
    if iou >= _SAME_MASK:
        return None
    words = f'the mask that the sentence leads to has IoU {iou:.2f}, {_SAME_MASK} is expected'
    return Failure('description_mask', 'masks_differ', words)


def description_grasp(evidence: Evidence) -> Failure | None:
    """The best grasp is on the object that the sentence leads to."""
    item, grounding = evidence.annotation, evidence.grounding
    if not item.grasps or grounding is None or grounding.box is None:
        return None
    x, y = item.grasps[0].contacts.points.mean(axis=0)
    box, margin = grounding.box, evidence.near_px
    if (
        box.x_min - margin <= x <= box.x_max + margin
        and box.y_min - margin <= y <= box.y_max + margin
    ):
        return None
    words = f'the best grasp at ({x:.0f}, {y:.0f}) px is not on what the sentence leads to'
    return Failure('description_grasp', 'grasp_is_on_another', words)


def box_mask(evidence: Evidence) -> Failure | None:
    """The mask fills the box, and stays in it."""
    box, mask = evidence.annotation.box, evidence.annotation.mask
    if box is None or mask is None:
        return None
    iou = box.iou(mask.tight.box)
    if iou < _TIGHT:
        words = f"the mask's own box has IoU {iou:.2f} with the box, {_TIGHT} is expected"
        return Failure('box_mask', 'mask_leaves_box', words)
    share = mask.area / box.area
    if share < _FILLS:
        words = f'the mask fills {share:.0%} of the box, {_FILLS:.0%} are expected'
        return Failure('box_mask', 'mask_is_too_small', words)
    return None


def box_grasp(evidence: Evidence) -> Failure | None:
    """All contacts lie in the box."""
    item, margin = evidence.annotation, evidence.near_px
    if item.box is None:
        return None
    low = np.array(item.box.as_tuple()[:2]) - margin
    high = np.array(item.box.as_tuple()[2:]) + margin
    for number, grasp in enumerate(item.grasps, 1):
        points = grasp.contacts.points
        if (points < low).any() or (points > high).any():
            words = f'contacts of grasp {number} lie outside the box'
            return Failure('box_grasp', 'grasp_leaves_box', words)
    return None


def mask_grasp(evidence: Evidence) -> Failure | None:
    """All contacts touch the mask, and the line between them runs over it."""
    item = evidence.annotation
    if item.mask is None or not item.grasps:
        return None
    mask = evidence.full_mask()
    away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    for number, grasp in enumerate(item.grasps, 1):
        first, second = grasp.contacts.points
        line = first + np.linspace(0, 1, _SAMPLES)[:, None] * (second - first)
        columns, rows = np.round(line).astype(int).T
        height, width = mask.shape
        if columns.min() < 0 or rows.min() < 0 or columns.max() >= width or rows.max() >= height:
            return Failure('mask_grasp', 'contact_off_mask', f'grasp {number} leaves the image')
        off = max(float(away[rows[0], columns[0]]), float(away[rows[-1], columns[-1]]))
        if off > evidence.near_px:
            words = f'a contact of grasp {number} is {off:.0f} px off the mask'
            return Failure('mask_grasp', 'contact_off_mask', words)
        share = float((away[rows, columns] <= 1).mean())
        if share < _ON_MASK:
            words = (
                f'{share:.0%} of the line between the contacts of grasp {number} is on the mask'
            )
            return Failure('mask_grasp', 'grasp_closes_beside', words)
    return None


PAIRS: tuple[Callable[[Evidence], Failure | None], ...] = (
    whole, description_box, description_color, description_mask, description_grasp, box_mask,
    box_grasp, mask_grasp,
)  # fmt: skip


def with_agreeing_grasps(frame: RgbdFrame, annotation: Annotation) -> Annotation:
    """The annotation with those proposed grasps that keep the rules; with all where none does.

    Args:
        frame: that it is of.
        annotation: with what was proposed.
    """
    kept = tuple(
        grasp
        for grasp in annotation.grasps
        if not any(
            rule(Evidence(frame, replace(annotation, grasps=(grasp,)), None))
            for rule in (box_grasp, mask_grasp)
        )
    )
    return replace(annotation, grasps=kept or annotation.grasps)


def verify(evidence: Evidence) -> tuple[Failure, ...]:
    """All that is wrong with an annotation; nothing where its four modalities agree."""
    found = complete(evidence)
    return (*found, *(failure for pair in PAIRS if (failure := pair(evidence))))

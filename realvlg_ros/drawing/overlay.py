"""Pictures of an answer in the camera image."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ..answer import Answer, AnswerStatus
from ..arrays import ByteArray, FloatArray
from ..grasping.grasp import Grasp
from ..image_region import Box, RegionMask
from ..rectangle import GraspRectangle
from .caption import FONT, Pen, caption

# Colours of what is drawn, RGB. Chosen: seen on light and on dark objects.
_OBJECT = (64, 224, 255)
_JAW = (255, 64, 64)
_OPENING = (255, 255, 255)
_CONTACT = (255, 220, 0)
_OTHER = (160, 160, 160)
_CANDIDATES = ((255, 160, 0), (0, 200, 255), (200, 120, 255), (120, 255, 120), (255, 120, 160))
# Coordinates are drawn with so many fractional bits. Chosen: a sixteenth of a pixel.
_SHIFT = 4


def draw_overlay(
    color: ByteArray,
    box: Box | None = None,
    mask: RegionMask | None = None,
    grasps: Sequence[Grasp] = (),
    label: str = '',
) -> ByteArray:
    """Draw an object's box and mask and its grasps into a copy of the image.

    The best grasp is a rectangle with red jaws, thin white opening lines and yellow contacts;
    the others are grey.

    Args:
        color: (height, width, 3) uint8 RGB.
        box: of the object.
        mask: of the object.
        grasps: best first, with their rectangles in this image.
        label: written at the box.
    """
    image = color.copy()
    pen = Pen.for_image(image)
    if mask is not None:
        draw_mask(image, mask, _OBJECT)
    if box is not None:
        draw_box(image, box, _OBJECT, label)
    for grasp in reversed(grasps[1:]):
        corners = grasp.rectangle.corners()
        _polyline(image, corners[[3, 0]], _OTHER, pen.unit)
        _polyline(image, corners[[1, 2]], _OTHER, pen.unit)
    if grasps:
        _draw_best(image, grasps[0], pen)
    return image


def draw_answer(color: ByteArray, answer: Answer) -> ByteArray:
    """Draw an answer with a caption below the image: (height + caption, width, 3) uint8 RGB."""
    grounding = answer.grounding
    image = draw_overlay(color, grounding.box, grounding.mask, answer.grasps, grounding.label)
    pen = Pen.for_image(image)
    if answer.status in (AnswerStatus.AMBIGUOUS, AnswerStatus.NOT_FOUND):
        for index, candidate in enumerate(grounding.candidates):
            tint = _CANDIDATES[index % len(_CANDIDATES)]
            draw_box(image, candidate.box, tint, f'{index + 1}: {candidate.label}')
    return np.concatenate([image, caption(image, _caption_lines(answer), pen)])


def _caption_lines(answer: Answer) -> list[str]:
    lines = [f'"{answer.grounding.instruction}"  {answer.status.value}']
    if answer.grasps:
        best = answer.grasps[0]
        x, y, z = best.position * 1000
        lines.append(
            f'grasp 1 of {len(answer.grasps)}: width {best.object_width * 1000:.0f} mm, '
            f'quality {best.quality:.2f}, TCP at ({x:.0f}, {y:.0f}, {z:.0f}) mm from the camera'
        )
    else:
        lines.append(answer.message)
        if answer.grounding.question:
            lines.append(answer.grounding.question)
    return lines


def draw_mask(image: ByteArray, mask: RegionMask, tint: tuple[int, ...]) -> None:
    """Tint a mask and draw its outline, in the image itself.

    Args:
        image: (height, width, 3) uint8 RGB.
        mask: in it.
        tint: RGB.
    """
    pen = Pen.for_image(image)
    rows, columns = mask.data.shape
    region = image[mask.y_offset : mask.y_offset + rows, mask.x_offset : mask.x_offset + columns]
    mixed = (0.7 * region[mask.data] + 0.3 * np.array(tint)).astype(np.uint8)
    region[mask.data] = mixed
    outlines, _ = cv2.findContours(
        mask.data.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE,
        offset=(mask.x_offset, mask.y_offset),
    )  # fmt: skip
    cv2.drawContours(image, outlines, -1, tint, pen.unit, cv2.LINE_AA)


def draw_box(
    image: ByteArray, box: Box, tint: tuple[int, ...], label: str = '', width: int = 1
) -> None:
    """Draw a box with its label, in the image itself.

    Args:
        image: (height, width, 3) uint8 RGB.
        box: in it, px.
        tint: RGB.
        label: written at the box.
        width: of the line, in those of the image.
    """
    pen = Pen.for_image(image)
    top_left = (round(box.x_min), round(box.y_min))
    cv2.rectangle(
        image, top_left, (round(box.x_max) - 1, round(box.y_max) - 1), tint, width * pen.unit
    )
    if not label:
        return
    (columns, rows), below = cv2.getTextSize(label, FONT, pen.text, pen.unit)
    x = int(np.clip(top_left[0], 0, max(0, image.shape[1] - columns)))
    y = max(top_left[1], rows + below)
    cv2.rectangle(image, (x, y - rows - below), (x + columns, y), tint, cv2.FILLED)
    cv2.putText(
        image, label, (x, y - below // 2 - 1), FONT, pen.text, (0, 0, 0), pen.unit, cv2.LINE_AA
    )


def draw_rectangle(image: ByteArray, rectangle: GraspRectangle, tint: tuple[int, ...]) -> None:
    """Draw a grasp rectangle, its jaws thicker, in the image itself.

    Args:
        image: (height, width, 3) uint8 RGB.
        rectangle: in it, px.
        tint: RGB.
    """
    pen, corners = Pen.for_image(image), rectangle.corners()
    for edge, width in (([0, 1], 1), ([2, 3], 1), ([3, 0], 3), ([1, 2], 3)):
        _polyline(image, corners[edge], tint, width * pen.unit)


def _draw_best(image: ByteArray, grasp: Grasp, pen: Pen) -> None:
    corners = grasp.rectangle.corners()
    for edge in ([0, 1], [2, 3]):
        _polyline(image, corners[edge], (0, 0, 0), pen.unit + 2)
        _polyline(image, corners[edge], _OPENING, pen.unit)
    for edge in ([3, 0], [1, 2]):
        _polyline(image, corners[edge], (0, 0, 0), 3 * pen.unit + 2)
        _polyline(image, corners[edge], _JAW, 3 * pen.unit)
    contacts = grasp.contacts.points
    _polyline(image, contacts, _CONTACT, pen.unit)
    # Dots of a narrow grasp shrink so that both are seen.
    dot = pen.unit * int(np.clip(grasp.rectangle.width / 5, 2, 4))
    for x, y in contacts:
        center = (round(float(x) * 2**_SHIFT), round(float(y) * 2**_SHIFT))
        for radius, tint in ((dot + 1, (0, 0, 0)), (dot, _CONTACT)):
            cv2.circle(
                image, center, radius * 2**_SHIFT, tint, cv2.FILLED, cv2.LINE_AA, shift=_SHIFT
            )


def _polyline(image: ByteArray, points: FloatArray, tint: tuple[int, ...], width: int) -> None:
    fixed = np.round(points * 2**_SHIFT).astype(np.int32)
    cv2.polylines(image, [fixed], False, tint, width, cv2.LINE_AA, shift=_SHIFT)

"""Boxes of any backend as things on the support, so that what is said of them can be checked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...arrays import BoolArray
from ...camera import Camera
from ...frame import RgbdFrame
from ...image_region import Box
from ...support_plane import seen_or_known_support
from ..language.weighing.scene import Scene
from ..language.weighing.seen import View
from .attributes import SceneObject, describe_object
from .colorless import is_colorless
from .scene import Segment, TabletopScene

# The image is looked at in this width, px. Chosen: that of the tabletop grounder.
_WIDTH_PX = 320
# Of a box in which nothing rises from the support the middle counts, by this share of its sides.
# Chosen: things fill the middle of their boxes.
_MIDDLE = 0.6
# What rises so many tolerances is no support. Chosen: as in the segmentation.
_RISES = 2.0
# Share of a box that rises, where a thing stands in it. Chosen: a thing seen from aside.
_RISING_SHARE = 0.15
# Fewer pixels than this show no thing. Chosen: a corner of one.
_LEAST_PX = 12


def scene_of_boxes(
    frame: RgbdFrame, boxes: Sequence[Box], reference: str = 'camera'
) -> tuple[Scene, list[int]]:
    """The things in boxes, and the number of the box of each.

    Boxes without depth are left out: nothing is known of what is in them.

    Args:
        frame: colour and depth.
        boxes: in the image of the frame, px.
        reference: whose left and right counts; one of REFERENCE_FRAMES.
    """
    plane = seen_or_known_support(frame, frame.up)
    if plane is None:
        working = TabletopScene.without_support(frame, _WIDTH_PX)
    else:
        working = TabletopScene.from_frame(frame, plane, _WIDTH_PX)
    things: list[SceneObject] = []
    numbers = []
    for number, box in enumerate(boxes):
        segment = _segment(working, frame.camera, box)
        if segment is not None:
            things.append(describe_object(working, segment, working.white))
            numbers.append(number)
    view = View.of_frame(frame, working.plane.normal, reference)
    return Scene(things, view, working.has_support, is_colorless(frame.color)), numbers


def _segment(working: TabletopScene, camera: Camera, box: Box) -> Segment | None:
    """What rises in a box, or its middle; None where there is no depth."""
    inside = _inside(working, camera, box, 1.0)
    rises = inside & (working.height > _RISES * working.tolerance)
    if working.has_support and rises.sum() >= max(_LEAST_PX, _RISING_SHARE * inside.sum()):
        inside = rises
    else:
        inside = _inside(working, camera, box, _MIDDLE)
    return (
        Segment.from_labels(inside.astype(np.int32)).get(1) if inside.sum() >= _LEAST_PX else None
    )


def _inside(working: TabletopScene, camera: Camera, box: Box, share: float) -> BoolArray:
    """Pixels (rows, columns) of the working image that are seen in the middle of a box."""
    z = np.where(working.valid, working.depth, 1.0)
    column = camera.fx * working.points[..., 0] / z + camera.cx
    row = camera.fy * working.points[..., 1] / z + camera.cy
    x, y = box.center
    half_x, half_y = share * (box.x_max - box.x_min) / 2, share * (box.y_max - box.y_min) / 2
    inside: BoolArray = working.valid & (abs(column - x) <= half_x) & (abs(row - y) <= half_y)
    return inside

"""Boxes in space for formats of driving, which know cameras that are level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import FloatArray
from ..annotation import AnnotatedImage, SpaceBox
from .labelled import Labelled

# The camera looks down by more than 85 degrees where its view has less of a horizontal part, and
# the image's upper edge tells what is ahead. Chosen.
_STEEP = 0.087
# Cosine between up and a box's own z axis from which it stands upright. Chosen: 8 degrees.
_UPRIGHT = 0.99


@dataclass(frozen=True)
class LevelBox:
    """A box in the level camera's frame: x right, y down along gravity, z ahead.

    Attributes:
        each: the object.
        center: (3,) m.
        length, width, height: m; the length is along the box's own x.
        turn: of the length about y, rad, as KITTI's rotation_y: 0 along x, then away from z.
    """

    each: Labelled
    center: FloatArray
    length: float
    width: float
    height: float
    turn: float


def level_from_camera(image: AnnotatedImage) -> FloatArray | None:
    """The rotation (3, 3) from the optical frame to the level one; None where up is not known."""
    if image.up is None:
        return None
    down = -np.asarray(image.up, float)
    down = down / np.linalg.norm(down)
    ahead = np.array([0.0, 0.0, 1.0]) - down[2] * down
    if np.linalg.norm(ahead) < _STEEP:
        ahead = np.array([0.0, -1.0, 0.0]) + down[1] * down
    ahead = ahead / np.linalg.norm(ahead)
    return np.stack([np.cross(down, ahead), down, ahead])


def level_box(each: Labelled, rotation: FloatArray) -> LevelBox | None:
    """The object's box in the level frame; None where it has none that stands upright.

    Args:
        each: the object.
        rotation: of level_from_camera.
    """
    box: SpaceBox | None = each.item.space_box
    if box is None:
        return None
    axes = rotation @ box.box2camera[:3, :3]
    if -axes[1, 2] < _UPRIGHT:
        return None
    length, width, height = (float(value) for value in box.size)
    turn = float(np.arctan2(-axes[2, 0], axes[0, 0]))
    return LevelBox(each, rotation @ box.box2camera[:3, 3], length, width, height, turn)


def intrinsics(image: AnnotatedImage) -> FloatArray:
    """The matrix (3, 3) of an image's camera."""
    fx, fy, cx, cy = image.camera
    return np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1.0]])


def level_boxes(
    labelled: list[Labelled], image: AnnotatedImage
) -> tuple[list[LevelBox], FloatArray | None]:
    """The boxes of an image's objects that can be told, and the rotation to the level frame."""
    rotation = level_from_camera(image)
    if rotation is None:
        return [], None
    found = [level_box(each, rotation) for each in labelled]
    return [box for box in found if box is not None], rotation

"""The observation of one object: its mask, the frame on its support, its surface."""

from __future__ import annotations

import numpy as np

from ...arrays import BoolArray, FloatArray
from ...errors import LiftError
from ...frame import RgbdFrame
from ...grounding.grounding import Grounding
from ...segmentation.object_in_box import object_in_box
from ...support_plane import SupportPlane
from .near_limit import near_limit, no_reading
from .scene import Scene
from .target_cloud import TargetCloud


def target_mask(frame: RgbdFrame, grounding: Grounding, plane: SupportPlane | None) -> BoolArray:
    """The object's pixels (height, width): the grounding's mask, or what its box is meant for.

    Args:
        frame: the frame that the grounding refers to.
        grounding: with a mask or a box; without either the result is empty.
        plane: the support, if there is one.
    """
    if grounding.mask is not None:
        return grounding.mask.to_full(*frame.depth.shape)
    if grounding.box is None:
        return np.zeros(frame.depth.shape, bool)
    return object_in_box(frame, grounding.box, plane).mask


def observe(
    frame: RgbdFrame,
    mask: BoolArray,
    plane: SupportPlane | None,
    up: FloatArray | None,
) -> tuple[Scene, TargetCloud]:
    """The scene around an object, and the visible part of its surface.

    Args:
        frame: colour and depth.
        mask: (height, width) the object's pixels.
        plane: the support, if there is one.
        up: (3,) unit vector opposite to gravity in the optical frame, if known.

    Raises:
        LiftError: no reading of the object, or too few of them, can be used.
    """
    if not (mask & frame.valid).any():
        raise LiftError(no_reading(frame))
    scene = Scene.around(frame, mask, plane, up)
    cloud = TargetCloud.from_scene(scene)
    if len(cloud.points) == 0:
        raise LiftError(
            'too few depth readings of the object can be used (holes, flying pixels, or it '
            'does not rise above its support)'
            + near_limit(frame, float(np.median(frame.depth[mask & frame.valid])))
        )
    return scene, cloud

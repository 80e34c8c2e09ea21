"""Where the pads of closing fingers touch the true mesh of an object."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import FloatArray
from ..grasping.gripper import Gripper
from .triangles import clip


@dataclass(frozen=True)
class ContactPatch:
    """The surface that one pad touches, in the TCP frame, m.

    Attributes:
        center: (3,) weighted by area.
        lower, upper: (3,) extent.
        normal: (3,) outward.
    """

    center: FloatArray
    lower: FloatArray
    upper: FloatArray
    normal: FloatArray

    @classmethod
    def touched(
        cls, triangles: FloatArray, gripper: Gripper, opening: float, side: int, compliance: float
    ) -> ContactPatch | None:
        """Where a finger's pad first touches; None where it meets nothing.

        Parts of the patch count by their area seen from the pad.

        Args:
            triangles: corners (m, 3, 3) of the object's faces in the TCP frame, m.
            gripper: its shape.
            opening: distance of the contact faces before closing, m.
            side: of the finger: the sign of its y.
            compliance: how far the pad gives way, m.
        """
        half = gripper.finger_width / 2
        lower = np.array([-half, -opening / 2, -gripper.finger_length])
        upper = np.array([half, opening / 2, 0.0])
        pieces, _ = clip(triangles, lower, upper)
        if len(pieces) == 0:
            return None
        touch = float((side * pieces[..., 1]).max())
        if side > 0:
            lower[1] = touch - compliance
        else:
            upper[1] = compliance - touch
        pieces, _ = clip(pieces, lower, upper)
        areas = np.cross(pieces[:, 1] - pieces[:, 0], pieces[:, 2] - pieces[:, 0]) / 2
        seen = np.maximum(side * areas[:, 1], 0.0)
        if seen.sum() <= 0:
            return None
        facing = pieces[seen > 0]
        lower, upper = facing.min(axis=(0, 1)), facing.max(axis=(0, 1))
        lower[1] = upper[1] = side * touch
        center = np.average(pieces.mean(axis=1), axis=0, weights=seen)
        unit = areas / np.maximum(np.linalg.norm(areas, axis=1, keepdims=True), 1e-18)
        normal = np.average(unit, axis=0, weights=seen)
        return cls(center, lower, upper, normal / np.linalg.norm(normal))


def pressure_centers(first: ContactPatch, second: ContactPatch) -> tuple[FloatArray, FloatArray]:
    """Contacts (2, 3) and normals (2, 3) of two patches.

    The pressure of an area contact can act anywhere inside it: each contact is the point of its
    patch that is nearest to the middle between both.
    """
    middle = (first.center + second.center) / 2
    contacts = [np.clip(middle, patch.lower, patch.upper) for patch in (first, second)]
    return np.array(contacts), np.array([first.normal, second.normal])

"""A 6-DoF grasp of a parallel gripper."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

import numpy as np

from ..arrays import FloatArray
from ..rectangle import ContactPair, GraspRectangle
from ..transforms import transform_covariance, transform_points

# Rotation by 180 degrees about the approach axis. From the symmetry of parallel grippers.
FLIP = np.diag([-1.0, -1.0, 1.0, 1.0])


class GraspSource(Enum):
    """What proposed a grasp: the search in depth, a model's rectangle, or another planner."""

    GEOMETRY = 'geometry'
    MODEL = 'model'
    EXTERNAL = 'external'


@dataclass(frozen=True)
class Grasp:
    """Pose and opening of a gripper, with its uncertainty and the evidence for it.

    TCP frame: origin between the fingertips, +z the approach (out of the gripper, toward the
    object), +y the opening axis (finger to finger), x completes it.

    Attributes:
        tcp2frame: 4x4 pose of the TCP in the frame that the grasp is expressed in, m.
        covariance: 6x6 over (x, y, z, rotation x, y, z), m and rad, perturbation on the left,
            in the axes of that frame.
        object_width: distance of the contacts, m.
        opening_width: opening of the gripper before it closes, m.
        standoff: distance of the pre-grasp pose back along the approach, m.
        retreat: unit vector (3,) of the motion after grasping, in the frame.
        retreat_distance: length of that motion, m.
        quality: how likely it holds, 0 to 1.
        source: what proposed it.
        rectangle: the grasp in the image, px and rad.
        contacts: the contacts in the image, px.
        contact_points: (2, 3) the contacts on the surface, m, in the frame.
        support_counts: depth readings at each contact.
        clearance: smallest distance from the open gripper to the support and to the visible
            surfaces of other things, m; 0.1 where nothing is nearer.
        terms: the terms of order and quality by name, 0 to 1 each.
        contacts_seen: share of the surface at each contact that was seen; the rest is assumed.
        preference: 0 to 1, what grasps of one object are ordered by, best first.
        proposer: name of the other planner, where the source is EXTERNAL.
    """

    tcp2frame: FloatArray
    covariance: FloatArray
    object_width: float
    opening_width: float
    standoff: float
    retreat: FloatArray
    retreat_distance: float
    quality: float
    source: GraspSource
    rectangle: GraspRectangle
    contacts: ContactPair
    contact_points: FloatArray
    support_counts: tuple[int, int]
    clearance: float
    terms: dict[str, float] = field(default_factory=dict)
    preference: float = 0.0
    contacts_seen: tuple[float, float] = (1.0, 1.0)
    proposer: str = ''

    @property
    def position(self) -> FloatArray:
        """Origin of the TCP (3,), m."""
        return self.tcp2frame[:3, 3]

    @property
    def approach(self) -> FloatArray:
        """Unit vector (3,) of the motion toward the object."""
        return self.tcp2frame[:3, 2]

    @property
    def opening_axis(self) -> FloatArray:
        """Unit vector (3,) from finger to finger."""
        return self.tcp2frame[:3, 1]

    def transformed(self, frame2other: FloatArray) -> Grasp:
        """The same grasp in another frame, by a 4x4 transform."""
        return replace(
            self,
            tcp2frame=frame2other @ self.tcp2frame,
            covariance=transform_covariance(frame2other, self.covariance),
            retreat=frame2other[:3, :3] @ self.retreat,
            contact_points=transform_points(frame2other, self.contact_points),
        )

    def flipped(self) -> Grasp:
        """The same grasp with the fingers exchanged (180 degrees about the approach)."""
        return replace(
            self,
            tcp2frame=self.tcp2frame @ FLIP,
            contacts=ContactPair(
                self.contacts.x2, self.contacts.y2, self.contacts.x1, self.contacts.y1,
                self.contacts.score,
            ),
            contact_points=self.contact_points[::-1],
            support_counts=self.support_counts[::-1],
            contacts_seen=self.contacts_seen[::-1],
        )  # fmt: skip


def nearest_representative(grasp: Grasp, reference: FloatArray) -> Grasp:
    """Of the two equivalent poses of a grasp, the one nearer to a reference pose (4x4).

    A parallel gripper is symmetric under a rotation by 180 degrees about its approach, and no
    continuous choice exists without a reference. The symmetry is resolved here only.
    """
    flipped = grasp.flipped()
    as_is = float(np.trace(reference[:3, :3].T @ grasp.tcp2frame[:3, :3]))
    turned = float(np.trace(reference[:3, :3].T @ flipped.tcp2frame[:3, :3]))
    return grasp if as_is >= turned else flipped

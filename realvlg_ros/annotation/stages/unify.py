"""Unify: 6-DoF grasps, rectangles and contact pairs become all three, on the mask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...arrays import FloatArray
from ...camera import Camera
from ...errors import RectangleError
from ...frame import RgbdFrame
from ...grasping.grasp import Grasp
from ...grasping.gripper import Gripper
from ...grasping.plan import GraspPlan
from ...grasping.planner import GraspPlanner
from ...grounding.grounding import Grounding, GroundingStatus
from ...image_region import Box, RegionMask
from ...rectangle import ContactPair, GraspRectangle
from ..annotation import AnnotatedGrasp, SpaceBox

# Samples along a closing line. Chosen: a few for each pixel of a thing.
_SAMPLES = 200
# Grasps are the same where both contacts are nearer to each other than this, px. Chosen: less
# than a finger.
_SAME_PX = 6.0


@dataclass(frozen=True)
class GivenGrasp:
    """A 6-DoF grasp from elsewhere.

    Attributes:
        tcp2camera: 4x4 pose of the TCP in the optical frame, m.
        width: between the fingers as it is drawn, m: the opening, or the object's width.
        opening: of the gripper before it closes, m; None where it is not known.
        source: recording or dataset.
        quality: 0 to 1; None where it is not known.
    """

    tcp2camera: FloatArray
    width: float
    opening: float | None = None
    source: str = 'recording'
    quality: float | None = None


@dataclass(frozen=True)
class Unified:
    """The grasps of an object.

    Attributes:
        grasps: best first.
        space_box: around the object; None where nothing was planned.
        reason: why there is no grasp; empty where there is one.
    """

    grasps: tuple[AnnotatedGrasp, ...]
    space_box: SpaceBox | None
    reason: str = ''


class GraspUnifier:
    """Brings grasps of every kind into one form; plans where there are none."""

    def __init__(self, planner: GraspPlanner, most: int) -> None:
        """Take a planner, and how many grasps an object has at most."""
        self._planner, self._most = planner, most

    @property
    def gripper(self) -> Gripper:
        """Of the planner."""
        return self._planner.gripper

    def unify(
        self,
        frame: RgbdFrame,
        box: Box,
        mask: RegionMask,
        given: Sequence[GivenGrasp] = (),
        proposals: Sequence[AnnotatedGrasp] = (),
    ) -> Unified:
        """The grasps of an object: those that are given, else planned ones.

        Args:
            frame: colour and depth.
            box: of the object, px.
            mask: of the object.
            given: 6-DoF grasps that came with the image.
            proposals: rectangles and contacts that came with it.
        """
        plan = self._plan(frame, box, mask)
        around = None if plan.box is None else SpaceBox(plan.box.box2frame, plan.box.size)
        known = [g for each in given if (g := self.from_pose(each, frame.camera, mask))]
        found = [*known, *proposals]
        if not found:
            found = [self._planned(grasp, frame.camera) for grasp in plan.grasps]
        return Unified(tuple(_distinct(found)[: self._most]), around, plan.message)

    def from_pose(
        self, given: GivenGrasp, camera: Camera, mask: RegionMask
    ) -> AnnotatedGrasp | None:
        """A 6-DoF grasp as a rectangle and as contacts: the outermost points of the mask on it.

        Args:
            given: the grasp.
            camera: intrinsics.
            mask: of the object.

        Returns:
            None where the closing line does not meet the mask, or lies behind the camera.
        """
        rectangle = self._rectangle(given.tcp2camera, given.width, camera)
        if rectangle is None:
            return None
        contacts = contacts_on(rectangle, mask, camera.width, camera.height)
        if contacts is None:
            return None
        return AnnotatedGrasp(
            rectangle, contacts, given.source, given.quality, given.tcp2camera, given.opening
        )

    def _plan(self, frame: RgbdFrame, box: Box, mask: RegionMask) -> GraspPlan:
        grounding = Grounding(GroundingStatus.OK, 'annotation', box=box, mask=mask, score=1.0)
        return self._planner.plan(frame, grounding, frame.up)

    def _planned(self, grasp: Grasp, camera: Camera) -> AnnotatedGrasp:
        """A planned grasp: the planner knows the contacts, also at a rim within the mask."""
        opening = min(grasp.opening_width, self.gripper.max_opening)
        pose = np.array(grasp.tcp2frame)
        pose[:3, 3] = grasp.contact_points.mean(axis=0)
        rectangle = self._rectangle(pose, opening, camera) or grasp.rectangle
        return AnnotatedGrasp(
            rectangle, grasp.contacts, 'planner', grasp.quality, grasp.tcp2frame, opening
        )

    def _rectangle(
        self, pose: FloatArray, opening: float, camera: Camera
    ) -> GraspRectangle | None:
        """The opening of a gripper at a pose (4x4), projected; None where it is not seen."""
        half = np.array([0.0, opening / 2, 0.0]), np.array([self.gripper.finger_width / 2, 0, 0])
        points = [pose[:3, 3] + pose[:3, :3] @ (sign * h) for h in half for sign in (-1, 1)]
        if min(point[2] for point in points) <= 0:
            return None
        first, second, low, high = camera.project(np.array(points))
        height = max(float(np.linalg.norm(high - low)), 1.0)
        try:
            return ContactPair(*first, *second).to_rectangle(height)
        except RectangleError:
            return None


def contacts_on(
    rectangle: GraspRectangle, mask: RegionMask, width: int, height: int
) -> ContactPair | None:
    """Where jaws that close along a rectangle's opening axis meet a mask; None where they do not.

    Args:
        rectangle: px.
        mask: of the object.
        width: of the image, px.
        height: of the image, px.
    """
    ends = rectangle.to_contacts().points
    line = ends[0] + np.linspace(0, 1, _SAMPLES)[:, None] * (ends[1] - ends[0])
    columns, rows = np.round(line).astype(int).T
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    full = mask.to_full(height, width)
    on = np.zeros(len(line), bool)
    on[inside] = full[rows[inside], columns[inside]]
    hit = np.flatnonzero(on)
    if len(hit) < 2:
        return None
    (x1, y1), (x2, y2) = line[hit[0]], line[hit[-1]]
    try:
        return ContactPair(float(x1), float(y1), float(x2), float(y2))
    except RectangleError:
        return None


def from_contacts(contacts: ContactPair, opening_px: float, jaw_px: float) -> AnnotatedGrasp:
    """A contact pair as a grasp of a person.

    Args:
        contacts: px.
        opening_px: that the gripper is wider than the pair, px.
        jaw_px: height of the jaws, px.
    """
    rectangle = contacts.to_rectangle(jaw_px)
    wider = replace(rectangle, width=rectangle.width + opening_px)
    return AnnotatedGrasp(wider, contacts, 'review')


def _distinct(grasps: Sequence[AnnotatedGrasp]) -> list[AnnotatedGrasp]:
    """The grasps without those that look like a better one."""
    kept: list[AnnotatedGrasp] = []
    for grasp in grasps:
        points = grasp.contacts.points
        if not any(
            min(
                np.abs(points - other.contacts.points).max(),
                np.abs(points[::-1] - other.contacts.points).max(),
            )
            < _SAME_PX
            for other in kept
        ):
            kept.append(grasp)
    return kept

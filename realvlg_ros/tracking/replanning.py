"""When a followed target is planned for again, and what the planner is given."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from ..errors import RectangleError
from ..frame import RgbdFrame
from ..grasping.rectangle import ContactPair, GraspRectangle
from ..grounding.grounding import Grounding
from ..transforms import FloatArray, invert
from .object_motion import image_motion
from .region import fresh_region
from .rigid_fit import difference
from .target import TargetState
from .target_track import TargetTrack

# A target without any grasp is tried again this often, s.
_NO_GRASP_PERIOD_S = 1.0


def plan_is_due(track: TargetTrack) -> bool:
    """Whether a target's grasps should be planned again in the newest frame.

    Plans are averaged after a grounding, and again after the object was moved: what stands
    around it is different there.
    """
    settings = track.settings
    since = (track.stamp_ns - track.planned_ns) * 1e-9
    if not (track.seen and track.clear_view) or track.mask is None:
        return False
    if track.state == TargetState.LOST:
        return False
    if since < settings.plan_period_s:
        return False
    if not track.candidates.grasps and track.candidates.plans >= settings.fused_plans:
        return since >= _NO_GRASP_PERIOD_S
    if track.candidates.plans < settings.fused_plans:
        return True
    error = difference(track.object2world, track.planned_pose)
    moved = (
        np.linalg.norm(error[:3]) > settings.replan_distance_m
        or math.degrees(float(np.linalg.norm(error[3:]))) > settings.replan_angle_deg
    )
    return bool(moved) and not track.filter.moving


def planning_input(track: TargetTrack, frame: RgbdFrame) -> Grounding:
    """The grounding of a target as it would be in the newest frame."""
    camera2world = np.eye(4) if frame.camera2fixed is None else frame.camera2fixed
    object2camera = invert(camera2world) @ track.object2world
    affine = image_motion(track.grounded_view, frame.camera, object2camera)
    mask = track.mask
    if mask is not None:
        view = track.nearest_view(object2camera)
        mask = fresh_region(view, frame.depth, frame.camera, object2camera, mask)
    return replace(
        track.grounding,
        stamp_ns=frame.stamp_ns,
        box=None if mask is None else mask.box,
        mask=mask,
        rectangles=_moved_rectangles(track.grounding.rectangles, affine),
        contacts=_moved_contacts(track.grounding.contacts, affine),
    )


def _moved_rectangles(
    rectangles: tuple[GraspRectangle, ...], affine: FloatArray
) -> tuple[GraspRectangle, ...]:
    moved = []
    for rectangle in rectangles:
        corners = rectangle.corners() @ affine[:, :2].T + affine[:, 2]
        try:
            moved.append(GraspRectangle.from_corners(corners, rectangle.score))
        except RectangleError:
            continue
    return tuple(moved)


def _moved_contacts(
    contacts: tuple[ContactPair, ...], affine: FloatArray
) -> tuple[ContactPair, ...]:
    moved = []
    for pair in contacts:
        x1, y1, x2, y2 = (pair.points @ affine[:, :2].T + affine[:, 2]).ravel().tolist()
        moved.append(ContactPair(x1, y1, x2, y2, pair.score))
    return tuple(moved)

"""When a followed target is planned for again, and what the planner is given."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from ...arrays import Float32Array, FloatArray
from ...errors import RectangleError
from ...grounding.grounding import Grounding
from ...rectangle import ContactPair, GraspRectangle
from ...transforms import invert, rotation_angle
from ..measurement.object_motion import image_motion
from ..measurement.region import carried_region, fresh_region
from ..memory.key_frames import KeyFrame, ThinnedFrame
from .outline import outline
from .plan_job import PlanJob
from .track import TargetTrack

# A target without any grasp is tried again this often, s. Chosen: a robot waits no longer, and
# planning takes a fraction of it.
_NO_GRASP_PERIOD_S = 1.0
# So many grasps of earlier plans, the best, are measured again in each. Chosen: bounds the work of
# a plan.
_MEASURED_AGAIN = 10
# A target that moved less than this against the camera, m and rad, has not moved. Chosen: about
# what a tracked pose trembles.
_STILL_M, _STILL_RAD = 0.0007, 0.003
# With fewer pixels in its outline a target is planned for in its whole region. Chosen: the planner
# measures nothing on fewer.
_LEAST_OWN_PX = 20


def plan_is_due(track: TargetTrack) -> bool:
    """Whether a target's grasps should be planned again in the newest frame.

    Plans are averaged after a grounding, and again after the object was moved: what stands
    around it is different there. One more is made when something has come in the way.
    """
    settings = track.settings
    since = (track.stamp_ns - track.planned_ns) * 1e-9
    in_sight = track.clear_view or track.awaits_plan
    if not (track.seen and in_sight) or track.mask is None or track.planning:
        return False
    if track.life.lost or not track.settled:
        return False
    if since < settings.plan_period:
        return False
    if track.awaits_plan or track.candidates.disturbed:
        return True
    if not track.candidates.is_open and track.candidates.plans >= settings.fused_plans:
        return since >= _NO_GRASP_PERIOD_S
    if track.candidates.plans < settings.fused_plans:
        return True
    return track.moved_since_plan and not track.filter.moving


def job_for(
    track: TargetTrack,
    key: KeyFrame,
    object2camera: FloatArray,
    neighbours: Iterable[KeyFrame | ThinnedFrame],
    grounding: Grounding | None = None,
) -> PlanJob:
    """The job of planning for a target at a pose in a frame, which may be the grounded one.

    Its depth is averaged over neighbours, nearest first, between which the target did not move.

    Args:
        track: the target.
        key: the frame to plan in.
        object2camera: (4x4) pose in that frame.
        neighbours: frames whose depth is averaged in, nearest first.
        grounding: None for what is known of the target.
    """
    frame = key.to_frame()
    return PlanJob(
        track.track_id, track.born_ns, frame,
        grounding or planning_input(track, key, object2camera),
        frame.up if track.settings.level_fixed_frame else None,
        invert(object2camera), key.camera2world @ object2camera,
        tuple(_still_depths(track, key, object2camera, neighbours)),
        track.candidates.grasps[:_MEASURED_AGAIN],
    )  # fmt: skip


def _still_depths(
    track: TargetTrack,
    key: KeyFrame,
    object2camera: FloatArray,
    neighbours: Iterable[KeyFrame | ThinnedFrame],
) -> Iterator[Float32Array]:
    """Depths of neighbours, nearest first, up to the first in which something was different.

    Args:
        track: the target.
        key: the frame to plan in.
        object2camera: (4x4) pose in that frame.
        neighbours: frames, nearest first.
    """
    for other in itertools.islice(neighbours, track.settings.averaged_frames - 1):
        if key.stamp_ns >= track.candidates.changed_ns > other.stamp_ns:
            # It shows what is not so any more.
            return
        place = None if isinstance(other, ThinnedFrame) else track.past_place(other)
        if isinstance(other, ThinnedFrame) or place is None:
            return
        if np.abs(place[:3, 3] - object2camera[:3, 3]).max() > _STILL_M:
            return
        if rotation_angle(place[:3, :3].T @ object2camera[:3, :3]) > _STILL_RAD:
            return
        yield other.depth


def first_jobs(track: TargetTrack, frames: Sequence[KeyFrame | ThinnedFrame]) -> Iterator[PlanJob]:
    """Jobs in whole frames after the grounded one, evenly spaced, where the target is in sight."""
    settings = track.settings
    whole = [key for key in frames if isinstance(key, KeyFrame)]
    count = min(settings.first_plans, settings.fused_plans) - 1
    count = max(min(count, len(whole)), 0)
    for share in np.linspace(len(whole) - 1, 0, count + 1)[:count]:
        index = round(float(share))
        place = track.past_place(whole[index])
        if place is not None:
            yield job_for(track, whole[index], place, whole[:index][::-1])


def planning_input(track: TargetTrack, key: KeyFrame, object2camera: FloatArray) -> Grounding:
    """The grounding of a target as it would be in a frame in which its pose is known.

    Args:
        track: the target.
        key: the frame to plan in.
        object2camera: (4x4) pose in that frame.
    """
    affine = image_motion(track.views.grounded, key.camera, object2camera)
    view = track.views.nearest(object2camera)
    mask = carried_region(view, key.camera, object2camera)
    if mask is not None:
        fresh = fresh_region(view, key.depth, key.camera, object2camera, mask)
        own = fresh.within(outline(track, key, object2camera, mask))
        mask = own.tight if own.area >= _LEAST_OWN_PX else fresh
    return replace(
        track.grounding,
        stamp_ns=key.stamp_ns,
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

"""A track as the GraspTarget that is published."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from ...arrays import FloatArray
from ...camera import Camera
from ...errors import RectangleError
from ...grasping.completion.object_box import ObjectBox
from ...grasping.grasp import Grasp
from ...grounding.grounding import Grounding
from ...rectangle import ContactPair
from ...transforms import invert, transform_points
from ..measurement.rigid_fit import skew
from ..memory.key_frames import KeyFrame
from .stability import position_std, rotation_std
from .target import GraspTarget, TargetState
from .track import TargetTrack

# A new target without a grasp waits so long for the plans that are made of more frames, s. Chosen:
# several times what they take at camera rate.
_MORE_PLANS_S = 1.0


def report(
    track: TargetTrack,
    key: KeyFrame,
    timings_ms: dict[str, float],
    watched: bool = False,
    most: int | None = None,
) -> GraspTarget:
    """Describe a target in the newest frame; its grasps in the world, best first.

    Args:
        track: the target.
        key: the newest frame.
        timings_ms: duration of each stage by its name, ms.
        watched: whether its grasps are checked against frames; it is then stable only where they
            were checked lately.
        most: at most so many of its grasps; all if it is not given.
    """
    held, checked_ns = track.candidates.published(watched, most)
    if track.life.lost or track.life.place_empty:
        held, checked_ns = (), 0
    grasps = _in_world(track, held)
    state, message = track.life.state, track.life.message
    if not grasps and state in (TargetState.TENTATIVE, TargetState.CONFIRMED):
        state, message = _without_grasp(track)
    world2camera = invert(key.camera2world)
    grasps = _in_image(grasps, key.camera, world2camera)
    stable = False
    if grasps:
        track.life.gauge.add(key.stamp_ns, grasps[0].tcp2frame, grasps[0].covariance)
        settled = track.life.gauge.stable and state == TargetState.CONFIRMED
        lately = (key.stamp_ns - checked_ns) * 1e-9 <= track.settings.check_grasps_period
        stable = settled and (not watched or (track.seen and lately))
    track.notice = '' if stable else track.notice
    message = message or track.notice
    if grasps and watched:
        message = '; '.join(filter(None, (message, _age_of_check(key.stamp_ns - checked_ns))))
    return GraspTarget(
        state,
        key.stamp_ns,
        key.world,
        camera_frame_id=key.camera.frame_id,
        track_id=track.track_id,
        request_id=track.grounding.request_id,
        label=track.grounding.label,
        stable=stable,
        message=message,
        position_std=position_std(grasps[0].covariance) if grasps else 0.0,
        rotation_std=rotation_std(grasps[0].covariance) if grasps else 0.0,
        grasps=grasps,
        box=track.box,
        mask=track.mask,
        grounded_stamp_ns=track.grounding.stamp_ns,
        checked_stamp_ns=checked_ns,
        timings_ms=dict(timings_ms),
        object_box=_box_in_world(track),
        look_from=_view_in_world(track, state),
    )


def _box_in_world(track: TargetTrack) -> ObjectBox | None:
    """Around the object, unless it is not known where that is."""
    if track.object_box is None or track.life.lost or track.life.place_empty:
        return None
    return track.object_box.transformed(track.object2world)


def _view_in_world(track: TargetTrack, state: TargetState) -> FloatArray | None:
    """From where it should be looked at (3,), where only what is not seen leaves no grasp."""
    blocked = track.candidates.obstructions()
    if state is not TargetState.NO_GRASP or blocked or track.look_from is None:
        return None
    return np.asarray(track.object2world[:3, :3] @ track.look_from)


def _without_grasp(track: TargetTrack) -> tuple[TargetState, str]:
    """State and message of a target in sight that has no grasp."""
    obstructions = track.candidates.obstructions()
    if track.awaits_plan:
        reason = f'no grasp now: {obstructions}; grasps are planned again'
        return TargetState.TENTATIVE, reason
    if obstructions:
        return TargetState.NO_GRASP, f'no grasp: {obstructions}'
    # The noise of one frame does not decide, as long as more plans may come.
    wanted = min(track.settings.first_plans, track.settings.fused_plans)
    waited_s = (track.stamp_ns - track.settled_ns) * 1e-9
    if track.candidates.plans < wanted and waited_s < _MORE_PLANS_S:
        reason = f'{track.plan_message}; more frames are looked at'
        return TargetState.TENTATIVE, reason
    return TargetState.NO_GRASP, track.plan_message


def _age_of_check(age_ns: int) -> str:
    """When grasps were checked, in words."""
    if age_ns == 0:
        return 'the grasps were checked in this image'
    return f'the grasps were checked {age_ns * 1e-9:.2f} s before this image'


def refusal(grounding: Grounding, newest: KeyFrame | None, reason: str) -> GraspTarget:
    """A grounding that no target came of, in the newest frame if there is one.

    Args:
        grounding: that no target came of.
        newest: the newest frame; None before the first.
        reason: in words.
    """
    return GraspTarget(
        TargetState.LOST,
        grounding.stamp_ns if newest is None else newest.stamp_ns,
        grounding.frame_id if newest is None else newest.world,
        camera_frame_id=grounding.frame_id,
        request_id=grounding.request_id,
        label=grounding.label,
        message=reason,
        grounded_stamp_ns=grounding.stamp_ns,
    )


def _in_world(track: TargetTrack, grasps: tuple[Grasp, ...]) -> tuple[Grasp, ...]:
    """Place grasps of the object frame in the world, with the object's own uncertainty."""
    if not grasps:
        return ()
    pose = track.object2world
    poses = pose @ np.stack([grasp.tcp2frame for grasp in grasps])
    turn = np.zeros((6, 6))
    turn[:3, :3] = turn[3:, 3:] = pose[:3, :3]
    own = turn @ np.stack([grasp.covariance for grasp in grasps]) @ turn.T
    lever = np.tile(np.eye(6), (len(grasps), 1, 1))
    lever[:, :3, 3:] = -skew(poses[:, :3, 3] - pose[:3, 3])
    covariances = own + lever @ track.covariance @ lever.transpose(0, 2, 1)
    contacts = transform_points(pose, np.stack([grasp.contact_points for grasp in grasps]))
    retreats = np.stack([grasp.retreat for grasp in grasps]) @ pose[:3, :3].T
    return tuple(
        replace(
            grasp, tcp2frame=poses[i], covariance=covariances[i],
            contact_points=contacts[i], retreat=retreats[i],
        )
        for i, grasp in enumerate(grasps)
    )  # fmt: skip


def _in_image(
    grasps: tuple[Grasp, ...], camera: Camera, world2camera: FloatArray
) -> tuple[Grasp, ...]:
    """Draw grasps' contacts and rectangles in the newest image, where they are in sight."""
    if not grasps:
        return ()
    points = np.stack([grasp.contact_points for grasp in grasps])
    pixels = camera.project(transform_points(world2camera, points)).reshape(-1, 4).tolist()
    return tuple(_drawn(grasp, *ends) for grasp, ends in zip(grasps, pixels, strict=True))


def _drawn(grasp: Grasp, x1: float, y1: float, x2: float, y2: float) -> Grasp:
    """A grasp with its contacts at pixels; as it is where they are out of sight."""
    old = grasp.contacts
    scale = math.hypot(x2 - x1, y2 - y1) / math.hypot(old.x2 - old.x1, old.y2 - old.y1)
    try:
        contacts = ContactPair(x1, y1, x2, y2, old.score)
        rectangle = replace(
            contacts.to_rectangle(grasp.rectangle.height * scale),
            width=grasp.rectangle.width * scale,
            score=grasp.rectangle.score,
        )
    except RectangleError:
        return grasp
    return replace(grasp, contacts=contacts, rectangle=rectangle)

"""A track as the GraspTarget that is published."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..camera import Camera
from ..errors import RectangleError
from ..grasping.grasp import Grasp
from ..grasping.rectangle import ContactPair
from ..transforms import FloatArray, invert, transform_points
from .key_frames import KeyFrame
from .rigid_fit import skew
from .stability import position_std, rotation_std
from .target import GraspTarget, TargetState
from .target_track import TargetTrack


def report(track: TargetTrack, key: KeyFrame, timings_ms: dict[str, float]) -> GraspTarget:
    """Describe a target in the newest frame; its grasps in the world, best first."""
    grasps = tuple(_in_world(track, grasp) for grasp in track.candidates.grasps)
    state, message = track.state, track.message
    if not grasps and state in (TargetState.TENTATIVE, TargetState.CONFIRMED):
        state, message = TargetState.NO_GRASP, track.plan_message
    world2camera = invert(key.camera2world)
    grasps = tuple(_in_image(grasp, key.camera, world2camera) for grasp in grasps)
    stable = False
    if grasps:
        track.gauge.add(key.stamp_ns, grasps[0].tcp2frame, grasps[0].covariance)
        stable = track.gauge.stable and state == TargetState.CONFIRMED
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
        timings_ms=dict(timings_ms),
    )


def _in_world(track: TargetTrack, grasp: Grasp) -> Grasp:
    """Place a grasp of the object frame in the world, with the object's own uncertainty."""
    pose = track.object2world
    placed = grasp.transformed(pose)
    arm = placed.position - pose[:3, 3]
    lever = np.eye(6)
    lever[:3, 3:] = -skew(arm)
    carried = lever @ track.covariance @ lever.T
    return replace(placed, covariance=placed.covariance + carried)


def _in_image(grasp: Grasp, camera: Camera, world2camera: FloatArray) -> Grasp:
    """Draw a grasp's contacts and rectangle in the newest image, where they are in sight."""
    pixels = camera.project(transform_points(world2camera, grasp.contact_points))
    before = float(np.linalg.norm(np.diff(grasp.contacts.points, axis=0)))
    after = float(np.linalg.norm(np.diff(pixels, axis=0)))
    if not np.isfinite(pixels).all() or before <= 0 or after <= 0:
        return grasp
    x1, y1, x2, y2 = pixels.ravel().tolist()
    contacts = ContactPair(x1, y1, x2, y2, grasp.contacts.score)
    try:
        rectangle = replace(
            contacts.to_rectangle(grasp.rectangle.height * after / before),
            width=grasp.rectangle.width * after / before,
            score=grasp.rectangle.score,
        )
    except RectangleError:
        return grasp
    return replace(grasp, contacts=contacts, rectangle=rectangle)

"""Grasp and GraspTarget to their messages and back."""

from __future__ import annotations

from copy import copy

import numpy as np
from std_msgs.msg import Header

from ... import msg as msgs
from ...arrays import FloatArray
from ...errors import MessageError
from ...grasping.completion.object_box import ObjectBox
from ...grasping.grasp import Grasp, GraspSource
from ...grasping.gripper import Gripper
from ...message_limits import MAX_ID_CHARACTERS, MAX_METRES
from ...tracking.target.target import GraspTarget, TargetState
from ...transforms import invert
from . import values
from .pose import (
    point_from_msg,
    point_to_msg,
    pose_from_msg,
    pose_to_msg,
    pose_with_covariance_from_msg,
    pose_with_covariance_to_msg,
    vector_to_msg,
)
from .rectangle import contacts_from_msg, contacts_to_msg, rectangle_from_msg, rectangle_to_msg
from .region import (
    box_from_msg,
    box_to_msg,
    mask_from_msg,
    mask_to_msg,
    timings_from_msg,
    timings_to_msg,
)
from .stamps import ns_to_stamp, stamp_to_ns

# Longest opening, standoff and way of a grasp, m. Chosen: longer than an arm.
_LENGTH = 10.0


def grasp_to_msg(grasp: Grasp, tcp2link: FloatArray) -> msgs.GraspCandidate:
    """The message of a grasp; the terms of its quality are not part of it.

    Args:
        grasp: in the frame of the enclosing message.
        tcp2link: 4x4 pose of the TCP in the link whose pose is given beside the TCP's.
    """
    return msgs.GraspCandidate(
        pose=pose_with_covariance_to_msg(grasp.tcp2frame, grasp.covariance),
        object_width=float(grasp.object_width),
        opening_width=float(grasp.opening_width),
        approach=vector_to_msg(grasp.approach),
        standoff=float(grasp.standoff),
        retreat=vector_to_msg(grasp.retreat),
        retreat_distance=float(grasp.retreat_distance),
        quality=float(grasp.quality),
        preference=float(grasp.preference),
        source=_source_to_text(grasp),
        rectangle=rectangle_to_msg(grasp.rectangle),
        contacts=contacts_to_msg(grasp.contacts),
        contact_points=[point_to_msg(point) for point in grasp.contact_points],
        support_counts=np.array(grasp.support_counts, np.uint32),
        contacts_seen=np.array(grasp.contacts_seen, np.float32),
        parent_link_pose=pose_to_msg(grasp.tcp2frame @ invert(tcp2link)),
        clearance=float(grasp.clearance),
    )


def grasp_from_msg(msg: msgs.GraspCandidate) -> Grasp:
    """The grasp of a message.

    Raises:
        MessageError: an unknown source, or a number that is not finite or outside its range.
        TransformError: the pose is not a rigid transform.
        RectangleError: the rectangle or the contacts are degenerate.
    """
    source, proposer = _source_from_text(msg.source)
    if not len(msg.contact_points) == len(msg.support_counts) == len(msg.contacts_seen) == 2:
        raise MessageError('a grasp has two contacts, with counts and shares; fill all of them')
    tcp2frame, covariance = pose_with_covariance_from_msg(msg.pose)
    return Grasp(
        tcp2frame=tcp2frame,
        covariance=covariance,
        object_width=values.number('object_width of a grasp', msg.object_width, 0.0, _LENGTH),
        opening_width=values.number('opening_width of a grasp', msg.opening_width, 0.0, _LENGTH),
        standoff=values.number('standoff of a grasp', msg.standoff, 0.0, _LENGTH),
        retreat=values.vector('retreat of a grasp', point_from_msg(msg.retreat), unit=True),
        retreat_distance=values.number(
            'retreat_distance of a grasp', msg.retreat_distance, 0.0, _LENGTH
        ),
        quality=values.share('quality of a grasp', msg.quality),
        preference=values.share('preference of a grasp', msg.preference),
        source=source,
        proposer=proposer,
        rectangle=rectangle_from_msg(msg.rectangle),
        contacts=contacts_from_msg(msg.contacts),
        contact_points=np.stack(
            [values.vector('contact_points', point_from_msg(p)) for p in msg.contact_points]
        ),
        support_counts=(int(msg.support_counts[0]), int(msg.support_counts[1])),
        contacts_seen=(
            values.share('contacts_seen', float(msg.contacts_seen[0])),
            values.share('contacts_seen', float(msg.contacts_seen[1])),
        ),
        clearance=values.number('clearance of a grasp', msg.clearance),
    )


def _source_to_text(grasp: Grasp) -> str:
    """What proposed a grasp; of another planner its name follows, as in external:graspgen."""
    named = f':{grasp.proposer}' if grasp.source is GraspSource.EXTERNAL else ''
    return f'{grasp.source.value}{named}'


def _source_from_text(text: str) -> tuple[GraspSource, str]:
    """The source and the name of another planner.

    Raises:
        MessageError: an unknown source, or another planner without a name.
    """
    kind, _, name = text.partition(':')
    sources = {source.value: source for source in GraspSource}
    external = kind == GraspSource.EXTERNAL.value
    if kind not in sources or bool(name) != external or len(name) > MAX_ID_CHARACTERS:
        raise MessageError(
            f'grasp has source {text[:80]!r}; expected one of {", ".join(sources)}, the last with '
            'the name of its planner, as external:NAME'
        )
    return sources[kind], name


def target_to_msg(
    target: GraspTarget, gripper: Gripper, link: str = '', latency: float = 0.0
) -> msgs.GraspTarget:
    """The message of a target.

    Args:
        target: as the tracker reports it.
        gripper: that its grasps were planned for.
        link: of the robot, whose pose is given for each grasp; empty: the profile's parent link.
        latency: time from the image to the publication, s.

    Raises:
        GripperError: the profile does not say where the TCP is in that link.
    """
    tcp2link = gripper.tcp_in(link)
    msg = msgs.GraspTarget(
        track_id=int(target.track_id),
        request_id=target.request_id,
        label=target.label,
        state=int(target.state),
        stable=bool(target.stable),
        message=target.message,
        tf_unavailable=target.tf_unavailable,
        position_std=float(target.position_std),
        rotation_std=float(target.rotation_std),
        grasps=[grasp_to_msg(grasp, tcp2link) for grasp in target.grasps],
        gripper=gripper.name,
        parent_link=link or gripper.parent_link,
        camera_frame_id=target.camera_frame_id,
        box=box_to_msg(target.box),
        mask=mask_to_msg(target.mask),
        grounded_stamp=ns_to_stamp(target.grounded_stamp_ns),
        checked_stamp=ns_to_stamp(target.checked_stamp_ns),
        latency=float(latency),
        timings=timings_to_msg(target.timings_ms),
    )
    if target.object_box is not None:
        msg.object_pose = pose_to_msg(target.object_box.box2frame)
        msg.object_size = vector_to_msg(target.object_box.size)
        msg.object_on_support = target.object_box.on_support
    if target.look_from is not None:
        msg.look_from = vector_to_msg(target.look_from)
    msg.header.stamp = ns_to_stamp(target.stamp_ns)
    msg.header.frame_id = target.frame_id
    return msg


def target_from_msg(msg: msgs.GraspTarget) -> GraspTarget:
    """The target of a message.

    Raises:
        MessageError: an unknown state or source, a mask that contradicts its size, a number that
            is not finite or outside its range, or too many grasps.
        TransformError: the pose of a grasp is not a rigid transform.
        RectangleError: a rectangle or contact pair is degenerate.
        FrameError: a box that is empty or not finite.
    """
    if msg.state not in set(TargetState):
        raise MessageError(
            f'target {msg.track_id} has state {msg.state}; expected one of '
            f'{", ".join(f"{s.value} {s.name}" for s in TargetState)}'
        )
    values.items('grasps of a target', msg.grasps)
    values.texts(
        'a target', request_id=msg.request_id, label=msg.label, message=msg.message,
        gripper=msg.gripper, parent_link=msg.parent_link, frame_id=msg.header.frame_id,
        camera_frame_id=msg.camera_frame_id,
    )  # fmt: skip
    return GraspTarget(
        state=TargetState(msg.state),
        stamp_ns=stamp_to_ns(msg.header.stamp),
        frame_id=msg.header.frame_id,
        camera_frame_id=msg.camera_frame_id,
        track_id=msg.track_id,
        request_id=msg.request_id,
        label=msg.label,
        stable=msg.stable,
        message=msg.message,
        tf_unavailable=msg.tf_unavailable,
        position_std=values.number('position_std', msg.position_std, 0.0),
        rotation_std=values.number('rotation_std', msg.rotation_std, 0.0),
        grasps=tuple(grasp_from_msg(grasp) for grasp in msg.grasps),
        box=box_from_msg(msg.box),
        mask=mask_from_msg(msg.mask),
        grounded_stamp_ns=stamp_to_ns(msg.grounded_stamp),
        checked_stamp_ns=stamp_to_ns(msg.checked_stamp),
        timings_ms=timings_from_msg(msg.timings),
        object_box=_object_box(msg),
        look_from=_look_from(msg),
    )


def move_target(msg: msgs.GraspTarget, frame_id: str, old2new: FloatArray) -> msgs.GraspTarget:
    """A target with all its poses in another frame.

    Args:
        msg: the target.
        frame_id: name of the frame.
        old2new: 4x4 transform from the target's frame to it.

    Raises:
        RealvlgError: the message does not hold a target; see target_from_msg.
    """
    moved = copy(msg)
    moved.header = Header(stamp=msg.header.stamp, frame_id=frame_id)
    moved.grasps = [_move_grasp(grasp, old2new) for grasp in msg.grasps]
    box = _object_box(msg)
    if box is not None:
        moved.object_pose = pose_to_msg(box.transformed(old2new).box2frame)
    view = _look_from(msg)
    if view is not None:
        moved.look_from = vector_to_msg(old2new[:3, :3] @ view)
    return moved


def _move_grasp(msg: msgs.GraspCandidate, old2new: FloatArray) -> msgs.GraspCandidate:
    grasp = grasp_from_msg(msg)
    tcp2link = invert(pose_from_msg(msg.parent_link_pose)) @ grasp.tcp2frame
    return grasp_to_msg(grasp.transformed(old2new), tcp2link)


def _look_from(msg: msgs.GraspTarget) -> FloatArray | None:
    view = point_from_msg(msg.look_from)
    return values.vector('look_from', view, unit=True) if view.any() else None


def _object_box(msg: msgs.GraspTarget) -> ObjectBox | None:
    size = point_from_msg(msg.object_size)
    if not size.any():
        return None
    for extent in size:
        values.number('object_size', float(extent), 0.0, MAX_METRES)
    return ObjectBox(pose_from_msg(msg.object_pose), size, msg.object_on_support)

"""The motions of a target's grasps, as messages know them."""

from __future__ import annotations

from ..msg import GraspTarget
from ..ros.conversions.grasp import target_from_msg
from ..ros.conversions.pose import pose_from_msg
from ..transforms import invert
from .motion import Plan, motions_of


def plan_of(target: GraspTarget) -> Plan:
    """The poses of the link target.parent_link for each grasp, in the frame of the target.

    Raises:
        MessageError: a state or source that is not known.
        TransformError: a pose is not a rigid transform.
        RectangleError: a rectangle or contact pair is degenerate.
        FrameError: a box in the image that is empty.
    """
    thing = target_from_msg(target)
    if not thing.grasps:
        return Plan((), thing.object_box, target.track_id)
    first = target.grasps[0]
    link2frame = pose_from_msg(first.parent_link_pose)
    tcp2link = invert(link2frame) @ pose_from_msg(first.pose.pose)
    motions = motions_of(thing.grasps, tcp2link, target.header.frame_id, target.parent_link)
    return Plan(motions, thing.object_box, target.track_id)

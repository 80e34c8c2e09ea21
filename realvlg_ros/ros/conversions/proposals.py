"""Grasps of other planners from their messages."""

from __future__ import annotations

from geometry_msgs.msg import PoseArray

from ... import msg as msgs
from ...arrays import FloatArray
from ...errors import MessageError
from ...grasping.proposal_box import ProposalBatch
from ...grasping.search.external import ExternalGrasp
from ...message_limits import MAX_ID_CHARACTERS
from . import values
from .pose import pose_from_msg
from .stamps import stamp_to_ns


def proposals_of_poses(message: PoseArray, name: str, tcp2planner: FloatArray) -> ProposalBatch:
    """The poses of a planner that gives no scores: the first is the best.

    Args:
        message: poses of its grasp frame.
        name: of the planner.
        tcp2planner: 4x4 pose of our TCP in that frame.

    Raises:
        MessageError: too many, or no frame is named.
        TransformError: a pose is not a rigid transform.
    """
    values.items('poses of grasps', message.poses)
    count = max(len(message.poses), 1)
    grasps = tuple(
        ExternalGrasp(pose_from_msg(pose) @ tcp2planner, 1 - k / count, name)
        for k, pose in enumerate(message.poses)
    )
    return ProposalBatch(name, stamp_to_ns(message.header.stamp), _frame(message), grasps)


def proposals_of_target(message: msgs.GraspTarget, tcp2planner: FloatArray) -> list[ProposalBatch]:
    """The scored grasps of planners, each by the name in its `source`.

    Of each grasp the pose, `quality` as its score, and `source` are read.

    Args:
        message: with grasps whose source is the name of a planner, or external:NAME.
        tcp2planner: 4x4 pose of our TCP in the planner's grasp frame.

    Raises:
        MessageError: too many, no frame or planner is named, or a score is not 0 to 1.
        TransformError: a pose is not a rigid transform.
    """
    values.items('proposed grasps', message.grasps)
    found: dict[str, list[ExternalGrasp]] = {}
    for grasp in message.grasps:
        name = _name(grasp.source)
        pose = pose_from_msg(grasp.pose.pose) @ tcp2planner
        score = values.share('quality of a proposed grasp', float(grasp.quality))
        found.setdefault(name, []).append(ExternalGrasp(pose, score, name))
    stamp_ns, frame = stamp_to_ns(message.header.stamp), _frame(message)
    return [ProposalBatch(name, stamp_ns, frame, tuple(own)) for name, own in found.items()]


def _name(source: str) -> str:
    name = source.removeprefix('external:')
    if not name or len(name) > MAX_ID_CHARACTERS or not name.isprintable():
        raise MessageError(
            f'a proposed grasp has source {source[:80]!r}; expected the name of its planner'
        )
    return name


def _frame(message: PoseArray | msgs.GraspTarget) -> str:
    frame = str(message.header.frame_id)
    if not frame:
        raise MessageError(
            'proposed grasps have no frame_id; expected the optical frame of the camera, or the '
            'fixed frame'
        )
    return frame

"""Grasps of other planners as they are published."""

import numpy as np
import pytest
from geometry_msgs.msg import Pose, PoseArray
from realvlg_ros.msg import GraspCandidate, GraspTarget

from realvlg_ros.errors import MessageError, TransformError
from realvlg_ros.ros.conversions.proposals import proposals_of_poses, proposals_of_target
from realvlg_ros.transforms import make_transform

# A planner whose grasp frame is the hand's flange, 10 cm before the TCP, and opens along x.
TURN = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
TCP2PLANNER = make_transform(TURN.T, (0.0, 0.0, 0.1))


def pose(x, w=1.0):
    made = Pose()
    made.position.x = x
    made.orientation.w = w
    return made


def poses(*xs, frame='camera'):
    message = PoseArray(poses=[pose(x) for x in xs])
    message.header.frame_id = frame
    message.header.stamp.sec = 3
    return message


def target(*grasps, frame='camera'):
    message = GraspTarget()
    message.header.frame_id = frame
    for x, quality, source in grasps:
        candidate = GraspCandidate(quality=quality, source=source)
        candidate.pose.pose = pose(x)
        message.grasps.append(candidate)
    return message


def test_poses_come_best_first_and_at_our_tcp():
    batch = proposals_of_poses(poses(1.0, 2.0), 'graspgen', TCP2PLANNER)
    assert (batch.proposer, batch.stamp_ns, batch.frame_id) == ('graspgen', 3 * 10**9, 'camera')
    assert [g.score for g in batch.grasps] == [1.0, 0.5]
    np.testing.assert_allclose(batch.grasps[1].tcp2frame[:3, 3], (2.0, 0.0, 0.1))
    # Our opening axis, y, is the planner's x.
    np.testing.assert_allclose(batch.grasps[0].tcp2frame[:3, 1], (1.0, 0.0, 0.0), atol=1e-12)


def test_scored_grasps_are_told_apart_by_their_planners():
    message = target((1.0, 0.5, 'graspgen'), (2.0, 0.75, 'external:mine'), (3.0, 0.25, 'graspgen'))
    first, second = proposals_of_target(message, np.eye(4))
    assert [(g.proposer, g.score) for g in first.grasps] == [('graspgen', 0.5), ('graspgen', 0.25)]
    assert [(g.proposer, g.score) for g in second.grasps] == [('mine', 0.75)]
    assert proposals_of_target(target(), np.eye(4)) == []


@pytest.mark.parametrize(
    ('message', 'error', 'reason'),
    [
        (poses(1.0, frame=''), MessageError, 'have no frame_id'),
        (PoseArray(poses=[pose(0.0)] * 10_001), MessageError, 'poses of grasps'),
        (PoseArray(poses=[pose(0.0, w=0.0)]), TransformError, ''),
        (PoseArray(poses=[pose(float('nan'))]), Exception, ''),
        (target((1.0, 2.0, 'graspgen')), MessageError, 'quality of a proposed grasp is 2'),
        (target((1.0, 0.5, '')), MessageError, 'expected the name of its planner'),
        (target((1.0, 0.5, 'x' * 200)), MessageError, 'expected the name of its planner'),
        (target((1.0, 0.5, 'a'), frame=''), MessageError, 'have no frame_id'),
    ],
)
def test_what_cannot_be_a_proposal_is_refused(message, error, reason):
    with pytest.raises(error, match=reason):
        if isinstance(message, PoseArray):
            proposals_of_poses(message, 'graspgen', np.eye(4))
        else:
            proposals_of_target(message, np.eye(4))

"""Another planner's grasps on the graph: checked, followed and named as its own."""

import numpy as np
import pytest
import table_scene
from geometry_msgs.msg import Pose, PoseArray
from ros_graph import CAMERA_FRAME, wait_until
from tracking_graph import QUICK, asked

from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grasp_server import GraspServer
from realvlg_ros.nodes.grounding_node import GroundingNode
from realvlg_ros.ros.conversions.grasp import target_from_msg
from realvlg_ros.ros.conversions.pose import pose_to_msg
from realvlg_ros.transforms import invert, make_transform


def good_pose():
    """Down onto the red box of the scene, across its narrow sides, in the optical frame."""
    low, high = table_scene.RED_BOX_CORNERS
    place = (low + high) / 2 + (0.0, 0.0, 0.02)
    turn = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, -1.0]])
    return invert(table_scene.camera2world()) @ make_transform(turn, place)


@pytest.mark.parametrize('bad', [False, True])
def test_a_planners_grasp_is_relayed_as_its_own_and_a_bad_one_is_reported(graph, bad):
    diagnostics = graph.record_diagnostics()
    graph.add(GroundingNode)
    # Nothing but proposals: our own grasps would be better than this one, and fill the list.
    proposals = {'take': True, 'name': 'graspgen', 'max_age': 60.0}
    taken = {f'proposals.{name}': value for name, value in proposals.items()}
    graph.add(GraspNode, **{**QUICK, **taken, 'planner.grasp_source': 'model'})
    graph.add(GraspServer)
    publisher = graph.node.create_publisher(PoseArray, 'grasp_poses', 1)
    message = PoseArray(poses=[Pose() if bad else pose_to_msg(good_pose())])
    if bad:
        message.poses[0].orientation.w = 0.0
    message.header.frame_id = CAMERA_FRAME

    def propose():
        message.header.stamp = graph.node.get_clock().now().to_msg()
        publisher.publish(message)

    def figures():
        propose()
        for array in reversed(diagnostics):
            for status in array.status:
                if status.name == 'grasp_node: proposals':
                    shown = {value.key: int(value.value) for value in status.values}
                    return shown if any(shown.values()) else None
        return None

    counts = wait_until(figures, 'a proposal in the diagnostics')
    assert (counts['refused'] > 0, counts['received'] > 0) == (bad, not bad)
    if bad:
        return
    target = asked(graph)
    assert [grasp.source for grasp in target.grasps] == ['external:graspgen']
    place = target_from_msg(target).grasps[0].position
    assert np.linalg.norm(place - good_pose()[:3, 3]) < 0.02

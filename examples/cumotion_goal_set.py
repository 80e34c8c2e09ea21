"""Plan with cuMotion to whichever grasp is best to reach: python3 cumotion_goal_set.py "the mug".

Both turns of each grasp go into one goal set; cuMotion chooses among them, with a straight
approach before the grasp and a straight retreat after it. Nothing is executed here. Set
end_effector_link of grasp_node to the tool frame of the robot's file for cuMotion, and
fixed_frame to its base link: cuMotion takes no other frame.
"""

import sys
from typing import Any

import rclpy
from geometry_msgs.msg import Point, Pose, PoseArray
from isaac_ros_cumotion_interfaces.action import MotionPlan
from rclpy.action import ActionClient
from rclpy.node import Node
from realvlg_ros.action import PlanGrasps

from realvlg_ros.moveit.target_motions import plan_of
from realvlg_ros.ros.conversions.pose import pose_to_msg


def ask(node: Node, action: type, name: str, goal: Any) -> Any:
    """Send a goal and wait for its result."""
    client = ActionClient(node, action, name)
    client.wait_for_server()
    sent = client.send_goal_async(goal)
    rclpy.spin_until_future_complete(node, sent)
    if not sent.result().accepted:
        sys.exit(f'{name} rejected the goal: is its node active?')
    done = sent.result().get_result_async()
    rclpy.spin_until_future_complete(node, done)
    return done.result().result


def along_z(distance: float) -> Pose:
    """A way along the z of the tool, m; it is the approach where the tool's z is the TCP's."""
    return Pose(position=Point(z=distance))


rclpy.init()
node = rclpy.create_node('cumotion_goal_set')
grasps = PlanGrasps.Goal(instruction=sys.argv[1], timeout=20.0, wait_for_stable=True)
found = ask(node, PlanGrasps, '/realvlg/plan_grasps', grasps)
if found.status != PlanGrasps.Result.OK:
    sys.exit(f'no grasp: {found.message}')
target, plan = found.target, plan_of(found.target)
best = target.grasps[0]

goal = MotionPlan.Goal(plan_pose=True, plan_grasp=True, use_current_state=True)
goal.plan_approach_to_grasp = goal.plan_grasp_to_retract = True
goal.goal_pose = PoseArray(header=target.header)
goal.goal_pose.poses = [pose_to_msg(motion.grasp) for motion in plan.motions]
goal.time_dilation_factor = 0.2
goal.grasp_offset_pose = along_z(-best.standoff)
goal.retract_offset_pose = along_z(-best.retreat_distance)
goal.grasp_approach_constraint_in_goal_frame = goal.retract_constraint_in_goal_frame = True
# On the straight parts turning and moving aside cost, moving along z does not.
goal.grasp_partial_pose_vec_weight = [0.5, 0.5, 0.5, 0.1, 0.1, 0.0]
goal.retract_partial_pose_vec_weight = [0.5, 0.5, 0.5, 0.1, 0.1, 0.0]
result = ask(node, MotionPlan, '/cumotion/motion_plan', goal)
if not result.success:
    sys.exit(f'no motion: {result.message} (code {result.error_code.val})')
chosen = plan.motions[result.goal_index]
print(f'{chosen.name}: {len(result.planned_trajectory)} trajectories')
print(f'open to {chosen.opening_width:.3f} m before the first, close after it')

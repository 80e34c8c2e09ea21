"""Pick with pymoveit2 5 (PyPI): python3 pick_with_pymoveit2.py "pick up the red mug".

For a Franka arm; set end_effector_link of grasp_node to panda_link8, and fixed_frame to
panda_link0. It closes and lifts without a check: the node pick_executor does more.
"""

import sys
from threading import Thread

import rclpy
from geometry_msgs.msg import Point, Pose, PoseStamped, Vector3
from pymoveit2 import GripperCommand, MoveIt2
from rclpy.action import ActionClient
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.executors import MultiThreadedExecutor
from rclpy.node import Node
from realvlg_ros.action import PlanGrasps
from realvlg_ros.msg import GraspTarget

JOINTS = [f'panda_joint{number}' for number in range(1, 8)]
FINGER, OPEN, CLOSED, FORCE_N = 'panda_finger_joint1', 0.04, 0.0, 35.0
GRIPPER = '/gripper_controller/gripper_cmd'


def plan(node: Node, instruction: str) -> GraspTarget:
    """The object with its grasps, best first."""
    client = ActionClient(node, PlanGrasps, '/realvlg/plan_grasps')
    client.wait_for_server()
    goal = PlanGrasps.Goal(instruction=instruction, timeout=20.0, wait_for_stable=True)
    # Nothing else spins the node yet: rclpy may lose an answer that another thread takes.
    sent = client.send_goal_async(goal)
    rclpy.spin_until_future_complete(node, sent)
    if not sent.result().accepted:
        sys.exit('no grasp: grasp_server is not active')
    answer = sent.result().get_result_async()
    rclpy.spin_until_future_complete(node, answer)
    result = answer.result().result
    client.destroy()
    if not result.target.grasps:
        sys.exit(f'no grasp: {result.message}')
    return result.target


def shifted(pose: Pose, along: Vector3, distance: float) -> Pose:
    """A pose moved along a unit vector, m."""
    p = pose.position
    x, y, z = (a + distance * b for a, b in ((p.x, along.x), (p.y, along.y), (p.z, along.z)))
    return Pose(position=Point(x=x, y=y, z=z), orientation=pose.orientation)


def pick(node: Node, target: GraspTarget) -> bool:
    """Try the grasps until one was lifted."""
    frame, group = target.header.frame_id, ReentrantCallbackGroup()
    arm = MoveIt2(
        node, JOINTS, frame, target.parent_link, 'panda_arm', callback_group=group,
        use_move_group_action=True,
    )  # fmt: skip
    arm.max_velocity = arm.max_acceleration = 0.1
    hand = GripperCommand(
        node, [FINGER], [OPEN], [CLOSED], FORCE_N, callback_group=group,
        gripper_command_action_name=GRIPPER,
    )  # fmt: skip

    def go(pose: Pose, straight: bool) -> bool:
        stamped = PoseStamped(pose=pose)
        stamped.header.frame_id = frame
        share = 0.95 if straight else 0.0
        arm.move_to_pose(stamped, cartesian=straight, cartesian_fraction_threshold=share)
        return bool(arm.wait_until_executed())

    for grasp in target.grasps:
        at = grasp.parent_link_pose
        # Each of the two fingers makes half of the opening.
        hand.move_to_position(grasp.opening_width / 2)
        hand.wait_until_executed()
        before = shifted(at, grasp.approach, -grasp.standoff)
        if go(before, straight=False) and go(at, straight=True):
            hand.close()
            hand.wait_until_executed()
            return go(shifted(at, grasp.retreat, grasp.retreat_distance), straight=True)
    return False


def main() -> int:
    """Plan, pick, and return the exit status."""
    rclpy.init()
    node = rclpy.create_node('pick_with_pymoveit2')
    target = plan(node, sys.argv[1])
    executor = MultiThreadedExecutor(4)
    executor.add_node(node)
    thread = Thread(target=executor.spin)
    thread.start()
    try:
        return int(not pick(node, target))
    finally:
        executor.shutdown()
        thread.join()
        rclpy.shutdown()


if __name__ == '__main__':
    sys.exit(main())

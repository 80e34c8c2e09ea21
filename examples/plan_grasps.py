"""Ask for grasps and print them, best first: python3 plan_grasps.py "pick up the red mug"."""

import sys

import rclpy
from rclpy.action import ActionClient
from realvlg_ros.action import PlanGrasps

rclpy.init()
node = rclpy.create_node('pick_client', namespace='realvlg')
client = ActionClient(node, PlanGrasps, 'plan_grasps')
client.wait_for_server()
goal = PlanGrasps.Goal(instruction=sys.argv[1], timeout=10.0, wait_for_stable=True)
sent = client.send_goal_async(goal)
rclpy.spin_until_future_complete(node, sent)
if not sent.result().accepted:
    sys.exit('grasp_server is not active')
done = sent.result().get_result_async()
rclpy.spin_until_future_complete(node, done)
result = done.result().result
print('status', result.status, result.message)  # 0 is OK, see PlanGrasps.action
for grasp in result.target.grasps:
    print(result.target.header.frame_id, grasp.pose.pose.position, grasp.opening_width)

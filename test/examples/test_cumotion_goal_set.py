"""The example asks cuMotion for what its planner reads, where its interfaces are installed."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip('isaac_ros_cumotion_interfaces', reason="cuMotion's interfaces are missing")
pytest.importorskip('realvlg_ros.msg', reason='the interfaces are not built')

from fake_planner import FakePlanner
from isaac_ros_cumotion_interfaces.action import MotionPlan
from moveit_msgs.msg import RobotTrajectory
from rclpy.action import ActionServer
from ros_graph import Graph

from realvlg_ros.ros.conversions.pose import pose_from_msg

ROOT = Path(__file__).parents[2]


def test_both_turns_of_each_grasp_are_offered(ros_context):
    graph, goals = Graph(), []
    FakePlanner(graph.node, '/realvlg/plan_grasps')

    def execute(handle):
        goals.append(handle.request)
        handle.succeed()
        return MotionPlan.Result(
            success=True, goal_index=1, planned_trajectory=[RobotTrajectory()] * 2
        )

    server = ActionServer(graph.node, MotionPlan, '/cumotion/motion_plan', execute)
    done = subprocess.run(
        [sys.executable, str(ROOT / 'examples' / 'cumotion_goal_set.py'), 'the box'],
        capture_output=True, text=True, timeout=60,
        env={**os.environ, 'PYTHONPATH': f'{ROOT}:{os.environ.get("PYTHONPATH", "")}'},
    )  # fmt: skip
    server.destroy()
    graph.close()
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith('grasp 0 turned by 180 degrees: 2 trajectories')
    (goal,) = goals
    poses = [pose_from_msg(pose) for pose in goal.goal_pose.poses]
    assert (goal.goal_pose.header.frame_id, len(poses)) == ('base_link', 4)
    turn = np.linalg.inv(poses[0]) @ poses[1]
    assert np.allclose(turn, np.diag([-1, -1, 1, 1]))
    assert goal.plan_grasp and goal.grasp_offset_pose.position.z == pytest.approx(-0.1)

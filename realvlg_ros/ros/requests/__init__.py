"""Requests from goal to result: ground an instruction, plan grasps."""

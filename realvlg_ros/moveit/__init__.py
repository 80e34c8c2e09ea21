"""Grasps and targets in the messages of MoveIt: grasps, planning scene and requests."""

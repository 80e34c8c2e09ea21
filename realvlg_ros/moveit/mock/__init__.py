"""A robot that stands in for a real one behind the interfaces of MoveIt and of a gripper."""

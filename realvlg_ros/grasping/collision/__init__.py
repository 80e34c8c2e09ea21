"""Collisions of the gripper with the support and obstacles, and overlap with unobserved space."""

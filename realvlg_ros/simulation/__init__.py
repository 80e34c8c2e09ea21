"""A simulated table top: procedural objects, a moving RGB-D camera, and its depth noise.

The world frame is REP 103's: x forward (away from the camera's usual place), y left, z up, with
the origin in the middle of the table top.
"""

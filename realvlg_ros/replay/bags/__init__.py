"""Recordings of ROS 1 and ROS 2: read, chosen from, turned into frames, and written."""

"""Where a gripper may hold the object: antipodal pairs, approaches, proposals of a model."""

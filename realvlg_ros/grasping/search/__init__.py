"""The search for grasp candidates: antipodal pairs, approaches, proposals of a model."""

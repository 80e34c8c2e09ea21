"""Pictures of answers, scenes and grippers."""

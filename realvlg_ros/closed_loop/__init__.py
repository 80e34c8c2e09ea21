"""Closed loop: scenes at rest, an instruction, the pipeline, and a hand that really closes."""

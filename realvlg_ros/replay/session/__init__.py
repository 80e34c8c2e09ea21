"""The frames of a bag through the pipeline in lock step, and what came of it."""

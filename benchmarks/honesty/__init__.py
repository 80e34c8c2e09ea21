"""The referee in the loop: every answer to a goal is judged against the true scene."""

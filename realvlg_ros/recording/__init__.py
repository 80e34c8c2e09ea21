"""What was seen and answered around each goal, kept on disk in bounds, and its figures."""

"""A backend is asked all questions of a data set, by one process or many, and goes on."""

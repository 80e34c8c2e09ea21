"""What is annotated: frame folders, recordings of the robot, labelled data sets."""

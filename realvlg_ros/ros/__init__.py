"""Messages, frame matching, transforms and markers: what the nodes share."""

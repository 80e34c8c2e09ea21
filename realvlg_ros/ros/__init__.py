"""Messages, cameras, transforms, nodes and requests: what the nodes are made of."""

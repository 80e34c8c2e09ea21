"""A bag played to the nodes against the same bag in lock step."""

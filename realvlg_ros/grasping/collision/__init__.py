"""The gripper against the support, the things around the object, and unseen space."""

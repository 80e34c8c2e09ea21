"""Whether the nodes last: frames in haste, faults every few seconds, and answers to the end."""

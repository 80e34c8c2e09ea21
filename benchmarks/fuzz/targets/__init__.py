"""What is fuzzed: a module for each kind of source, with a tuple TARGETS of Target."""

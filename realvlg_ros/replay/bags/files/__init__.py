"""The files of bags: found, and read in each storage."""

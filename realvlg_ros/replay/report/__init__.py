"""One run as a page that opens anywhere."""

"""Review by a person, in a local web page."""

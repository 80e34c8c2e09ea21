"""The steps that make a proposal of an annotation."""

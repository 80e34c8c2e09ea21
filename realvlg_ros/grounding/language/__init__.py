"""What a person asks for in words: a lexicon, a grammar, and the weighing of things against it."""

"""SAM 3 finds every instance of a short phrase; what else is said chooses among them."""

from .grounder import Sam3Grounder, Sam3Settings, make_grounder

__all__ = ['Sam3Grounder', 'Sam3Settings', 'make_grounder']

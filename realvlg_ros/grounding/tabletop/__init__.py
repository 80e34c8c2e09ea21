"""The embedded default grounder: depth, colour and a small grammar; no weights."""

from .grounder import TabletopGrounder, TabletopSettings, make_grounder

__all__ = ['TabletopGrounder', 'TabletopSettings', 'make_grounder']

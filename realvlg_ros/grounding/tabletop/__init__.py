"""The embedded default grounder: depth, colour and a small grammar; no weights."""

from .grounder import TabletopGrounder, TabletopSettings

__all__ = ['TabletopGrounder', 'TabletopSettings']

"""Replies of any family of models, read by one tolerant parser."""

from .item import Item, Reply
from .reply import read_reply

__all__ = ['Item', 'Reply', 'read_reply']

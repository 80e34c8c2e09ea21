"""A key-value cache in preallocated buffers that can be truncated."""

from __future__ import annotations

from typing import Any

import torch
from transformers.cache_utils import Cache, CacheLayerMixin

# The buffer's size is a multiple of this many tokens. Chosen: few sizes, little waste.
_GRANULE = 256


class _BufferLayer(CacheLayerMixin):  # type: ignore[misc]
    """Keys and values of one layer: a view of the filled part of a fixed buffer."""

    is_sliding = False
    is_croppable = True

    def __init__(self, capacity: int) -> None:
        super().__init__()
        self._capacity = capacity
        self._length = 0

    def lazy_initialization(self, key_states: Any, value_states: Any) -> None:
        """Allocate the buffers in the shape and type of the first states."""
        batch, heads, _, size = key_states.shape
        self.dtype, self.device = key_states.dtype, key_states.device
        self.keys = key_states.new_empty(batch, heads, self._capacity, size)
        self.values = value_states.new_empty(batch, heads, self._capacity, size)
        self.is_initialized = True

    def update(self, key_states: Any, value_states: Any, *args: Any, **kwargs: Any) -> Any:
        """Append states and return all that are stored."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        end = self._length + key_states.shape[-2]
        if end > self._capacity:
            self._grow(end)
        self.keys[:, :, self._length : end] = key_states
        self.values[:, :, self._length : end] = value_states
        self._length = end
        return self.keys[:, :, :end], self.values[:, :, :end]

    def get_seq_length(self, *args: Any) -> int:
        """Number of tokens stored."""
        return self._length

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Length and offset of the keys that a query of this many tokens sees."""
        return self._length + int(query_length), 0

    def get_max_length(self) -> int:
        """-1, which means no limit."""
        return -1

    def crop(self, tokens_to_remove: int) -> None:
        """Drop the last tokens."""
        self._length = max(0, self._length - abs(tokens_to_remove))

    def _grow(self, needed: int) -> None:
        self._capacity = -(-needed * 3 // 2 // _GRANULE) * _GRANULE
        shape = (*self.keys.shape[:2], self._capacity, self.keys.shape[3])
        for name in ('keys', 'values'):
            old = getattr(self, name)
            new = old.new_empty(shape)
            new[:, :, : self._length] = old[:, :, : self._length]
            setattr(self, name, new)


class BufferCache(Cache):  # type: ignore[misc]
    """A cache that can be truncated, so that several questions share a prefix."""

    def __init__(self, layers: int, capacity: int) -> None:
        rounded = -(-capacity // _GRANULE) * _GRANULE
        super().__init__(layers=[_BufferLayer(rounded) for _ in range(layers)])

    def cut_to(self, length: int) -> None:
        """Keep the first tokens only."""
        for layer in self.layers:
            layer.crop(layer.get_seq_length() - length)

    @property
    def nbytes(self) -> int:
        """Memory of the buffers, bytes."""
        tensors = [t for layer in self.layers for t in (layer.keys, layer.values)]
        return sum(t.numel() * t.element_size() for t in tensors if isinstance(t, torch.Tensor))

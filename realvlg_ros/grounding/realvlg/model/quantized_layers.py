"""Layers with weights of 8 or 4 bits; activations stay floats."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

# Numbers of inputs that may share a scale and a zero, in order of preference. From PyTorch's
# kernels, which support these.
_GROUPS = (128, 64, 32)
# Up to this many rows the int8 kernel is used, which reads the small weights once; for more rows a
# float product is faster. Chosen: between one token and a prompt.
_FEW_ROWS = 16
# Rows in one call of the int4 kernel. Chosen: they stay in registers.
_INT4_ROWS = 64
# The int8 kernel takes weights whose sides are multiples of this. From PyTorch's kernel, which
# reads whole blocks.
_BLOCK = 32


class Int8Linear(nn.Module):  # type: ignore[misc]
    """A linear layer with int8 weights and one scale for each output."""

    def __init__(self, weight_int8: Any, scale: Any, bias: Any) -> None:
        """Register the buffers.

        Args:
            weight_int8: (out, in) int8.
            scale: (out,) float; weight = weight_int8 * scale.
            bias: (out,) float, or None.
        """
        super().__init__()
        self.register_buffer('weight_int8', weight_int8)
        self.register_buffer('scale', scale)
        self.register_buffer('bias', bias)

    @classmethod
    def quantize(cls, layer: Any) -> Int8Linear:
        """Round the weights of a linear layer."""
        values, scale = round_to_int8(layer.weight.detach())
        bias = None if layer.bias is None else layer.bias.detach()
        return cls(values, scale.to(layer.weight.dtype), bias)

    @classmethod
    def empty(cls, layer: Any) -> Int8Linear:
        """The same shapes, to load into."""
        shape, like = layer.weight.shape, layer.weight
        bias = None if layer.bias is None else torch.empty_like(layer.bias)
        values = torch.empty(shape, dtype=torch.int8, device=like.device)
        return cls(values, torch.empty(shape[0], dtype=like.dtype, device=like.device), bias)

    def forward(self, x: Any) -> Any:
        """The product with the rounded weights."""
        return int8_product(x, self.weight_int8, self.scale, self.bias)


class Int4Linear(nn.Module):  # type: ignore[misc]
    """A linear layer with int4 weights, and a scale and a zero for each group of inputs."""

    weight_int4: Any
    scale_zero: Any

    def __init__(self, weight_int4: Any, scale_zero: Any, bias: Any) -> None:
        """Register the buffers.

        Args:
            weight_int4: (out, in / 2) uint8, two values q of 0 to 15, the even input in the low
                half of the byte.
            scale_zero: (out, groups, 2) float; weight = (q - 8) * scale + zero.
            bias: (out,) float, or None.
        """
        super().__init__()
        self.register_buffer('weight_int4', weight_int4)
        self.register_buffer('scale_zero', scale_zero)
        self.register_buffer('bias', bias)
        self._packed = False

    @staticmethod
    def fits(layer: Any) -> bool:
        """Whether the shape of a layer suits the groups and the kernel."""
        return layer.in_features % _GROUPS[-1] == 0 and layer.out_features % 32 == 0

    @classmethod
    def quantize(cls, layer: Any) -> Int4Linear:
        """Round the weights of a linear layer, group by group."""
        weight = layer.weight.detach().float()
        grouped = weight.view(weight.shape[0], -1, _group(weight.shape[1]))
        low, high = grouped.amin(-1, keepdim=True), grouped.amax(-1, keepdim=True)
        scale = ((high - low) / 15).clamp(min=1e-8).to(layer.weight.dtype).float()
        zero = (low + 8 * scale).to(layer.weight.dtype).float()
        values = ((grouped - zero) / scale + 8).round().clamp(0, 15)
        values = values.to(torch.uint8).view(weight.shape)
        packed = values[:, ::2] | (values[:, 1::2] << 4)
        scale_zero = torch.cat([scale, zero], dim=-1).to(layer.weight.dtype)
        return cls(packed, scale_zero, None if layer.bias is None else layer.bias.detach())

    @classmethod
    def empty(cls, layer: Any) -> Int4Linear:
        """The same shapes, to load into."""
        rows, columns = layer.weight.shape
        like = layer.weight
        values = torch.empty(rows, columns // 2, dtype=torch.uint8, device=like.device)
        groups = columns // _group(columns)
        scale_zero = torch.empty(rows, groups, 2, dtype=like.dtype, device=like.device)
        return cls(
            values, scale_zero, None if layer.bias is None else torch.empty_like(layer.bias)
        )

    def unpacked(self) -> Any:
        """The stored values q (out, in), int32, 0 to 15."""
        pairs = torch.stack([self.weight_int4 & 15, self.weight_int4 >> 4], dim=-1)
        return pairs.flatten(1).to(torch.int32)

    def prepare(self) -> None:
        """Pack the weights for the kernel of the CPU; on other devices nothing changes."""
        if self._packed or self.weight_int4.device.type != 'cpu':
            return
        self.weight_int4 = torch.ops.aten._convert_weight_to_int4pack_for_cpu(self.unpacked(), 1)
        self.scale_zero = self.scale_zero.transpose(0, 1).contiguous()
        self._packed = True

    def forward(self, x: Any) -> Any:
        """The product with the rounded weights."""
        if not self._packed:
            return nn.functional.linear(x, self._dequantized(), self.bias)
        group = x.shape[-1] // self.scale_zero.shape[0]
        rows = x.reshape(-1, x.shape[-1])
        # The kernel keeps its block of rows in registers: many rows are passed in slices.
        parts = [
            torch.ops.aten._weight_int4pack_mm_for_cpu(
                part.contiguous(), self.weight_int4, group, self.scale_zero
            )
            for part in rows.split(_INT4_ROWS)
        ]
        output = torch.cat(parts).view(*x.shape[:-1], -1)
        return output if self.bias is None else output + self.bias

    def _dequantized(self) -> Any:
        scale_zero = self.scale_zero
        values = self.unpacked().to(scale_zero.dtype)
        grouped = values.view(values.shape[0], scale_zero.shape[1], -1)
        return ((grouped - 8) * scale_zero[..., :1] + scale_zero[..., 1:]).view(values.shape)


class Int8Embedding(nn.Module):  # type: ignore[misc]
    """An embedding with one scale for each token.

    Buffers: weight_int8 (tokens, width) int8, scale (tokens,).
    """

    def __init__(self, weight_int8: Any, scale: Any) -> None:
        super().__init__()
        self.register_buffer('weight_int8', weight_int8)
        self.register_buffer('scale', scale)

    @classmethod
    def quantize(cls, layer: Any) -> Int8Embedding:
        """Round the rows of an embedding."""
        values, scale = round_to_int8(layer.weight.detach())
        return cls(values, scale.to(layer.weight.dtype))

    @classmethod
    def empty(cls, layer: Any) -> Int8Embedding:
        """The same shapes, to load into."""
        like = layer.weight
        values = torch.empty(like.shape, dtype=torch.int8, device=like.device)
        return cls(values, torch.empty(like.shape[0], dtype=like.dtype, device=like.device))

    def forward(self, ids: Any) -> Any:
        """The rows of token ids."""
        return self.weight_int8[ids].to(self.scale.dtype) * self.scale[ids][..., None]


class TiedHead(nn.Module):  # type: ignore[misc]
    """The output head of a model that shares its weights with the embedding."""

    def __init__(self, embedding: Int8Embedding) -> None:
        super().__init__()
        # Not a submodule: its buffers are the embedding's and are stored once.
        self.__dict__['_embedding'] = embedding

    def forward(self, x: Any) -> Any:
        """Logits of all tokens."""
        embedding = self.__dict__['_embedding']
        return int8_product(x, embedding.weight_int8, embedding.scale, None)


def round_to_int8(weight: Any) -> tuple[Any, Any]:
    """Integers (out, in) and scale (out,) nearest to a float weight."""
    scale = (weight.float().abs().amax(dim=1) / 127).clamp(min=1e-12)
    scale = scale.to(weight.dtype).float()
    values = (weight.float() / scale[:, None]).round().clamp(-127, 127)
    return values.to(torch.int8), scale


def int8_product(x: Any, weight: Any, scale: Any, bias: Any) -> Any:
    """The product of activations with int8 weights.

    Args:
        x: (..., in) float.
        weight: (out, in) int8.
        scale: (out,) float, one for each output.
        bias: (out,) float, or None.

    Returns:
        (..., out), x @ (weight * scale).T + bias.
    """
    rows = x.reshape(-1, x.shape[-1])
    # The kernel reads past the end of sides that are no multiple of its block.
    whole = weight.shape[0] % _BLOCK == 0 and weight.shape[1] % _BLOCK == 0
    if rows.shape[0] <= _FEW_ROWS and x.device.type == 'cpu' and whole:
        product = torch._weight_int8pack_mm(rows.contiguous(), weight, scale).view(
            *x.shape[:-1], -1
        )
        return product if bias is None else product + bias
    product = nn.functional.linear(x, weight.to(x.dtype)) * scale
    return product if bias is None else product + bias


def _group(inputs: int) -> int:
    return next(g for g in _GROUPS if inputs % g == 0)

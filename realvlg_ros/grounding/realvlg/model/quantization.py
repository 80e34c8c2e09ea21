"""Checkpoints with 8- or 4-bit weights: made, stored and loaded again on another machine.

The rounded values are stored in plain safetensors; the memory layout that a machine's kernel needs
is made when they are loaded. Layers of the language model take the chosen width; the vision tower
and the embeddings, which lose more accuracy and are read less often, take 8 bits.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ....boundary import Boundary
from ....errors import GroundingError, ParameterError
from ....model_folder import read_settings
from ....model_loading import check_finite
from ....quoting import quoted
from ....torch_device import FLOAT_BYTES

FILE_NAME = 'realvlg_quantization.json'
WIDTHS = ('int8', 'int4')


@dataclass(frozen=True)
class Quantization:
    """How a stored checkpoint was rounded.

    Attributes:
        weights: width of the language layers, int8 or int4.
        dtype: of the values that stay floats.
    """

    weights: str
    dtype: str = 'bfloat16'

    def __post_init__(self) -> None:
        if self.weights not in WIDTHS:
            raise ParameterError(f'weights {quoted(self.weights)} is not int8 or int4')

    @classmethod
    def load(cls, path: Path) -> Quantization | None:
        """The quantization that a checkpoint's folder records, or None.

        Raises:
            GroundingError: the file is unreadable, or has unknown keys or values.
        """
        if not (path / FILE_NAME).is_file():
            return None
        values = read_settings(path / FILE_NAME)
        boundary = Boundary(str(path / FILE_NAME), GroundingError, 'quantize again')
        dtype = values.get('dtype', cls.dtype)
        if not isinstance(dtype, str) or dtype not in FLOAT_BYTES:
            raise boundary.refusal(f'dtype is {quoted(dtype)}')
        with boundary.guard():
            return cls(**values)


def convert(model: Any, quantization: Quantization, empty: bool) -> None:
    """Replace the layers of a model in place by quantized ones.

    Args:
        model: of transformers.
        quantization: the widths; a layer whose shape int4 does not take gets int8.
        empty: make layers of the same shapes to load into, instead of rounding the weights.
    """
    from torch import nn

    from .quantized_layers import Int4Linear, Int8Embedding, Int8Linear, TiedHead

    make = 'empty' if empty else 'quantize'
    tied = bool(model.config.tie_word_embeddings)
    for name, layer in list(model.named_modules()):
        kind: Any = None
        if isinstance(layer, nn.Embedding) and name.endswith('embed_tokens'):
            kind = Int8Embedding
        elif isinstance(layer, nn.Linear) and not (tied and name == 'lm_head'):
            small = quantization.weights == 'int4' and 'language_model.layers' in name
            kind = Int4Linear if small and Int4Linear.fits(layer) else Int8Linear
        if kind is not None:
            _replace(model, name, getattr(kind, make)(layer))
    if tied:
        model.lm_head = TiedHead(model.model.language_model.embed_tokens)


def load_quantized(model: Any, path: Path, quantization: Quantization) -> Any:
    """Fill a model from a stored quantized checkpoint.

    Args:
        model: of transformers, on the meta device but for its rotary buffers.
        path: folder of the checkpoint.
        quantization: the widths that are stored there.

    Returns:
        The same model.

    Raises:
        GroundingError: the tensors do not fit the model.
    """
    from safetensors.torch import load_file

    from .quantized_layers import Int4Linear

    convert(model, quantization, empty=True)
    tensors: dict[str, Any] = {}
    for file in sorted(path.glob('*.safetensors')):
        tensors.update(load_file(str(file)))
    boundary = Boundary(str(path), GroundingError)
    with boundary.guard('does not fit its config.json'):
        model.load_state_dict(tensors, strict=True, assign=True)
    check_finite(tensors.items(), boundary)
    for layer in model.modules():
        if isinstance(layer, Int4Linear):
            layer.prepare()
    return model


def _replace(model: Any, name: str, layer: Any) -> None:
    parent, _, child = name.rpartition('.')
    setattr(model.get_submodule(parent), child, layer)

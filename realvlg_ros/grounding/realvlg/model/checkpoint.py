"""The files of a checkpoint: checked, and their headers read, without loading weights."""

from __future__ import annotations

import json
import struct
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ....errors import GroundingError

MODEL_TYPES = ('qwen2_5_vl', 'qwen3_vl')
# Bytes of a number of each type. From the format of safetensors.
_BYTES = {
    'F64': 8, 'I64': 8, 'F32': 4, 'I32': 4, 'F16': 2, 'BF16': 2, 'I16': 2,
    'I8': 1, 'U8': 1, 'F8_E4M3': 1, 'F8_E5M2': 1, 'BOOL': 1,
}  # fmt: skip
_REFUSED = ('*.bin', '*.pt', '*.pth', '*.ckpt')


@dataclass(frozen=True)
class Tensor:
    """One tensor of a safetensors file."""

    name: str
    dtype: str
    shape: tuple[int, ...]

    @property
    def count(self) -> int:
        """Number of elements."""
        count = 1
        for side in self.shape:
            count *= side
        return count

    @property
    def nbytes(self) -> int:
        """Size as stored, bytes."""
        return self.count * _BYTES.get(self.dtype, 4)

    @property
    def part(self) -> str:
        """Which part of the model it belongs to: vision, embeddings, head or language."""
        if 'visual.' in self.name or self.name.startswith('visual'):
            return 'vision'
        if 'embed_tokens' in self.name:
            return 'embeddings'
        return 'head' if 'lm_head' in self.name else 'language'


@dataclass(frozen=True)
class Checkpoint:
    """A folder with config.json, tokenizer.json and safetensors.

    Attributes:
        path: the folder.
        model_type: of config.json.
        tensors: of all its safetensors files.
        config: content of config.json.
    """

    path: Path
    model_type: str
    tensors: tuple[Tensor, ...]
    config: dict[str, Any]

    @classmethod
    def open(cls, path: Path) -> Checkpoint:
        """Check the files of a folder and read their headers.

        Raises:
            GroundingError: a file is missing or unusable, the weights are pickled, the model
                type is not supported, or config.json asks for remote code (auto_map).
        """
        if not path.is_dir():
            raise GroundingError(f'checkpoint {path} is not a folder; download the model into it')
        config = read_json(path / 'config.json')
        model_type = str(config.get('model_type'))
        if model_type not in MODEL_TYPES:
            raise GroundingError(
                f'{path}: model type {model_type!r} is not one of {", ".join(MODEL_TYPES)}'
            )
        if 'auto_map' in config:
            raise GroundingError(f'{path}: config.json asks for code of its own; it is never run')
        files = sorted(path.glob('*.safetensors'))
        if not files:
            pickled = [f.name for pattern in _REFUSED for f in path.glob(pattern)]
            raise GroundingError(
                f'{path} holds no safetensors'
                + (f'; {pickled[0]} is a pickle and could run code, convert it' if pickled else '')
            )
        for name in ('tokenizer.json', 'preprocessor_config.json'):
            if not (path / name).is_file():
                raise GroundingError(f'{path / name} is missing; copy it from the base model')
        tensors = tuple(t for file in files for t in read_header(file))
        return cls(path, model_type, tensors, config)

    def bytes_by_part(self, bytes_per_float: int | None = None) -> dict[str, int]:
        """Size of each part, bytes, as stored or with floats of another size."""
        sizes: Counter[str] = Counter()
        for tensor in self.tensors:
            is_float = tensor.dtype in ('F64', 'F32', 'F16', 'BF16')
            each = bytes_per_float if is_float and bytes_per_float else None
            sizes[tensor.part] += tensor.count * each if each else tensor.nbytes
        return dict(sizes)

    def describe_memory(self, bytes_per_float: int | None = None) -> str:
        """The memory that the weights take, in words."""
        sizes = self.bytes_by_part(bytes_per_float)
        parts = ', '.join(f'{part} {size / 1e6:.0f} MB' for part, size in sorted(sizes.items()))
        return f'{self.path.name}: {sum(sizes.values()) / 1e9:.2f} GB of weights ({parts})'


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        GroundingError: the file is missing or is not a JSON object.
    """
    if not path.is_file():
        raise GroundingError(
            f'{path} is missing; give the folder of a downloaded model, which holds it'
        )
    try:
        values = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise GroundingError(f'{path}: {error}') from error
    if not isinstance(values, dict):
        raise GroundingError(f'{path} holds no JSON object')
    return values


def read_header(path: Path) -> list[Tensor]:
    """Tensors of a safetensors file, from its header (8 bytes of length, then JSON).

    Raises:
        GroundingError: the file is cut off or is not safetensors.
    """
    size = path.stat().st_size
    with path.open('rb') as file:
        start = file.read(8)
        length = struct.unpack('<Q', start)[0] if len(start) == 8 else 0
        if not 0 < length <= size - 8:
            raise GroundingError(f'{path} is not a safetensors file or is cut off')
        try:
            header = json.loads(file.read(length))
            entries = {k: v for k, v in header.items() if k != '__metadata__'}
            end = max((v['data_offsets'][1] for v in entries.values()), default=0)
            tensors = [Tensor(k, v['dtype'], tuple(v['shape'])) for k, v in entries.items()]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise GroundingError(f'{path}: broken safetensors header: {error!r}') from error
    if size != 8 + length + end:
        raise GroundingError(
            f'{path} is {size} bytes instead of {8 + length + end}; download it again'
        )
    return tensors

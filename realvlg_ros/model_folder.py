"""The folder of a downloaded model: looked through before a library reads anything of it.

Names decide nothing. Every file is a regular one inside of the folder, weights are safetensors
whose headers are sound, an index names nothing but those, and no JSON file asks for code or for a
form of the weights that is not ours.
"""

from __future__ import annotations

import math
import os
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .boundary import Boundary
from .documents import Size, parse_json, read_json
from .errors import GroundingError
from .files import is_file, is_folder
from .limits import (
    MAX_CONFIG_NUMBER,
    MAX_LAYERS,
    MAX_MODEL_FILES,
    MAX_TENSOR_HEADER_BYTES,
)
from .quoting import cut, quoted

# Bytes of a number of each type. From the format of safetensors.
_BYTES = {
    'C64': 8, 'F64': 8, 'I64': 8, 'U64': 8, 'F32': 4, 'I32': 4, 'U32': 4, 'F16': 2, 'BF16': 2,
    'I16': 2, 'U16': 2, 'I8': 1, 'U8': 1, 'F8_E4M3': 1, 'F8_E5M2': 1, 'F8_E8M0': 1, 'BOOL': 1,
}  # fmt: skip
_PICKLED = ('.bin', '.pt', '.pth', '.ckpt', '.pkl')
_INDEX = '.index.json'
# Names and values of an index, a header, or settings, which may list added tokens. Chosen: those
# of ten thousand tensors, or tokens, and more.
_LISTING = Size(MAX_TENSOR_HEADER_BYTES, 200_000)
# What config.json and its like may not ask for: code, and weights or layers in another form or
# from another file. The forms of this package are in files of its own.
_REFUSED = {
    'auto_map': 'asks for code of its own; it is never run',
    'custom_pipelines': 'asks for code of its own; it is never run',
    'quantization_config': 'asks for weights that are unpacked by code of others; take the '
    'original checkpoint, and realvlg model quantize',
    'compression_config': 'asks for weights that are unpacked by code of others',
    'transformers_weights': 'names its weights itself; take the key out',
    'base_model_name_or_path': 'is of an adapter; merge it into its model',
}
_ATTENTION = ('attn_implementation', '_attn_implementation', '_attn_implementation_internal')
_OWN_ATTENTION = (None, 'eager', 'sdpa')
# Whole numbers that say how many layers are made.
_LAYERS = re.compile(r'(num|n|encoder|decoder)?_?(hidden_)?(layers|blocks)|depths?|num_stages')


@dataclass(frozen=True)
class Tensor:
    """One tensor of a safetensors file."""

    name: str
    dtype: str
    shape: tuple[int, ...]

    @property
    def count(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """Size as stored, bytes."""
        return self.count * _BYTES[self.dtype]

    @property
    def part(self) -> str:
        """Which part of the model it belongs to: vision, embeddings, head or language."""
        if 'visual.' in self.name or self.name.startswith('visual'):
            return 'vision'
        if 'embed_tokens' in self.name:
            return 'embeddings'
        return 'head' if 'lm_head' in self.name else 'language'


@dataclass(frozen=True)
class ModelFolder:
    """A folder that was looked through.

    Attributes:
        path: the folder.
        files: every file in it, relative, in order.
        tensors: of all its safetensors files.
    """

    path: Path
    files: tuple[str, ...]
    tensors: tuple[Tensor, ...]

    @classmethod
    def open(cls, path: Path) -> ModelFolder:
        """Look through a folder; weights are not read, their headers are.

        Raises:
            GroundingError: a link or another file that is no regular one, no safetensors, a broken
                header, an index that names another file or tensor, or a JSON file that asks for
                what is refused.
        """
        boundary = Boundary(str(path), GroundingError)
        if not is_folder(path):
            raise boundary.refusal('is not a folder; download the model into it')
        with boundary.guard('cannot be looked through'):
            files = tuple(sorted(_walk(path, boundary)))
            weights = [name for name in files if '/' not in name and _is_weights(name)]
            if not weights:
                raise boundary.refusal(_no_weights(files))
            held = {name: read_header(path / name) for name in weights}
            _check_twice(held, boundary)
            for name in files:
                if name.endswith(_INDEX):
                    _check_index(path / name, held)
                elif _is_settings(name):
                    _check_settings(path / name)
        return cls(path, files, tuple(tensor for each in held.values() for tensor in each))


def read_settings(path: Path) -> dict[str, Any]:
    """Read a JSON object beside a model.

    Raises:
        GroundingError: the file is missing or is not a JSON object.
    """
    boundary = Boundary(str(path), GroundingError)
    if not is_file(path):
        raise GroundingError(
            f'{path} is missing; give the folder of a downloaded model, which holds it'
        )
    values = read_json(path, boundary)
    if not isinstance(values, dict):
        raise boundary.refusal('holds no JSON object')
    return values


def read_header(path: Path) -> list[Tensor]:
    """Tensors of a safetensors file, from its header (8 bytes of length, then JSON).

    Raises:
        GroundingError: the file is cut off, is not safetensors, or its header contradicts itself.
    """
    boundary = Boundary(str(path), GroundingError, 'download it again')
    with boundary.guard('has a broken safetensors header'), path.open('rb') as file:
        size = os.fstat(file.fileno()).st_size
        start = file.read(8)
        length = struct.unpack('<Q', start)[0] if len(start) == 8 else 0
        if not 0 < length <= min(size - 8, MAX_TENSOR_HEADER_BYTES):
            raise boundary.refusal('is not a safetensors file or is cut off')
        header = parse_json(file.read(length), boundary, _LISTING)
        header.pop('__metadata__', None)
        places = sorted((_place(name, entry) for name, entry in header.items()), key=_begin)
    end = 0
    for begin, stop, tensor in places:
        if begin != end or stop - begin != tensor.nbytes:
            raise boundary.refusal(
                f'the tensor {quoted(tensor.name)} of shape {quoted(tensor.shape)} lies from byte '
                f'{begin} to {stop}, expected {end} to {end + tensor.nbytes}'
            )
        end = stop
    if size != 8 + length + end:
        raise boundary.refusal(f'is {size} bytes instead of {8 + length + end}')
    return [tensor for _, _, tensor in places]


def _place(name: str, entry: Mapping[str, Any]) -> tuple[int, int, Tensor]:
    begin, stop = entry['data_offsets']
    shape, dtype = entry['shape'], entry['dtype']
    if dtype not in _BYTES:
        raise ValueError(f'the type {quoted(dtype)} of {quoted(name)} is not known')
    if not all(type(side) is int and side >= 0 for side in (*shape, begin, stop)):
        raise ValueError(f'{quoted(name)} has the shape {quoted(shape)}')
    return begin, stop, Tensor(name, dtype, tuple(shape))


def _begin(place: tuple[int, int, Tensor]) -> tuple[int, int]:
    return place[:2]


def _walk(folder: Path, boundary: Boundary) -> Iterator[str]:
    """Every file below a folder; links are not followed, but refused."""
    waiting, count = [folder], 0
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                count += 1
                name = Path(entry.path).relative_to(folder).as_posix()
                if count > MAX_MODEL_FILES:
                    raise boundary.refusal(f'holds more than {MAX_MODEL_FILES} files')
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                elif entry.is_file(follow_symlinks=False):
                    yield name
                else:
                    what = 'a link' if entry.is_symlink() else 'no regular file'
                    raise boundary.refusal(
                        f'{cut(name)} is {what}; copy the model into a folder of its own'
                    )


def _is_weights(name: str) -> bool:
    return name.endswith('.safetensors')


def _is_settings(name: str) -> bool:
    """Whether a file is a small JSON file whose keys libraries follow."""
    return '/' not in name and name.endswith('config.json')


def _no_weights(files: tuple[str, ...]) -> str:
    pickled = [name for name in files if name.endswith(_PICKLED)]
    said = f'; {cut(pickled[0])} is a pickle and could run code, convert it' if pickled else ''
    return f'holds no safetensors{said}'


def _check_twice(held: Mapping[str, list[Tensor]], boundary: Boundary) -> None:
    seen: set[str] = set()
    for name, tensors in held.items():
        twice = seen & {tensor.name for tensor in tensors}
        if twice:
            raise boundary.refusal(
                f'{cut(name)} holds {quoted(min(twice))} a second time; which counts is not said'
            )
        seen |= {tensor.name for tensor in tensors}


def _check_index(path: Path, held: Mapping[str, list[Tensor]]) -> None:
    """Refuse an index that does not say exactly what the safetensors beside it hold."""
    boundary = Boundary(str(path), GroundingError, 'download the model again')
    values = read_json(path, boundary, _LISTING)
    placed = values.get('weight_map') if isinstance(values, dict) else None
    if not isinstance(placed, dict):
        raise boundary.refusal('holds no weight_map')
    found = {tensor.name: name for name, tensors in held.items() for tensor in tensors}
    for tensor, name in placed.items():
        if not isinstance(name, str) or name not in held:
            raise boundary.refusal(
                f'{quoted(tensor)} is in {quoted(name)}, none of the safetensors beside it'
            )
        if found.get(tensor) != name:
            raise boundary.refusal(f'{quoted(tensor)} is not in {quoted(name)}')
    missing = sorted(set(found) - set(placed))
    if missing:
        raise boundary.refusal(f'does not name {quoted(missing[0])} of {found[missing[0]]}')


def _check_settings(path: Path) -> None:
    boundary = Boundary(str(path), GroundingError)
    for key, value in _pairs(read_json(path, boundary, _LISTING)):
        if key in _REFUSED and value is not None:
            raise boundary.refusal(_REFUSED[key])
        if key in _ATTENTION and value not in _OWN_ATTENTION:
            raise boundary.refusal(f'{key} is {quoted(value)}, which is code of others')
        if path.name != 'config.json':
            continue
        for number in value if isinstance(value, list) else [value]:
            most = MAX_LAYERS if _LAYERS.fullmatch(key) else MAX_CONFIG_NUMBER
            if type(number) is int and abs(number) > most:
                raise boundary.refusal(f'{cut(key)} is {quoted(number)}; at most {most} is taken')


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:
    """Every key with its value, on all levels."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key, item
            yield from _pairs(item)
    elif isinstance(value, list):
        for item in value:
            yield from _pairs(item)

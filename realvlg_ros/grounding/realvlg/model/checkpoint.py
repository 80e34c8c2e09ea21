"""The files of a checkpoint: checked, and their headers read, without loading weights."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ....errors import GroundingError
from ....files import is_folder
from ....model_folder import ModelFolder, Tensor, read_settings
from ....quoting import quoted

MODEL_TYPES = ('qwen2_5_vl', 'qwen3_vl')
# Files that a checkpoint which is made of another one takes over, where they are there.
_KEPT = (
    'tokenizer.json', 'tokenizer_config.json', 'vocab.json', 'merges.txt', 'added_tokens.json',
    'special_tokens_map.json', 'chat_template.json', 'chat_template.jinja',
    'preprocessor_config.json', 'video_preprocessor_config.json', 'generation_config.json',
)  # fmt: skip


@dataclass(frozen=True)
class Checkpoint:
    """A folder with config.json, tokenizer.json and safetensors.

    Attributes:
        path: the folder.
        model_type: of config.json.
        files: every file in the folder, relative.
        tensors: of all its safetensors files.
        config: content of config.json.
    """

    path: Path
    model_type: str
    files: tuple[str, ...]
    tensors: tuple[Tensor, ...]
    config: dict[str, Any]

    @classmethod
    def open(cls, path: Path) -> Checkpoint:
        """Check the files of a folder and read their headers.

        Raises:
            GroundingError: a file is missing or unusable, the folder is refused (see ModelFolder),
                or the model type is not supported.
        """
        if not is_folder(path):
            raise GroundingError(f'checkpoint {path} is not a folder; download the model into it')
        config = read_settings(path / 'config.json')
        model_type = config.get('model_type')
        if model_type not in MODEL_TYPES:
            raise GroundingError(
                f'{path}: model type {quoted(model_type)} is not one of {", ".join(MODEL_TYPES)}'
            )
        folder = ModelFolder.open(path)
        for name in ('tokenizer.json', 'preprocessor_config.json'):
            if not (path / name).is_file():
                raise GroundingError(f'{path / name} is missing; copy it from the base model')
        return cls(path, model_type, folder.files, folder.tensors, config)

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


def keep_processor(source: Path, target: Path) -> None:
    """Copy what belongs to the tokenizer and the image processor of a checkpoint to another."""
    for name in _KEPT:
        if (source / name).is_file():
            shutil.copyfile(source / name, target / name)

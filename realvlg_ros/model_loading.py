"""Weights into a model of transformers: complete, of the shapes of its config, and finite."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from .boundary import Boundary
from .errors import GroundingError
from .files import is_file
from .model_folder import ModelFolder, Tensor
from .quoting import cut, quoted
from .torch_device import import_libraries

# Files of which a tokenizer has one.
_WORDS = ('tokenizer.json', 'vocab.json', 'vocab.txt', 'spiece.model')


def load_pretrained(kind: Any, path: Path, dtype: str) -> Any:
    """A model from a folder: safetensors only, no remote code, nothing left to chance.

    Args:
        kind: class of transformers.
        path: folder of the model.
        dtype: float32, bfloat16 or float16.

    Raises:
        GroundingError: the folder is refused (see ModelFolder), a tensor that the config asks for
            is missing or of another shape, or a number is not finite.
    """
    folder = ModelFolder.open(path)
    torch, _ = import_libraries()
    boundary = Boundary(str(path), GroundingError, 'download the model again')
    with boundary.guard('could not be loaded'):
        config = kind.config_class.from_pretrained(path, local_files_only=True)
        with torch.device('meta'):
            empty = kind._from_config(config, dtype=getattr(torch, dtype))
        check_shapes(empty, folder.tensors, boundary)
        model, found = kind.from_pretrained(
            path, config=config, dtype=getattr(torch, dtype), local_files_only=True,
            trust_remote_code=False, use_safetensors=True, output_loading_info=True,
        )  # fmt: skip
        for what in ('missing_keys', 'mismatched_keys', 'error_msgs'):
            if found.get(what):
                raise boundary.refusal(f'{what.replace("_", " ")}: {_listed(found[what])}')
        check_finite(model.state_dict().items(), boundary)
    return model


def load_tokenizer(path: Path) -> Any:
    """The tokenizer of a model's folder.

    Without its file a library makes one that knows no words, and says nothing.

    Args:
        path: folder of the model.

    Raises:
        GroundingError: the file is missing, or cannot be read.
    """
    boundary = Boundary(str(path), GroundingError, 'download the model again')
    if not any(is_file(path / name) for name in _WORDS):
        raise boundary.refusal(f'has no tokenizer: none of {", ".join(_WORDS)}')
    _, transformers = import_libraries()
    with boundary.guard('has a tokenizer that cannot be read'):
        return transformers.AutoTokenizer.from_pretrained(
            path, local_files_only=True, trust_remote_code=False
        )


def check_shapes(empty: Any, tensors: Iterable[Tensor], boundary: Boundary) -> None:
    """Refuse a config that asks for parameters which the files do not hold.

    Names may differ between releases of a library; shapes may not. Nothing is allocated: the model
    is on the meta device.

    Args:
        empty: the model of the config.
        tensors: of the files.
        boundary: of the folder.

    Raises:
        GroundingError: there is no tensor for a parameter.
    """
    held = Counter(tensor.shape for tensor in tensors)
    # A parameter that is used in two places is stored once.
    for name, parameter in empty.named_parameters():
        shape = tuple(parameter.shape)
        if not held[shape]:
            raise boundary.refusal(
                f'config.json asks for {quoted(name)} of the shape {quoted(shape)}, of which the '
                'files hold too few tensors'
            )
        held[shape] -= 1


def check_finite(tensors: Iterable[tuple[str, Any]], boundary: Boundary) -> None:
    """Refuse weights that are not numbers.

    Args:
        tensors: of torch by their names.
        boundary: of the folder.

    Raises:
        GroundingError: one holds NaN or infinity.
    """
    torch, _ = import_libraries()
    for name, tensor in tensors:
        if not tensor.is_floating_point() or not tensor.numel() or tensor.is_meta:
            continue
        low, high = torch.aminmax(tensor.detach())
        if not bool(torch.isfinite(low) & torch.isfinite(high)):
            raise boundary.refusal(f'the tensor {quoted(name)} holds numbers that are not finite')


def _listed(names: Any) -> str:
    return cut(', '.join(sorted(str(name) for name in names)))

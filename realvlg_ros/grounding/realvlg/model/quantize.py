"""Make a quantized checkpoint of a float one: `realvlg model quantize`."""

from __future__ import annotations

import shutil
from pathlib import Path

from ....errors import GroundingError
from ....json_text import to_json_text
from .checkpoint import Checkpoint, keep_processor
from .model import load_weights
from .quantization import FILE_NAME, Quantization, convert


def quantize(source: Path, target: Path, quantization: Quantization) -> dict[str, tuple[int, int]]:
    """Round the weights of a checkpoint and store the result.

    Args:
        source: folder of a float checkpoint.
        target: folder of the new checkpoint; made if missing.
        quantization: the widths.

    Returns:
        Bytes before (floats counted as 2 bytes) and after, by part of the model.

    Raises:
        GroundingError: the source cannot be used, or the target is not an empty folder.
    """
    from safetensors.torch import save_file

    before = Checkpoint.open(source).bytes_by_part(bytes_per_float=2)
    if Quantization.load(source) is not None:
        raise GroundingError(f'{source} is quantized already; give the original checkpoint')
    if target.exists() and any(target.iterdir()):
        raise GroundingError(f'{target} is not empty; give another folder')
    model = load_weights(source, 'cpu', quantization.dtype)
    convert(model, quantization, empty=False)
    target.mkdir(parents=True, exist_ok=True)
    tensors = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    save_file(tensors, str(target / 'model.safetensors'), {'format': 'pt'})
    shutil.copyfile(source / 'config.json', target / 'config.json')
    keep_processor(source, target)
    (target / FILE_NAME).write_text(to_json_text(quantization, indent=2) + '\n')
    after = Checkpoint.open(target).bytes_by_part()
    return {part: (size, after.get(part, 0)) for part, size in before.items()}

"""Late import of torch and transformers, and the choice of device and number type."""

from __future__ import annotations

from typing import Any

from .errors import GroundingError, ParameterError
from .optional import import_optional
from .threads import MAX_THREADS, available_cores

# Bytes of a number of each type. From IEEE 754.
FLOAT_BYTES = {'float32': 4, 'bfloat16': 2, 'float16': 2}


def import_libraries() -> tuple[Any, Any]:
    """Import torch and transformers, which only the model backends need.

    Raises:
        MissingDependencyError: one is not installed or cannot be loaded.
    """
    need = 'model backends need torch and transformers>=5'
    remedy = 'pip install torch transformers (on a Jetson the torch of its JetPack)'
    torch, transformers = (import_optional(n, need, remedy) for n in ('torch', 'transformers'))
    # A node's log and a command's output are no place for bars that move.
    transformers.utils.logging.disable_progress_bar()
    return torch, transformers


def choose_device(device: str, dtype: str) -> tuple[str, str]:
    """The device and number type to use where one or both are 'auto'.

    Raises:
        GroundingError: an unknown type, or a device that is not there.
    """
    torch, _ = import_libraries()
    if device == 'auto':
        device = 'cuda' if torch.cuda.is_available() else 'cpu'
    elif device.startswith('cuda') and not torch.cuda.is_available():
        raise GroundingError(f'device {device!r} is not there; set device to auto or cpu')
    if dtype == 'auto':
        dtype = 'bfloat16'
    if dtype not in FLOAT_BYTES:
        raise GroundingError(f'dtype {dtype!r} is not auto, float32, bfloat16 or float16')
    return device, dtype


def use_torch_threads(threads: int) -> None:
    """Let torch take so many threads for an operation on the CPU, in the whole process.

    A model's products are large: unlike everything else here, they gain from every core.

    Args:
        threads: 1 or more; 0 takes every core on which the process may run.

    Raises:
        ParameterError: the number is not within 0 to MAX_THREADS.
        MissingDependencyError: torch is not installed.
    """
    if not 0 <= threads <= MAX_THREADS:
        raise ParameterError(f'threads is {threads}; expected 0 to {MAX_THREADS}')
    torch, _ = import_libraries()
    torch.set_num_threads(threads or available_cores())

"""Which segmenter is used."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from ..boundary import Boundary
from ..errors import ParameterError
from ..quoting import quoted
from .depth import DepthSegmenter
from .sam2_package import Sam2Segmenter
from .sam2_transformers import TransformersSegmenter
from .segmenter import Segmenter

_logger = logging.getLogger(__name__)
SEGMENTERS = ('auto', 'sam2', 'transformers', 'depth')


def make_segmenter(
    kind: str, checkpoint: str = '', device: str = 'auto', threads: int = 0
) -> Segmenter:
    """A segmenter, not loaded yet; which one is logged.

    Args:
        kind: sam2 (the sam2 package), transformers (Sam2Model), depth, or auto: depth without a
            checkpoint, else SAM 2 by the package whose form the checkpoint has.
        checkpoint: folder of a SAM 2 checkpoint; for the sam2 package its .pt file converted to
            safetensors stands beside its config there.
        device: auto, cpu or cuda[:n].
        threads: of torch on a CPU; 0 for every core.

    Raises:
        ParameterError: an unknown kind, or SAM 2 without a checkpoint.
    """
    if kind not in SEGMENTERS:
        raise ParameterError(f'segmenter {kind!r} is not one of {", ".join(SEGMENTERS)}')
    if kind == 'auto':
        kind = _kind_of(checkpoint) if checkpoint else 'depth'
    if kind != 'depth' and not checkpoint:
        raise ParameterError(
            f'segmenter {kind!r} needs sam2_checkpoint, the folder of its weights'
        )
    _logger.info('masks come from %s', _WORDS[kind])
    return _FACTORIES[kind](checkpoint, device, threads)


def _kind_of(checkpoint: str) -> str:
    """The package that a checkpoint folder is made for: sam2's has its config as YAML.

    Raises:
        ParameterError: the path cannot be one.
    """
    where = Boundary(f'sam2_checkpoint {quoted(checkpoint)}', ParameterError)
    with where.guard('cannot be looked up'):
        found = any(Path(checkpoint).expanduser().glob('*.yaml'))
    return 'sam2' if found else 'transformers'


_FACTORIES: dict[str, Callable[[str, str, int], Segmenter]] = {
    'sam2': Sam2Segmenter,
    'transformers': TransformersSegmenter,
    'depth': lambda checkpoint, device, threads: DepthSegmenter(),
}
_WORDS = {
    'sam2': 'SAM 2 (package sam2)',
    'transformers': 'SAM 2 (transformers)',
    'depth': 'depth: what stands out of the support inside the box',
}

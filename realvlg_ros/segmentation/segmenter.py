"""What every segmenter offers, and which one is used."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ..errors import ParameterError
from ..frame import RgbdFrame
from ..image_region import Box, RegionMask

_logger = logging.getLogger(__name__)
SEGMENTERS = ('auto', 'sam2', 'transformers', 'depth')


@dataclass(frozen=True)
class Segmentation:
    """The mask of an object.

    Attributes:
        mask: in the image.
        score: 0 to 1, or None when the segmenter gives none.
        source: what it was made from, in words.
    """

    mask: RegionMask
    score: float | None
    source: str


class Segmenter(Protocol):
    """Turns a box into a mask."""

    name: str

    def load(self) -> None:
        """Load weights.

        Raises:
            GroundingError: files are missing or unusable.
            MissingDependencyError: a package is missing.
        """
        ...

    def segment(self, frame: RgbdFrame, box: Box) -> Segmentation:
        """The mask of the object that a box in the frame's image holds."""
        ...

    def close(self) -> None:
        """Free the weights."""
        ...


def make_segmenter(kind: str, checkpoint: str = '', device: str = 'auto') -> Segmenter:
    """A segmenter, not loaded yet; which one is logged.

    Args:
        kind: sam2 (the sam2 package), transformers (Sam2Model), depth, or auto: depth without a
            checkpoint, else SAM 2 by the package whose form the checkpoint has.
        checkpoint: folder of a SAM 2 checkpoint; for the sam2 package its .pt file converted to
            safetensors stands beside its config there.
        device: auto, cpu or cuda[:n].

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
    return _FACTORIES[kind](checkpoint, device)


def _kind_of(checkpoint: str) -> str:
    """The package that a checkpoint folder is made for: sam2's has its config as YAML."""
    return 'sam2' if any(Path(checkpoint).expanduser().glob('*.yaml')) else 'transformers'


def _make_depth(checkpoint: str, device: str) -> Segmenter:
    from .depth import DepthSegmenter

    return DepthSegmenter()


def _make_transformers(checkpoint: str, device: str) -> Segmenter:
    from .sam2_transformers import TransformersSegmenter

    return TransformersSegmenter(checkpoint, device)


def _make_sam2(checkpoint: str, device: str) -> Segmenter:
    from .sam2_package import Sam2Segmenter

    return Sam2Segmenter(checkpoint, device)


_FACTORIES: dict[str, Callable[[str, str], Segmenter]] = {
    'sam2': _make_sam2,
    'transformers': _make_transformers,
    'depth': _make_depth,
}
_WORDS = {
    'sam2': 'SAM 2 (package sam2)',
    'transformers': 'SAM 2 (transformers)',
    'depth': 'depth: what stands out of the support inside the box',
}

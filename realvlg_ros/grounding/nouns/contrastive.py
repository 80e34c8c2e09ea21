"""SigLIP and CLIP models of transformers as scorers of names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...arrays import FloatArray
from ...boundary import Boundary
from ...errors import GroundingError
from ...frame import RgbdFrame
from ...image_region import Box
from ...model_folder import read_settings
from ...model_loading import load_pretrained, load_tokenizer
from ...optional import import_optional
from ...quoting import quoted
from ...torch_device import choose_device, import_libraries
from .scorer import NOTHING_TOLD, NameCalibration, Names

# Classes of transformers by model type: the model and its image processor.
_CLASSES = {
    'clip': ('CLIPModel', 'CLIPImageProcessorPil'),
    'siglip': ('SiglipModel', 'SiglipImageProcessorPil'),
}
# A crop is larger than its box by this share of its sides. Chosen: models are trained on pictures
# with some surroundings.
_MARGIN = 0.15
# Tokens of a name. From SigLIP's configuration; CLIP takes 77.
_TOKENS = 64
# What a name is compared with, where it is the only one. Chosen: what a table holds.
_OTHER = 'an object on a table'


class ContrastiveScorer:
    """Compares crops with names; without a calibration beside the weights it only gives hints."""

    name = 'contrastive'

    def __init__(self, folder: str, device: str = 'auto') -> None:
        """Score with a model; nothing is loaded before `load`."""
        self._folder, self._device = Path(folder).expanduser(), device
        self._model: Any = None
        self._images: Any = None
        self._words: Any = None
        self._calibration: NameCalibration | None = None

    def load(self) -> None:
        """Load the weights: safetensors only, no remote code.

        Raises:
            GroundingError: the folder cannot be used.
            MissingDependencyError: torch or transformers is not installed.
        """
        kind = read_settings(self._folder / 'config.json').get('model_type', '')
        if kind not in _CLASSES:
            known = ', '.join(_CLASSES)
            raise GroundingError(
                f'{self._folder}: model type {quoted(kind)} is not one of {known}'
            )
        _, library = import_libraries()
        device, _ = choose_device(self._device, 'float32')
        model, images = (getattr(library, name) for name in _CLASSES[kind])
        self._model = load_pretrained(model, self._folder, 'float32').to(device).eval()
        with Boundary(str(self._folder), GroundingError).guard('could not be loaded'):
            self._images = images.from_pretrained(self._folder, local_files_only=True)
            self._words = load_tokenizer(self._folder)
        self._calibration = NameCalibration.load(self._folder)

    def close(self) -> None:
        """Free the weights."""
        self._model = self._images = self._words = None

    def score(self, frame: RgbdFrame, boxes: Sequence[Box], names: Sequence[str]) -> Names:
        """Compare the crop of each box with each name; see NounScorer.score.

        Args:
            frame: colour and depth.
            boxes: of the things, px.
            names: nouns as a person says them.

        Raises:
            GroundingError: not loaded, or the model could not be run.
        """
        if self._model is None:
            raise GroundingError('the scorer of names is not loaded; call load first')
        if not boxes or not names:
            return NOTHING_TOLD
        with Boundary('the scorer of names', GroundingError).guard('could not be run'):
            scores = self._compare(frame, boxes, [*names, _OTHER])
        # A name is told from any other thing, not from nothing.
        relative = scores[:, :-1] - scores[:, -1:]
        hints = {name: relative[:, index] for index, name in enumerate(names)}
        if self._calibration is None:
            return Names({}, hints)
        return Names({n: self._calibration.chance(s) for n, s in hints.items()}, hints)

    def cosines(self, frame: RgbdFrame, boxes: Sequence[Box], texts: Sequence[str]) -> FloatArray:
        """Cosine (n, m) between the crop of each box and each text, -1 to 1.

        Args:
            frame: colour and depth.
            boxes: of the things, px.
            texts: as the model is to read them.

        Raises:
            GroundingError: not loaded, or the model could not be run.
        """
        if self._model is None:
            raise GroundingError('the scorer of names is not loaded; call load first')
        with Boundary('the scorer of names', GroundingError).guard('could not be run'):
            output = self._run(frame, boxes, texts)
            pictures, words = (
                np.asarray(embeds.float().cpu().numpy(), float)
                for embeds in (output.image_embeds, output.text_embeds)
            )
        unit = [each / np.linalg.norm(each, axis=1, keepdims=True) for each in (pictures, words)]
        return np.asarray(unit[0] @ unit[1].T)

    def _compare(self, frame: RgbdFrame, boxes: Sequence[Box], names: Sequence[str]) -> FloatArray:
        """Logits (n, m) of n boxes and m names."""
        output = self._run(frame, boxes, [f'a photo of a {name}' for name in names])
        return np.asarray(output.logits_per_image.float().cpu().numpy(), float)

    def _run(self, frame: RgbdFrame, boxes: Sequence[Box], texts: Sequence[str]) -> Any:
        """What the model makes of crops and texts."""
        import torch

        Image = import_optional(
            'PIL.Image', 'scorers of names need Pillow for their pictures', 'pip install pillow'
        )
        crops = [Image.fromarray(_crop(frame, box)) for box in boxes]
        device = self._model.device
        pictures = self._images(images=crops, return_tensors='pt').to(device)
        tokens = self._words(
            list(texts), padding='max_length', max_length=_TOKENS, truncation=True,
            return_tensors='pt',
        ).to(device)  # fmt: skip
        with torch.inference_mode():
            return self._model(**pictures, **tokens)


def _crop(frame: RgbdFrame, box: Box) -> Any:
    """Pixels (rows, columns, 3) of a box with its margin."""
    dx, dy = _MARGIN * (box.x_max - box.x_min), _MARGIN * (box.y_max - box.y_min)
    height, width = frame.color.shape[:2]
    x0, x1 = int(max(box.x_min - dx, 0)), int(min(box.x_max + dx + 1, width))
    y0, y1 = int(max(box.y_min - dy, 0)), int(min(box.y_max + dy + 1, height))
    return np.ascontiguousarray(frame.color[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)])

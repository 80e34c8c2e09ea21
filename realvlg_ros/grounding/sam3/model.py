"""SAM 3 of transformers, its input made by hand (no torchvision)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ...arrays import BoolArray, ByteArray, Float32Array
from ...boundary import Boundary
from ...errors import GroundingError, MissingDependencyError
from ...image_region import Box
from ...model_folder import read_settings
from ...model_loading import load_pretrained, load_tokenizer
from ...quoting import quoted
from ...torch_device import choose_device, import_libraries, use_torch_threads
from ..realvlg.prompts import escape

MODEL_TYPES = ('sam3', 'sam3_video')
_MODULE = 'transformers.models.sam3.modeling_sam3'
# Mean and deviation of a channel, for images resized to a square without padding. From
# Sam3ImageProcessor.
_MEAN, _DEVIATION = 0.5, 0.5
# Tokens of a phrase. From Sam3Processor.
_TOKENS = 32
# Instances of one phrase that are looked at, the best first. Chosen: more things are not told
# apart.
_MOST = 24
# Instances whose masks overlap by this share (intersection over union) are one. Chosen: half, as
# for boxes everywhere here.
_SAME = 0.5
# Largest side of the picture that a model is fed, px. Chosen: four times that of SAM 3.
_MAX_SIDE = 4096


@dataclass(frozen=True)
class Instance:
    """One thing that bears a phrase.

    Attributes:
        box: in the image, px.
        score: of the instance times that of presence, 0 to 1.
        mask: (rows, columns) of the image.
    """

    box: Box
    score: float
    mask: BoolArray


@dataclass(frozen=True)
class Found:
    """What SAM 3 says of one phrase.

    Attributes:
        phrase: that was asked for.
        presence: probability that the image shows any of it, 0 to 1.
        instances: those that reach the threshold, the best first.
        nearest: the best that do not.
    """

    phrase: str
    presence: float
    instances: tuple[Instance, ...]
    nearest: tuple[Instance, ...] = field(default=())


class Sam3:
    """A SAM 3 checkpoint folder in transformers' form."""

    def __init__(self, folder: str, device: str, dtype: str, threads: int) -> None:
        """Take the settings; `load` reads the weights.

        Args:
            folder: of the weights and the tokenizer.
            device: 'auto', 'cpu' or 'cuda'.
            dtype: 'float32', 'bfloat16' or 'float16'.
            threads: of torch on a CPU; 0 takes every core.
        """
        self._path = Path(folder).expanduser()
        self._device, self._dtype, self._threads = device, dtype, threads
        self._model: Any = None
        self._words: Any = None

    def load(self) -> None:
        """Load the weights; safetensors only, no remote code.

        Raises:
            GroundingError: the folder cannot be used.
            MissingDependencyError: torch or transformers is not installed, or is too old.
        """
        kind = model_class()
        config = read_settings(self._path / 'config.json')
        named = config.get('model_type', '')
        if named not in MODEL_TYPES:
            raise GroundingError(
                f'{self._path}: model type {quoted(named)} is not one of {", ".join(MODEL_TYPES)}'
            )
        use_torch_threads(self._threads)
        device, dtype = choose_device(self._device, self._dtype)
        self._model = load_pretrained(kind, self._path, dtype).to(device).eval()
        self._sides()
        self._words = load_tokenizer(self._path)

    def close(self) -> None:
        """Free the weights."""
        self._model = self._words = None

    @property
    def loaded(self) -> bool:
        """Whether it can be asked."""
        return self._model is not None

    def find(
        self, color: ByteArray, phrases: Sequence[str], threshold: float, check: Callable[[], None]
    ) -> list[Found]:
        """The instances of each phrase in an image; the image is looked at once.

        Args:
            color: (rows, columns, 3) RGB.
            phrases: short noun phrases in English.
            threshold: least score of an instance.
            check: called before each forward pass; raises to stop.

        Raises:
            GroundingError: the model could not be run.
        """
        torch, _ = import_libraries()
        found = []
        with Boundary('SAM 3', GroundingError).guard('could not be run'), torch.inference_mode():
            check()
            seen = self._model.get_vision_features(self._pixels(color))
            for phrase in phrases:
                check()
                tokens = self._words(
                    [escape(phrase)], padding='max_length', max_length=_TOKENS, truncation=True,
                    return_tensors='pt',
                ).to(self._model.device)  # fmt: skip
                output = self._model(
                    vision_embeds=seen, input_ids=tokens['input_ids'],
                    attention_mask=tokens['attention_mask'],
                )  # fmt: skip
                found.append(_found(phrase, output, color.shape[:2], threshold))
        return found

    def _sides(self) -> tuple[int, int]:
        """Rows and columns of the picture that the model is fed."""
        size = self._model.config.image_size
        rows, columns = (size, size) if isinstance(size, int) else tuple(size)
        if not (1 <= rows <= _MAX_SIDE and 1 <= columns <= _MAX_SIDE):
            raise GroundingError(
                f'{self._path}/config.json: image_size is {quoted(size)}; expected 1 to '
                f'{_MAX_SIDE}'
            )
        return int(rows), int(columns)

    def _pixels(self, color: ByteArray) -> Any:
        import torch

        rows, columns = self._sides()
        image = cv2.resize(color, (columns, rows), interpolation=cv2.INTER_LINEAR)
        scaled = (image.astype(np.float32) / 255 - _MEAN) / _DEVIATION
        pixels = torch.from_numpy(np.ascontiguousarray(scaled.transpose(2, 0, 1)[None]))
        return pixels.to(self._model.device, self._model.dtype)


def model_class() -> Any:
    """The class of SAM 3.

    It is taken from its module: the name in `transformers` asks for torchvision, which only
    prompts by boxes need.

    Raises:
        MissingDependencyError: torch or transformers is not installed, or too old for SAM 3.
    """
    _, library = import_libraries()
    try:
        return import_module(_MODULE).Sam3Model
    except (ImportError, AttributeError) as error:
        raise MissingDependencyError(
            f'transformers {library.__version__} has no SAM 3 (Sam3Model); the backend sam3 needs '
            'transformers>=5.0: pip install -U transformers'
        ) from error


def _found(phrase: str, output: Any, shape: tuple[int, int], threshold: float) -> Found:
    """The instances in an output, with scores as post_process_instance_segmentation has them."""
    presence = float(output.presence_logits.float().sigmoid().reshape(-1)[0])
    scores = output.pred_logits[0].float().sigmoid().cpu().numpy() * presence
    boxes = output.pred_boxes[0].float().cpu().numpy()
    order = [int(i) for i in np.argsort(-scores, kind='stable')[:_MOST]]
    logits = output.pred_masks[0, order].float().cpu().numpy()
    instances: list[Instance] = []
    nearest: list[Instance] = []
    for place, index in enumerate(order):
        made = _instance(logits[place], boxes[index], float(scores[index]), shape)
        if made is None:
            continue
        fits = made.score >= threshold
        if fits and all(overlap(made.mask, other.mask) < _SAME for other in instances):
            instances.append(made)
        elif not fits and len(nearest) < 3:
            nearest.append(made)
    return Found(phrase, presence, tuple(instances), tuple(nearest))


def _instance(
    logits: Float32Array, box: Float32Array, score: float, shape: tuple[int, int]
) -> Instance | None:
    """One instance in the whole image; None for an empty mask."""
    height, width = shape
    mask = cv2.resize(logits, (width, height), interpolation=cv2.INTER_LINEAR) > 0
    if not mask.any() or not np.isfinite(box).all():
        return None
    x_min, x_max = np.clip(box[[0, 2]] * width, 0, width)
    y_min, y_max = np.clip(box[[1, 3]] * height, 0, height)
    if x_max - x_min < 1 or y_max - y_min < 1:
        return None
    return Instance(Box(float(x_min), float(y_min), float(x_max), float(y_max)), score, mask)


def overlap(first: BoolArray, second: BoolArray) -> float:
    """Intersection over union of two masks (rows, columns)."""
    union = np.count_nonzero(first | second)
    return float(np.count_nonzero(first & second) / union) if union else 0.0

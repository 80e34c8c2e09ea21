"""SAM 2 by transformers' Sam2Model, its input made by hand (no torchvision)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..arrays import ByteArray, Float32Array, FloatArray
from ..errors import GroundingError
from ..frame import RgbdFrame
from ..image_region import Box, RegionMask
from ..model_loading import load_pretrained
from ..torch_device import choose_device, import_libraries, use_torch_threads
from .segmenter import Segmentation

# Mean and deviation of a channel, for images resized to a square without padding. From
# Sam2ImageProcessor, which takes those of ImageNet.
_MEAN = np.array([0.485, 0.456, 0.406], np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], np.float32)


class TransformersSegmenter:
    """A SAM 2 or 2.1 checkpoint folder in transformers' form, prompted by a box or a point."""

    name = 'sam2'

    def __init__(self, checkpoint: str, device: str = 'auto', threads: int = 0) -> None:
        """Take the settings; `load` reads the weights.

        Args:
            checkpoint: folder of the weights.
            device: 'auto', 'cpu' or 'cuda'.
            threads: of torch on a CPU; 0 takes every core.
        """
        self._path = Path(checkpoint).expanduser()
        self._device = device
        self._threads = threads
        self._model: Any = None

    def load(self) -> None:
        """Load the weights; safetensors only.

        Raises:
            GroundingError: the folder cannot be used.
            MissingDependencyError: torch or transformers is not installed.
        """
        _, transformers = import_libraries()
        use_torch_threads(self._threads)
        device, _ = choose_device(self._device, 'auto')
        model = load_pretrained(transformers.Sam2Model, self._path, 'float32')
        self._model = model.to(device).eval()

    def close(self) -> None:
        """Free the weights."""
        self._model = None

    def segment(self, frame: RgbdFrame, box: Box) -> Segmentation:
        """The single mask that SAM 2 gives for the box.

        Raises:
            GroundingError: not loaded.
        """
        scale = self._scale(frame)
        output = self._ask(frame, 'input_boxes', np.array(box.as_tuple()) * np.tile(scale, 2))
        return from_logits(output[0], frame, box, output[1])

    def segment_point(self, frame: RgbdFrame, point: tuple[float, float]) -> Segmentation | None:
        """The single mask that SAM 2 gives for a point (x, y), px; None where it finds none.

        Raises:
            GroundingError: not loaded.
        """
        logits, score = self._ask(frame, 'input_points', np.array(point) * self._scale(frame))
        return mask_of(logits, score, frame)

    def _scale(self, frame: RgbdFrame) -> FloatArray:
        """Pixels of the fed picture in one of the frame, along x and y.

        Raises:
            GroundingError: not loaded.
        """
        if self._model is None:
            raise GroundingError('the SAM 2 segmenter is not loaded; call load first')
        height, width = frame.color.shape[:2]
        return self._side / np.array([width, height])

    @property
    def _side(self) -> int:
        return int(self._model.config.prompt_encoder_config.image_size)

    def _ask(self, frame: RgbdFrame, kind: str, prompt: FloatArray) -> tuple[Float32Array, float]:
        """Logits (rows, columns) and the model's estimate of IoU, for a box or a point.

        Args:
            frame: whose colour is looked at.
            kind: input_boxes or input_points.
            prompt: (4,) or (2,) in the fed picture, px.
        """
        import torch

        values = torch.from_numpy(prompt).float().reshape(1, 1, *[1] * (len(prompt) == 2), -1)
        prompts = {kind: values.to(self._model.device)}
        if kind == 'input_points':
            prompts['input_labels'] = torch.ones(1, 1, 1, device=self._model.device).int()
        with torch.inference_mode():
            output = self._model(
                pixel_values=self._pixels(frame.color, self._side), multimask_output=False,
                **prompts,
            )  # fmt: skip
        logits = output.pred_masks[0, 0, 0].float().cpu().numpy()
        return logits, float(output.iou_scores.reshape(-1)[0].clamp(0, 1))

    def _pixels(self, color: ByteArray, side: int) -> Any:
        import torch

        image = cv2.resize(color, (side, side), interpolation=cv2.INTER_LINEAR)
        image = (image.astype(np.float32) / 255 - _MEAN) / _DEVIATION
        pixels = torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1)[None]))
        return pixels.to(self._model.device)


def mask_of(logits: Float32Array, score: float, frame: RgbdFrame) -> Segmentation | None:
    """A mask from logits (rows, columns) over the whole image at any size; None if it is empty.

    Args:
        logits: (rows, columns), positive on the object.
        score: the model's estimate of IoU, 0 to 1.
        frame: whose size the mask takes.
    """
    height, width = frame.color.shape[:2]
    full = cv2.resize(logits, (width, height), interpolation=cv2.INTER_LINEAR) > 0
    return Segmentation(RegionMask.from_full(full), score, 'SAM 2') if full.any() else None


def from_logits(logits: Float32Array, frame: RgbdFrame, box: Box, score: float) -> Segmentation:
    """A mask from logits (rows, columns) over the whole image at any size.

    An empty mask becomes the whole box, and its source says so.

    Args:
        logits: (rows, columns), positive on the object.
        frame: whose size the mask takes.
        box: that was asked about, px.
        score: the model's estimate of IoU, 0 to 1.
    """
    found = mask_of(logits, score, frame)
    if found is not None:
        return found
    height, width = frame.color.shape[:2]
    full = np.zeros((height, width), bool)
    full[box.clipped(width, height).slices()] = True
    if not full.any():
        full[int(box.y_min), int(box.x_min)] = True
    return Segmentation(RegionMask.from_full(full), score, 'the whole box: SAM 2 found no mask')

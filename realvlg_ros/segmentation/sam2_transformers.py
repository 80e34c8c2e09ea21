"""SAM 2 by transformers' Sam2Model, its input made by hand (no torchvision)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ..arrays import ByteArray, Float32Array
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
    """A SAM 2 or 2.1 checkpoint folder in transformers' form, prompted by a box."""

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
        if self._model is None:
            raise GroundingError('the SAM 2 segmenter is not loaded; call load first')
        import torch

        height, width = frame.color.shape[:2]
        side = int(self._model.config.prompt_encoder_config.image_size)
        scale = np.array([side / width, side / height] * 2)
        corners = torch.from_numpy(np.array(box.as_tuple()) * scale).float()
        with torch.inference_mode():
            output = self._model(
                pixel_values=self._pixels(frame.color, side),
                input_boxes=corners.reshape(1, 1, 4).to(self._model.device),
                multimask_output=False,
            )
        logits = output.pred_masks[0, 0, 0].float().cpu().numpy()
        score = float(output.iou_scores.reshape(-1)[0].clamp(0, 1))
        return from_logits(logits, frame, box, score)

    def _pixels(self, color: ByteArray, side: int) -> Any:
        import torch

        image = cv2.resize(color, (side, side), interpolation=cv2.INTER_LINEAR)
        image = (image.astype(np.float32) / 255 - _MEAN) / _DEVIATION
        pixels = torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1)[None]))
        return pixels.to(self._model.device)


def from_logits(logits: Float32Array, frame: RgbdFrame, box: Box, score: float) -> Segmentation:
    """A mask from logits (rows, columns) over the whole image at any size.

    An empty mask becomes the whole box, and its source says so.

    Args:
        logits: (rows, columns), positive on the object.
        frame: whose size the mask takes.
        box: that was asked about, px.
        score: the model's estimate of IoU, 0 to 1.
    """
    height, width = frame.color.shape[:2]
    full = cv2.resize(logits, (width, height), interpolation=cv2.INTER_LINEAR) > 0
    if full.any():
        return Segmentation(RegionMask.from_full(full), score, 'SAM 2')
    full[box.clipped(width, height).slices()] = True
    if not full.any():
        full[int(box.y_min), int(box.x_min)] = True
    return Segmentation(RegionMask.from_full(full), score, 'the whole box: SAM 2 found no mask')

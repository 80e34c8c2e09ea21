"""A Qwen vision-language model on its device, one forward pass at a time."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ....arrays import ByteArray
from ....boundary import Boundary
from ....errors import GroundingError
from ....model_loading import load_pretrained
from ....quoting import quoted
from ....torch_device import FLOAT_BYTES, choose_device, import_libraries
from ..coordinates import FeedSize
from .checkpoint import Checkpoint
from .feeding import feed_picture
from .quantization import Quantization, load_quantized
from .text_tokens import TextTokens

if TYPE_CHECKING:
    import torch

    from .cache import BufferCache

# Largest side of a patch and of a group of patches, px and patches. Chosen: ten times the usual.
_MAX_PATCH = 256

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Picture:
    """A picture prepared for the vision tower.

    Attributes:
        pixels: patches (n, channels of a patch), normalised.
        grid: (time, rows, columns) of patches.
        tokens: number of image tokens.
        feed: the size at which it was fed.
        key: hash of what it shows; equal keys share their cache.
    """

    pixels: Any
    grid: Any
    tokens: int
    feed: FeedSize
    key: bytes


class VisionLanguageModel:
    """Weights, image processor and tokenizer of one checkpoint."""

    def __init__(self, model: Any, processor: Any, tokens: TextTokens) -> None:
        """Join the parts of a checkpoint.

        Args:
            model: of transformers, on its device.
            processor: its image processor.
            tokens: its tokenizer.
        """
        self._model = model.eval()
        self._processor = processor
        self.tokens = tokens
        self._text = model.config.text_config
        self.image_token = int(model.config.image_token_id)

    @classmethod
    def load(cls, path: Path, device: str = 'auto', dtype: str = 'auto') -> VisionLanguageModel:
        """Load a checkpoint; the memory it takes is logged first.

        Args:
            path: folder of the checkpoint.
            device: auto, cpu or cuda[:n].
            dtype: auto, float32, bfloat16 or float16.

        Raises:
            GroundingError: the files cannot be used.
            MissingDependencyError: torch or transformers is not installed.
        """
        checkpoint = Checkpoint.open(path)
        device, dtype = choose_device(device, dtype)
        quantized = Quantization.load(path)
        _logger.info(
            'loading %s on %s as %s',
            checkpoint.describe_memory(None if quantized else FLOAT_BYTES[dtype]), device,
            quantized.weights if quantized else dtype,
        )  # fmt: skip
        model = load_weights(path, device, quantized.dtype if quantized else dtype)
        return cls.from_parts(model, path, TextTokens(path / 'tokenizer.json'))

    @classmethod
    def from_parts(cls, model: Any, folder: Path, tokens: TextTokens) -> VisionLanguageModel:
        """Join a transformers model with the image processor of a folder.

        Args:
            model: of transformers, on its device.
            folder: holds preprocessor_config.json.
            tokens: the tokenizer.

        Raises:
            GroundingError: the folder's preprocessor_config.json cannot be used.
        """
        _, transformers = import_libraries()
        boundary = Boundary(f'{folder}/preprocessor_config.json', GroundingError)
        with boundary.guard():
            processor = transformers.Qwen2VLImageProcessorPil.from_pretrained(
                folder, local_files_only=True
            )
            sides = (processor.patch_size, processor.merge_size)
            if not all(type(side) is int and 1 <= side <= _MAX_PATCH for side in sides):
                raise boundary.refusal(f'patch_size and merge_size are {quoted(sides)}')
            vision = model.config.vision_config
            if sides != (vision.patch_size, vision.spatial_merge_size):
                raise boundary.refusal(f'patch_size and merge_size {sides} are not of config.json')
            made = cls(model, processor, tokens)
            side = 2 * made.factor
            picture = made.prepare(np.zeros((side, side, 3), np.uint8), 1, side * side)
            if not np.isfinite(picture.pixels.numpy()).all():
                raise boundary.refusal('makes pixels that are not finite')
        return made

    @property
    def factor(self) -> int:
        """Side of an image token, of which fed widths and heights are multiples, px."""
        return int(self._processor.patch_size) * int(self._processor.merge_size)

    @property
    def pixel_limits(self) -> tuple[int, int]:
        """Smallest and largest area that the checkpoint's own processor feeds, pixels."""
        size = self._processor.size
        return int(size['shortest_edge']), int(size['longest_edge'])

    def prepare(self, picture: ByteArray, min_pixels: int, max_pixels: int) -> Picture:
        """Resize and normalise a picture for the vision tower.

        Args:
            picture: (height, width, 3) uint8, RGB.
            min_pixels: smallest area at which it is fed, pixels.
            max_pixels: largest area at which it is fed, pixels.

        Raises:
            ParameterError: the picture or the bounds cannot be used.
        """
        import torch

        image, feed = feed_picture(picture, self.factor, min_pixels, max_pixels)
        inputs = self._processor(images=[image], do_resize=False, return_tensors='np')
        grid = inputs['image_grid_thw']
        tokens = int(grid.prod()) // int(self._processor.merge_size) ** 2
        digest = hashlib.blake2b(np.asarray(image).tobytes(), digest_size=16)
        digest.update(repr((feed, picture.shape)).encode())
        pixels = torch.from_numpy(np.ascontiguousarray(inputs['pixel_values']))
        return Picture(pixels, torch.from_numpy(grid), tokens, feed, digest.digest())

    def new_cache(self, capacity: int) -> BufferCache:
        """An empty cache with room for this many tokens; it grows when needed."""
        from .cache import BufferCache

        return BufferCache(int(self._text.num_hidden_layers), capacity)

    def positions(self, ids: Sequence[int], picture: Picture) -> tuple[Any, int]:
        """Rotary positions (3, 1, n) of a prompt, and position minus index of later tokens."""
        import torch

        row = torch.tensor([list(ids)])
        kinds = (row == self.image_token).int()
        positions, shift = self._model.model.get_rope_index(
            row, mm_token_type_ids=kinds, image_grid_thw=picture.grid
        )
        return positions, int(shift[0, 0])

    def forward(
        self, ids: Sequence[int], positions: Any, cache: BufferCache, picture: Picture | None
    ) -> torch.Tensor:
        """One pass over new tokens; the logits (vocabulary,) after the last, float32.

        Args:
            ids: new tokens.
            positions: their rotary positions (3, 1, n).
            cache: of the tokens before; the new ones are appended.
            picture: given when its image tokens are among the new ones.
        """
        import torch

        device = self._model.device
        images = {}
        if picture is not None:
            images = {
                'pixel_values': picture.pixels.to(device),
                'image_grid_thw': picture.grid.to(device),
            }
        with torch.inference_mode():
            output = self._model.model(
                input_ids=torch.tensor([list(ids)], device=device),
                position_ids=positions.to(device),
                past_key_values=cache,
                use_cache=True,
                **images,
            )
            # Given a view into a batch, the output head would copy its weights for the product
            # (seconds for a vocabulary of 150 000); given one row of its own, it does not.
            last = output.last_hidden_state[0, -1:].contiguous()
            logits = self._model.lm_head(last)
        return logits[0].float().cpu()


def load_weights(path: Path, device: str, dtype: str) -> Any:
    """The model of a checkpoint folder, quantized or not; safetensors only, no remote code.

    Args:
        path: folder of the checkpoint.
        device: cpu or cuda[:n].
        dtype: float32, bfloat16 or float16: of the weights, or of those that are not quantized.

    Raises:
        GroundingError: the files cannot be used.
    """
    torch, transformers = import_libraries()
    checkpoint = Checkpoint.open(path)
    kind = {
        'qwen2_5_vl': transformers.Qwen2_5_VLForConditionalGeneration,
        'qwen3_vl': transformers.Qwen3VLForConditionalGeneration,
    }[checkpoint.model_type]
    quantization = Quantization.load(path)
    if quantization is None:
        return load_pretrained(kind, path, dtype).to(device)
    with Boundary(str(path), GroundingError).guard('could not be loaded'):
        config = kind.config_class.from_pretrained(path, local_files_only=True)
        config.dtype = getattr(torch, dtype)
        with torch.device('meta'):
            model = kind._from_config(config, dtype=getattr(torch, dtype))
        restore_rotary_buffers(model, config)
        return load_quantized(model, path, quantization).to(device)


def restore_rotary_buffers(model: Any, config: Any) -> None:
    """Compute the rotary frequencies, which checkpoints lack, of a model on the meta device."""
    for name, module in list(model.named_modules()):
        if not any(buffer.is_meta for buffer in module.buffers(recurse=False)):
            continue
        vision = 'visual' in name
        fresh = type(module)(config.vision_config if vision else config.text_config)
        parent, _, child = name.rpartition('.')
        setattr(model.get_submodule(parent), child, fresh)

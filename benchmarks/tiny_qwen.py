"""Makes small checkpoints of the real Qwen architectures, with a vocabulary of their own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SPECIAL_TOKENS = (
    '<|endoftext|>', '<|im_start|>', '<|im_end|>',
    '<|vision_start|>', '<|vision_end|>', '<|vision_pad|>', '<|image_pad|>', '<|video_pad|>',
)  # fmt: skip
# How Qwen2's tokenizer cuts text before it merges: every digit stands alone.
_QWEN_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r'|\s*[\r\n]+|\s+(?!\S)|\s+'
)


@dataclass(frozen=True)
class TinySize:
    """Sides of a small model.

    Attributes:
        text_width, text_layers, text_heads, key_heads: of the language model.
        vision_width, vision_layers, vision_heads: of the vision tower.
        rope_theta: base of the language model's rotary frequencies. With the published 1e6 or
            1e4 a small head cannot tell neighbouring columns of the picture apart.
    """

    text_width: int = 64
    text_layers: int = 2
    text_heads: int = 4
    key_heads: int = 2
    vision_width: int = 32
    vision_layers: int = 2
    vision_heads: int = 2
    rope_theta: float = 10000.0


def train_vocabulary(texts: Sequence[str], size: int) -> Any:
    """A byte-level BPE tokenizer with Qwen's splitting, merges learned from texts."""
    from tokenizers import (
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        trainers,
    )

    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_QWEN_SPLIT), 'isolated'),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size, min_frequency=1, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_special_tokens(list(SPECIAL_TOKENS))
    return tokenizer


def make_qwen2_5_vl(tokenizer: Any, size: TinySize, seed: int) -> Any:
    """A random Qwen2.5-VL with the vocabulary of a tokenizer."""
    import torch
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

    torch.manual_seed(seed)
    vision = {
        'depth': size.vision_layers, 'hidden_size': size.vision_width,
        'intermediate_size': size.vision_width * 2, 'num_heads': size.vision_heads,
        'out_hidden_size': size.text_width, 'window_size': 112,
        'fullatt_block_indexes': list(range(size.vision_layers)),
    }  # fmt: skip
    config = Qwen2_5_VLConfig(
        text_config=_text_config(tokenizer, size), vision_config=vision, **_token_ids(tokenizer)
    )
    return Qwen2_5_VLForConditionalGeneration(config).eval()


def make_qwen3_vl(tokenizer: Any, size: TinySize, seed: int) -> Any:
    """A random Qwen3-VL with the vocabulary of a tokenizer."""
    import torch
    from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration

    torch.manual_seed(seed)
    vision = {
        'depth': size.vision_layers, 'hidden_size': size.vision_width,
        'intermediate_size': size.vision_width * 2, 'num_heads': size.vision_heads,
        'out_hidden_size': size.text_width, 'patch_size': 16, 'num_position_embeddings': 64,
        'deepstack_visual_indexes': [0],
    }  # fmt: skip
    text = _text_config(tokenizer, size)
    text['head_dim'] = size.text_width // size.text_heads
    config = Qwen3VLConfig(text_config=text, vision_config=vision, **_token_ids(tokenizer))
    return Qwen3VLForConditionalGeneration(config).eval()


def save_checkpoint(folder: Path, model: Any, tokenizer: Any) -> Path:
    """Write a folder as published checkpoints have it."""
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    tokenizer.save(str(folder / 'tokenizer.json'))
    patch = int(model.config.vision_config.patch_size)
    save_processor(folder, patch, qwen3=model.config.model_type == 'qwen3_vl')
    return folder


def save_processor(folder: Path, patch: int, qwen3: bool) -> None:
    """Write the settings of the image processor as published checkpoints have them."""
    processor = {
        'image_processor_type': 'Qwen2VLImageProcessor',
        'patch_size': patch, 'merge_size': 2, 'temporal_patch_size': 2,
        'size': {'shortest_edge': 4 * patch * patch, 'longest_edge': 4 * patch * patch * 1280},
        'image_mean': [0.5] * 3 if qwen3 else [0.48145466, 0.4578275, 0.40821073],
        'image_std': [0.5] * 3 if qwen3 else [0.26862954, 0.26130258, 0.27577711],
    }  # fmt: skip
    (folder / 'preprocessor_config.json').write_text(json.dumps(processor, indent=2) + '\n')


def _text_config(tokenizer: Any, size: TinySize) -> dict[str, Any]:
    head = size.text_width // size.text_heads
    return {
        'vocab_size': tokenizer.get_vocab_size(),
        'hidden_size': size.text_width,
        'intermediate_size': size.text_width * 3,
        'num_hidden_layers': size.text_layers,
        'num_attention_heads': size.text_heads,
        'num_key_value_heads': size.key_heads,
        'max_position_embeddings': 4096,
        'rope_parameters': {
            'rope_type': 'default',
            'rope_theta': size.rope_theta,
            'mrope_section': [head // 2 - 2 * (head // 2 // 3), head // 2 // 3, head // 2 // 3],
        },
        'eos_token_id': tokenizer.token_to_id('<|im_end|>'),
        'bos_token_id': None,
        'pad_token_id': tokenizer.token_to_id('<|endoftext|>'),
        'tie_word_embeddings': True,
    }


def _token_ids(tokenizer: Any) -> dict[str, Any]:
    return {
        'image_token_id': tokenizer.token_to_id('<|image_pad|>'),
        'video_token_id': tokenizer.token_to_id('<|video_pad|>'),
        'vision_start_token_id': tokenizer.token_to_id('<|vision_start|>'),
        'vision_end_token_id': tokenizer.token_to_id('<|vision_end|>'),
        'tie_word_embeddings': True,
    }

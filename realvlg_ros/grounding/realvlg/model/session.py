"""Prompts about one picture that share the key-value cache of their common prefix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .model import Picture, VisionLanguageModel
from .text_tokens import TextTokens

if TYPE_CHECKING:
    from .cache import BufferCache


class PrefixSession:
    """Keeps keys and values of the last prompt; a new one is computed from where it differs.

    The picture and the fixed text before the instruction are the same for every question about a
    frame, so a second question costs its own words only.

    Attributes:
        passes: forward passes so far.
        reused: tokens of the last prompt that were taken from the cache.
    """

    def __init__(self, model: VisionLanguageModel) -> None:
        self._model = model
        self._cache: BufferCache | None = None
        self._ids: list[int] = []
        self._shift = 0
        self._picture_key = b''
        self.passes = 0
        self.reused = 0

    def prefill(self, ids: Sequence[int], picture: Picture) -> Any:
        """Feed a whole prompt about a picture; the logits (vocabulary,) after its last token."""
        common = self._common_prefix(ids, picture)
        self.reused = common
        if common:
            assert self._cache is not None
            self._cache.cut_to(common)
            self._ids = self._ids[:common]
            return self.extend(ids[common:])
        self.clear()
        self._cache = self._model.new_cache(len(ids) + 64)
        positions, self._shift = self._model.positions(ids, picture)
        logits = self._model.forward(ids, positions, self._cache, picture)
        self._ids, self._picture_key = list(ids), picture.key
        self.passes += 1
        return logits

    def extend(self, ids: Sequence[int]) -> Any:
        """Feed more tokens; the logits (vocabulary,) after the last."""
        import torch

        assert self._cache is not None
        start = len(self._ids) + self._shift
        positions = torch.arange(start, start + len(ids)).expand(3, 1, -1)
        logits = self._model.forward(ids, positions, self._cache, None)
        self._ids.extend(ids)
        self.passes += 1
        return logits

    @property
    def cache_bytes(self) -> int:
        """Memory of the keys and values, bytes."""
        return 0 if self._cache is None else self._cache.nbytes

    def clear(self) -> None:
        """Drop the prompt and free the cache."""
        self._cache, self._ids, self._picture_key = None, [], b''

    def _common_prefix(self, ids: Sequence[int], picture: Picture) -> int:
        """Number of leading tokens shared with the last prompt; 0 without the whole picture."""
        if picture.key != self._picture_key or self._cache is None:
            return 0
        common = 0
        # At least one token must be fed, for its logits.
        for new, old in zip(ids[:-1], self._ids, strict=False):
            if new != old:
                break
            common += 1
        image = self._model.image_token
        last = max(index for index, token in enumerate(ids) if token == image)
        return common if common > last else 0


def chat_prompt(tokens: TextTokens, system: str, picture_tokens: int, question: str) -> list[int]:
    """Token ids of Qwen's chat template: system turn, picture and question, opened answer.

    Text is encoded as text only; the special tokens of the template are set by id.

    Args:
        tokens: the tokenizer.
        system: text of the system turn; empty for no such turn.
        picture_tokens: number of image tokens.
        question: text of the user turn after the picture.
    """
    start, end = tokens.special('<|im_start|>'), tokens.special('<|im_end|>')
    line = tokens.encode('\n')
    ids = [start, *tokens.encode(f'system\n{system}'), end, *line] if system else []
    picture = [tokens.special('<|image_pad|>')] * picture_tokens
    ids += [start, *tokens.encode('user\n'), tokens.special('<|vision_start|>'), *picture]
    ids += [tokens.special('<|vision_end|>'), *tokens.encode(question), end, *line]
    return [*ids, start, *tokens.encode('assistant\n')]

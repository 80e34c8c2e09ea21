"""The tokenizer of a checkpoint, so that no text is encoded as a special token."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from ....boundary import Boundary
from ....errors import GroundingError
from ....files import read_bytes
from ....limits import MAX_TOKENIZER_BYTES
from ....optional import import_optional
from ....quoting import quoted


class TextTokens:
    """Text to token ids and back, by a checkpoint's tokenizer.json.

    Text is always encoded as text: the spelling of a special token in it is split into ordinary
    tokens. `special` gives the ids of special tokens by name.
    """

    def __init__(self, path: Path) -> None:
        """Read a tokenizer.json.

        Raises:
            GroundingError: the file is missing, is none, or joins digits.
            MissingDependencyError: tokenizers is not installed.
        """
        tokenizers = import_optional(
            'tokenizers',
            'the realvlg backend needs the package tokenizers',
            'pip install transformers',
        )
        boundary = Boundary(str(path), GroundingError, 'copy it from the base model')
        if not path.is_file():
            raise GroundingError(f'{path} is missing; a checkpoint needs its tokenizer.json')
        data = read_bytes(path, boundary, MAX_TOKENIZER_BYTES)
        with boundary.guard('is no tokenizer'):
            self._tokenizer: Any = tokenizers.Tokenizer.from_buffer(data)
            self._tokenizer.encode_special_tokens = True
            self._tokenizer.no_padding()
            self._tokenizer.no_truncation()
            added = self._tokenizer.get_added_tokens_decoder()
            self._special = frozenset(i for i, token in added.items() if token.special)
            self.digits = tuple(self._digit(d) for d in range(10))

    @property
    def size(self) -> int:
        """Number of tokens, special ones included."""
        return int(self._tokenizer.get_vocab_size(with_added_tokens=True))

    def encode(self, text: str) -> list[int]:
        """Token ids of a text, none of them special."""
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        if not self._special.isdisjoint(ids):
            raise GroundingError(f'text {quoted(text)} was encoded with special tokens')
        return ids

    def special(self, name: str) -> int:
        """The id of a special token.

        Raises:
            GroundingError: the checkpoint's tokenizer has none of that name.
        """
        token = self._tokenizer.token_to_id(name)
        if token is None:
            raise GroundingError(f'the tokenizer has no token {name}; is it a Qwen checkpoint?')
        return int(token)

    def decode(self, ids: Sequence[int]) -> str:
        """The text of token ids, special tokens included."""
        return str(self._tokenizer.decode(list(ids), skip_special_tokens=False))

    def between(self, before: str, text: str, after: str) -> tuple[int, ...]:
        """Token ids of a text as it is encoded in a context.

        Args:
            before: text before it, each character one token, as digits are.
            text: what is encoded.
            after: text after it, each character one token.
        """
        ids = self.encode(before + text + after)
        return tuple(ids[len(before) : len(ids) - len(after)])

    @cached_property
    def _vocabulary(self) -> dict[str, int]:
        vocabulary: dict[str, int] = self._tokenizer.get_vocab(with_added_tokens=False)
        return vocabulary

    def starting_with(self, character: str) -> list[int]:
        """Ids of the tokens that begin with an ASCII character, in ascending order."""
        return sorted(i for text, i in self._vocabulary.items() if text[:1] == character)

    def _digit(self, digit: int) -> int:
        alone, pair = self.encode(str(digit)), self.encode(f'{digit}7')
        if len(alone) != 1 or len(pair) != 2:
            raise GroundingError(
                'this tokenizer joins digits into longer tokens; constrained answers need one '
                'token for each digit, as in Qwen'
            )
        return alone[0]

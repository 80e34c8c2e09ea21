"""Values in messages: quoted in little time and few characters, whatever they are."""

from __future__ import annotations

import json
import math
import reprlib
from typing import Any

from .limits import QUOTED_CHARACTERS, REASON_CHARACTERS

# Items of a list that are shown, and levels of nesting. Chosen: enough to find the place.
_ITEMS, _LEVELS = 6, 3
# Whole numbers with more bits are told by their size. Chosen: those of numpy.
_SHOWN_BITS = 64


class _Quote(reprlib.Repr):
    """Cuts before it writes: no part of a value that is left out is looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = _LEVELS
        self.maxdict = self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = _ITEMS
        self.maxstring = self.maxother = self.maxlong = QUOTED_CHARACTERS

    def repr1(self, x: Any, level: int) -> str:
        """The text of a value; types of the package's own readers have methods of their own."""
        try:
            if isinstance(x, str | bytes | bytearray):
                return self._text(x)
            if isinstance(x, int):
                return self.repr_int(x, level)
            return super().repr1(x, level)
        except Exception:
            # A __repr__ from elsewhere raises what it likes.
            return f'<{type(x).__name__}>'

    def _text(self, x: str | bytes | bytearray) -> str:
        kept = x[: self.maxstring]
        return repr(kept) if len(kept) == len(x) else f'{kept!r}... ({len(x)} long)'

    def repr_int(self, x: int, level: int) -> str:
        """A whole number; converting one of a million digits would take minutes."""
        bits = int.bit_length(x)
        return repr(x) if bits <= _SHOWN_BITS else f'a number of {bits} bits'


class _JsonQuote(_Quote):
    """The same, as a JSON file has it."""

    def repr1(self, x: Any, level: int) -> str:
        """The text of a value."""
        if x is None or isinstance(x, bool) or (isinstance(x, float) and not math.isfinite(x)):
            return json.dumps(x)
        return super().repr1(x, level)

    def _text(self, x: str | bytes | bytearray) -> str:
        if not isinstance(x, str):
            return super()._text(x)
        kept = x[: self.maxstring]
        shown = json.dumps(kept, ensure_ascii=False)
        return shown if len(kept) == len(x) else f'{shown}... ({len(x)} long)'


_QUOTE, _JSON_QUOTE = _Quote(), _JsonQuote()


def quoted(value: Any, most: int = QUOTED_CHARACTERS) -> str:
    """The value as Python writes it, cut to about so many characters."""
    return cut(_QUOTE.repr(value), most)


def quoted_json(value: Any, most: int = QUOTED_CHARACTERS) -> str:
    """The value of a JSON file as it stands there, cut to about so many characters."""
    return cut(_JSON_QUOTE.repr(value), most)


def cut(text: str, most: int = QUOTED_CHARACTERS) -> str:
    """The text in one line, with dots for what is longer, and escapes for what is no UTF-8."""
    line = ' '.join(text[: 4 * most].split())
    # JSON may hold half of a surrogate pair, which no log and no message can.
    line = line.encode('utf-8', 'backslashreplace').decode()
    return line if len(line) <= most else f'{line[: most - 3]}...'


def reason_of(error: BaseException) -> str:
    """What an exception says, in one line and without the parts that are for programmers."""
    if isinstance(error, OSError) and error.strerror:
        return str(error.strerror)
    if isinstance(error, KeyError):
        return f'the key {quoted(error.args[0]) if error.args else "?"} is missing'
    name = type(error).__name__
    try:
        said = cut(str(error), REASON_CHARACTERS)
    except Exception:
        said = ''
    return f'{name}: {said}' if said else name

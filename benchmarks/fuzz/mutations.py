"""Changes that fit what is changed: of bytes anywhere, of words and values in a text."""

from __future__ import annotations

import re

import numpy as np

from benchmarks.bag_fuzz.mutations import mutate as mutate_bytes

# Files whose words are changed as often as their bytes.
_TEXTS = ('.yaml', '.json', '.txt', '.urdf', '.obj')
# A value, a word or a sign.
_PIECE = re.compile(rb'-?[0-9][0-9.eE+-]*|[A-Za-z_][A-Za-z_0-9]*|"[^"\n]{0,40}"|[^\s]')
# What stands in the place of a piece.
_HOSTILE = (
    b'', b'0', b'-0', b'-1', b'1e308', b'-1e308', b'1e999', b'1' * 400, b'9' * 5000, b'NaN',
    b'.nan', b'.inf', b'Infinity', b'null', b'~', b'true', b'on', b"''", b'""', b'[]', b'{}',
    b'[[1]]', b'{1: 2}', b'? [a]', b'&a [*a]', b'*a', b'<<: 1', b'!!binary "/w=="', b'!!float x',
    b'!!python/object/apply:os.system [true]', b'2026-13-41', b'1:1:1:1', b'0x' + b'f' * 40,
    b'18446744073709551616', b'1099511627776', b'-9223372036854775809', b'\xff', b'\x00', b'0o9',
    b'\xef\xbb\xbf', b'\xed\xa0\x80', '\u202e\U0001f600'.encode(), b'x' * 3000, b'/dev/zero',
    b'../../etc/passwd', b'[' * 300, b'{"a":' * 300, b'"', b"'", b'\n', b'\t', b': ', b'- ', b'#',
    b'<', b'>', b'&amp;', b'<!DOCTYPE a [<!ENTITY b "c">]>',
)  # fmt: skip


def mutate(name: str, data: bytes, rng: np.random.Generator) -> bytes:
    """A sound input with one to four changes, or some bytes that are none.

    Args:
        name: of the file; its suffix tells which changes fit.
        data: the sound input.
        rng: equal generators make equal changes.
    """
    if rng.random() < 0.02:
        return rng.bytes(int(rng.integers(200)))
    if name.endswith(_TEXTS) and rng.random() < 0.7:
        return _mutate_text(data, rng)
    return mutate_bytes(data, rng)


def _mutate_text(data: bytes, rng: np.random.Generator) -> bytes:
    for _ in range(int(rng.integers(1, 4))):
        pieces = list(_PIECE.finditer(data))
        if not pieces:
            return data
        piece = pieces[int(rng.integers(len(pieces)))]
        other = pieces[int(rng.integers(len(pieces)))][0]
        place = _HOSTILE[int(rng.integers(len(_HOSTILE)))]
        kind = int(rng.integers(5))
        if kind == 0:
            place = other
        elif kind == 1:
            place = piece[0] + b' ' + place
        elif kind == 2:
            place = b'[' + piece[0] + b', ' + place + b']'
        data = data[: piece.start()] + place + data[piece.end() :]
    return data

"""Bytes that were changed as broken disks, cut recordings and wrong writers change them."""

from __future__ import annotations

import struct

import numpy as np

# Numbers that break what counts on small ones. Chosen: ends of the ranges of lengths and times.
_EXTREMES = (0, 1, 0x7F, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 2**63 - 1, 2**64 - 1)
_FORMS = ('<B', '<H', '<I', '<Q', '>I')
# Bytes of a part that is overwritten, moved or taken out at most. Chosen: a header or a record.
_LONGEST = 200


def mutate(data: bytes, rng: np.random.Generator) -> bytes:
    """The bytes with one to four changes.

    Args:
        data: as they were written.
        rng: equal generators make equal changes.
    """
    changed = bytearray(data)
    for _ in range(int(rng.integers(1, 5))):
        kind = _KINDS[int(rng.integers(len(_KINDS)))]
        kind(changed, rng)
    return bytes(changed)


def _place(changed: bytearray, rng: np.random.Generator) -> tuple[int, int]:
    """Where a part begins and ends."""
    at = int(rng.integers(len(changed) + 1))
    # What is at the beginning and the end tells how the rest is read.
    if rng.random() < 0.3:
        at = min(at, int(rng.integers(400)))
    elif rng.random() < 0.2:
        at = max(0, len(changed) - int(rng.integers(1, 400)))
    return at, min(len(changed), at + int(rng.integers(1, _LONGEST)))


def _flip(changed: bytearray, rng: np.random.Generator) -> None:
    at, _ = _place(changed, rng)
    if at < len(changed):
        changed[at] ^= 1 << int(rng.integers(8))


def _set_number(changed: bytearray, rng: np.random.Generator) -> None:
    form = struct.Struct(_FORMS[int(rng.integers(len(_FORMS)))])
    at, _ = _place(changed, rng)
    if at + form.size <= len(changed):
        value = _EXTREMES[int(rng.integers(len(_EXTREMES)))] % 2 ** (8 * form.size)
        form.pack_into(changed, at, value)


def _overwrite(changed: bytearray, rng: np.random.Generator) -> None:
    at, end = _place(changed, rng)
    changed[at:end] = rng.bytes(end - at) if rng.random() < 0.5 else bytes(end - at)


def _take_out(changed: bytearray, rng: np.random.Generator) -> None:
    at, end = _place(changed, rng)
    del changed[at:end]


def _copy(changed: bytearray, rng: np.random.Generator) -> None:
    at, end = _place(changed, rng)
    to, _ = _place(changed, rng)
    changed[to:to] = changed[at:end]


def _cut(changed: bytearray, rng: np.random.Generator) -> None:
    at, _ = _place(changed, rng)
    del changed[at:]


_KINDS = (_flip, _flip, _set_number, _set_number, _overwrite, _take_out, _copy, _cut)

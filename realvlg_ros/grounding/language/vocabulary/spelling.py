"""Letters as they are compared, and the known word that a word with one slip may have been."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

# A shorter word is mended only where two of its letters changed places or one was doubled.
# Chosen: most words of four letters are one letter from some known one.
_SURE_LETTERS = 5
# Shorter words have too little to compare. Chosen.
_LEAST_LETTERS = 3
# Longer words are no words. Chosen: compounds are shorter.
_MOST_LETTERS = 30
_APOSTROPHES = str.maketrans('\u2018\u2019\u02bc\u00b4\u0060\uff07', "''''''")


def folded(text: str) -> str:
    """A text in the letters that words are compared in: small, without accents, one space."""
    text = unicodedata.normalize('NFKC', text).translate(_APOSTROPHES).casefold()
    plain = (c for c in unicodedata.normalize('NFD', text) if not unicodedata.combining(c))
    return ' '.join(unicodedata.normalize('NFC', ''.join(plain)).split())


class Spelling:
    """Finds the known words that are one edit from a word."""

    def __init__(self, words: Iterable[str]) -> None:
        """Index the words by what is left of each without one of its letters."""
        self._known = {w for w in words if _LEAST_LETTERS <= len(w) <= _MOST_LETTERS}
        self._shorter: dict[str, list[str]] = {}
        for word in sorted(self._known):
            for short in _without_a_letter(word):
                self._shorter.setdefault(short, []).append(word)

    def near(self, word: str) -> tuple[str, ...]:
        """Known words one edit away: a letter more, less, another, or two changed places.

        Where some differ by letters that changed places or were doubled, those alone.
        """
        if not _LEAST_LETTERS <= len(word) <= _MOST_LETTERS or not word.isalpha():
            return ()
        found = set(self._shorter.get(word, ()))
        for short in _without_a_letter(word):
            found.update({short} & self._known)
            found.update(w for w in self._shorter.get(short, ()) if len(w) == len(word))
        found = {w for w in found if w != word and _is_one_edit(w, word)}
        slips = {w for w in found if _is_slip(w, word)}
        if slips:
            return tuple(sorted(slips))
        return tuple(sorted(found)) if len(word) >= _SURE_LETTERS else ()


def _without_a_letter(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))}


def _is_one_edit(known: str, word: str) -> bool:
    """Whether words of near lengths differ by one edit."""
    if len(known) != len(word):
        return True
    differing = [i for i, (a, b) in enumerate(zip(known, word, strict=True)) if a != b]
    return len(differing) == 1 or _is_slip(known, word)


def _is_slip(known: str, word: str) -> bool:
    """Whether neighbouring letters changed places, or one was doubled or not."""
    if len(known) == len(word):
        differing = [i for i, (a, b) in enumerate(zip(known, word, strict=True)) if a != b]
        if len(differing) != 2 or differing[1] != differing[0] + 1:
            return False
        i, j = differing
        return known[i] == word[j] and known[j] == word[i]
    longer, shorter = sorted((known, word), key=len, reverse=True)
    return any(
        longer[i] == longer[i - 1] and longer[:i] + longer[i + 1 :] == shorter
        for i in range(1, len(longer))
    )

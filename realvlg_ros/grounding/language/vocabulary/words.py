"""A sentence as words that are looked up in a lexicon."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from .lexicon import Lexicon
from .spelling import folded
from .tokens import Kind, Sense, Token

# So many words that are not known are compared with known ones. Chosen: a sentence with more is
# no slip of the tongue.
_MOST_MENDED = 12
# A word that says how has at least so many letters. Chosen: "fly" and "jelly" do not.
_LEAST_ADVERB = 6
# Each part of a compound has at least so many letters. Chosen: shorter ones are found by chance.
_LEAST_PART = 3
# Reasons to pass over a word that one with a slip may be taken for. Chosen: what is often said.
_MENDED = ('article', 'politeness')
_BREAK = Token(',', (Sense(Kind.BREAK),))
_PAUSES = r',.;:!?()\[\]{}/|\u2026\u3002\uff0c\uff01\uff1f'
_WORD = re.compile(f'[{_PAUSES}]+|[^\\s{_PAUSES}]+')
_PAUSE = re.compile(f'[{_PAUSES}]')
_LATIN = 'LATIN'
_NOUNS = (Kind.SHAPED, Kind.NOUN, Kind.LARGE, Kind.IMMATERIAL, Kind.PART, Kind.GENERIC)


def split(text: str, lexicon: Lexicon) -> list[str]:
    """The words of a text, folded, with ',' where the voice would pause."""
    text = folded(text)
    found: list[str] = []
    for piece in _WORD.findall(text):
        if _PAUSE.match(piece):
            found.append(',')
            continue
        if not piece.strip('-\u2013\u2014'):
            found.append(',')
            continue
        piece = piece.strip('\'"-_*+<>=~^%$#@\\')
        found += lexicon.contractions.get(piece, piece).split()
    return [word for word in found if word]


def tokens_of(words: list[str], lexicon: Lexicon) -> list[Token]:
    """The words with what each may be; the longest phrase that is known counts as one."""
    found: list[Token] = []
    mended = 0
    position = 0
    while position < len(words):
        if words[position] == ',':
            found.append(_BREAK)
            position += 1
            continue
        phrase, count = _longest(words, position, lexicon)
        if phrase is not None:
            found.append(phrase)
        else:
            word = words[position]
            made, count = _unlisted(word, lexicon), 1
            if not made and mended < _MOST_MENDED:
                mended += 1
                made = _mended(word, lexicon)
            found += made or [Token(word)]
        position += count
    return [
        replace(token, senses=()) if _is_wrinkly(token, after, lexicon) else token
        for token, after in zip(found, [*found[1:], _BREAK], strict=True)
    ]


def _is_wrinkly(token: Token, following: Token, lexicon: Lexicon) -> bool:
    """Whether a word that ends as one that says how stands before a noun, and says what."""
    if token.text in lexicon.senses or not following.is_a(*_NOUNS):
        return False
    return any(s.kind is Kind.IGNORED and s.value == 'manner' for s in token.senses)


def is_other_script(text: str) -> bool:
    """Whether hardly any letter of a text is Latin."""
    letters = [c for c in text if c.isalpha()]
    latin = sum(unicodedata.name(c, '').startswith((_LATIN, 'FULLWIDTH LATIN')) for c in letters)
    return bool(letters) and 2 * latin < len(letters)


def _longest(words: list[str], start: int, lexicon: Lexicon) -> tuple[Token | None, int]:
    """The longest phrase of the lexicon that begins at a word, and how many words it has."""
    for count in range(lexicon.longest.get(words[start], 0), 0, -1):
        part = words[start : start + count]
        if len(part) == count and (senses := lexicon.senses.get(' '.join(part))):
            return Token(' '.join(part), senses), count
    # A phrase in the plural: power drills.
    for count in (3, 2):
        part = words[start : start + count]
        if len(part) == count and ',' not in part:
            for stem in _stems(part[-1], lexicon.endings['noun']):
                senses = _nouns(lexicon.senses.get(' '.join([*part[:-1], stem]), ()))
                if senses:
                    return Token(' '.join([*part[:-1], stem]), senses, plural=True), count
    return None, 1


def _unlisted(word: str, lexicon: Lexicon) -> list[Token]:
    """The tokens of a word that is known by its ending or its parts."""
    if '-' in word:
        pieces = [piece for piece in word.split('-') if piece]
        made = tokens_of(pieces, lexicon) if pieces else []
        return made if all(token.senses for token in made) else []
    for stem in _stems(word, lexicon.endings['noun']):
        if senses := _nouns(lexicon.senses.get(stem, ())):
            return [Token(stem, senses, plural=True)]
    for name, kinds in (('color', (Kind.COLOR,)), ('adjective', _ADJECTIVES)):
        for stem in _stems(word, lexicon.endings[name]):
            senses = tuple(s for s in lexicon.senses.get(stem, ()) if s.kind in kinds)
            if senses:
                return [Token(stem, senses)]
    if lexicon.compounds and (parts := _parts(word, lexicon)):
        return parts
    if len(word) >= _LEAST_ADVERB and word.endswith(lexicon.adverbs or ('\0',)):
        return [Token(word, (Sense(Kind.IGNORED, 'manner'),))]
    return []


_ADJECTIVES = (
    Kind.COLOR, Kind.COLORFUL, Kind.DEGREE, Kind.COMPARATIVE, Kind.SUPERLATIVE, Kind.LIGHT,
    Kind.PLACE, Kind.ORDINAL, Kind.LAST, Kind.NEXT_TO_LAST, Kind.POSTURE, Kind.LOOK, Kind.STATE,
    Kind.MATERIAL, Kind.IGNORED, Kind.ANY, Kind.ALL, Kind.COUNT, Kind.OTHER,
)  # fmt: skip


def _stems(word: str, endings: tuple[tuple[str, str], ...]) -> list[str]:
    return [
        word[: len(word) - len(end)] + put
        for end, put in endings
        if word.endswith(end) and len(word) > len(end) + 1
    ]


def _nouns(senses: tuple[Sense, ...]) -> tuple[Sense, ...]:
    return tuple(sense for sense in senses if sense.kind in _NOUNS)


def _ranked(first: str, head: str, lexicon: Lexicon) -> list[Token]:
    """An ordinal and a superlative in one word: zweitgrößte."""
    ordinal = tuple(s for s in lexicon.senses.get(f'{first}e', ()) if s.kind is Kind.ORDINAL)
    most = tuple(s for s in lexicon.senses.get(head, ()) if s.kind is Kind.SUPERLATIVE)
    return [Token(f'{first}e', ordinal), Token(head, most)] if ordinal and most else []


def _parts(word: str, lexicon: Lexicon) -> list[Token]:
    """A word as two known ones, the second a noun: flowerpot, Kaffeetasse."""
    for cut in range(_LEAST_PART, len(word) - _LEAST_PART + 1):
        first, second = word[:cut], word[cut:]
        endings = (*lexicon.endings['noun'], *lexicon.endings['adjective'])
        heads = (second, *_stems(second, endings))
        for head in heads:
            if ranked := _ranked(first, head, lexicon):
                return ranked
            senses = lexicon.senses.get(head, ())
            nouns = _nouns(senses) or tuple(s for s in senses if s.kind is Kind.COLOR)
            for stem in (first, first.removesuffix('n'), first.removesuffix('s')):
                before = lexicon.senses.get(stem, ())
                known = tuple(s for s in before if s.kind in (*_NOUNS, *_ADJECTIVES)
                              and s.kind is not Kind.IGNORED)  # fmt: skip
                if nouns and known and (_nouns(nouns) or _is_shade(known)):
                    return [
                        Token(stem, known),
                        Token(head, nouns, plural=bool(_nouns(nouns)) and head != second),
                    ]
    return []


def _is_shade(senses: tuple[Sense, ...]) -> bool:
    """Whether a word stands before a colour: dark, light."""
    return any(
        s.kind is Kind.LIGHT or (s.kind is Kind.DEGREE and s.value.startswith('lightness'))
        for s in senses
    )


def _mended(word: str, lexicon: Lexicon) -> list[Token]:
    """The word that a slip of the tongue or of a finger stands for, if it is but one."""
    near = lexicon.spelling.near(word)
    senses = lexicon.senses.get(near[0], ()) if len(near) == 1 else ()
    # A word that says something is not passed over: north is no forth.
    passed = all(s.kind is Kind.IGNORED and s.value not in _MENDED for s in senses)
    return [] if passed else [replace(Token(near[0], senses), said=word)]

"""Sentences, read in the language that knows most of their words, and by each of two readings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..phrases.cursor import Cursor
from ..phrases.phrase import PhraseReader
from ..tree.kinds import Intent
from ..tree.syntax import (
    Sentence,
)
from ..vocabulary.lexicon import LANGUAGES, Lexicon, lexicon
from ..vocabulary.tokens import Token
from ..vocabulary.words import is_other_script, split, tokens_of
from .corrections import corrected
from .requests import Clauses, read_clause
from .social import intent_of
from .wanted import denies, joined

AUTO = 'auto'


def understand(text: str, language: str = AUTO) -> Sentence:
    """Read a sentence; every string gives one, with the words that were not understood.

    Args:
        text: what was said.
        language: code of a lexicon, or auto for the one that knows most of the words.

    Raises:
        ParameterError: there is no lexicon of the language.
    """
    if is_other_script(text):
        return Sentence(Intent.OTHER_SCRIPT, words=text.strip())
    names = LANGUAGES if language == AUTO else (language,)
    read = [_read(text, lexicon(name)) for name in names]
    return min(read, key=lambda sentence: len(sentence.unknown) + len(sentence.mended) / 2)


def _read(text: str, words: Lexicon) -> Sentence:
    """Read a sentence in one language."""
    said = split(text, words)
    if intent := intent_of(said, words):
        return Sentence(intent, language=words.language, words=' '.join(said))
    tokens = tokens_of(said, words)
    low, forked = _parse(tokens, words, high=False)
    if not forked:
        return low
    high, _ = _parse(tokens, words, high=True)
    if high.wanted == low.wanted or len(high.unknown) > len(low.unknown):
        return low
    if len(high.unknown) < len(low.unknown):
        return high
    return replace(low, wanted=(*low.wanted, *high.wanted))


def _parse(tokens: Sequence[Token], words: Lexicon, high: bool) -> tuple[Sentence, bool]:
    """The sentence by one way to attach what follows a landmark, and whether there is another."""
    cursor = Cursor(corrected(tokens, words))
    reader = PhraseReader(cursor, words, high)
    clauses = Clauses()
    spans: list[tuple[int, int]] = []
    while not cursor.done:
        read_clause(reader, clauses, spans)
    mended = tuple((t.said, t.text) for t in tokens if t.said)
    node = joined(clauses.taken, clauses.forbidden)
    intent = Intent.TAKE if clauses.taken else Intent.FORBID if clauses.forbidden else None
    said = [t.text for start, end in spans[:1] for t in cursor.tokens[start:end]]
    sentence = Sentence(
        intent or (Intent.TAKE if cursor.unknown else Intent.NOTHING),
        (node,) if node is not None else (),
        words.language,
        tuple(dict.fromkeys(cursor.unknown)),
        tuple(cursor.ignored),
        mended,
        ' '.join(said).strip(' ,'),
        denies(cursor.tokens, node),
    )
    return sentence, reader.forked

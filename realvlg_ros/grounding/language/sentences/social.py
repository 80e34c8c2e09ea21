"""Sentences that name no thing: nothing but stop, a greeting, yes or no."""

from __future__ import annotations

from collections.abc import Sequence

from ..tree.kinds import Intent
from ..vocabulary.lexicon import Lexicon
from ..vocabulary.tokens import Kind

# Reasons to ignore a word beside stop, a greeting, yes or no.
_SOCIAL = ('politeness', 'filler', 'addressee', 'article', 'manner')


def intent_of(said: Sequence[str], words: Lexicon) -> Intent | None:
    """What a sentence wants that names no thing: nothing but stop, a greeting, yes or no."""
    sets = (
        (Intent.STOP, words.stop), (Intent.NO, words.no), (Intent.YES, words.yes),
        (Intent.GREETING, words.greeting),
    )  # fmt: skip
    found: set[Intent] = set()
    bare = [word for word in said if word != ',']
    whole = ' '.join(bare)
    for intent, phrases in sets:
        if whole in phrases:
            return intent
    position = 0
    while position < len(bare):
        for count in range(min(6, len(bare) - position), 0, -1):
            phrase = ' '.join(bare[position : position + count])
            intents = [intent for intent, phrases in sets if phrase in phrases]
            senses = words.senses.get(phrase, ())
            courtesy = any(s.kind is Kind.IGNORED and s.value in _SOCIAL for s in senses)
            if intents or courtesy:
                found.update(intents[:1])
                position += count
                break
        else:
            return None
    for intent, _ in sets:
        if intent in found:
            return intent
    return Intent.NOTHING

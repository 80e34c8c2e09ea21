"""What a reply to a question means, beside the sentence that raised the question."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..sentences.parser import understand
from ..tree.kinds import Intent, NounKind
from ..tree.syntax import Except, Ordinal, Thing
from ..vocabulary.lexicon import LANGUAGES, lexicon
from ..vocabulary.spelling import folded


def is_a_refusal(words: str) -> bool:
    """Whether a reply rejects what was offered, and says nothing else."""
    return understand(words).intent is Intent.NO


def is_a_yes(words: str) -> bool:
    """Whether a reply takes what was offered, and says nothing else."""
    return understand(words).intent is Intent.YES


def chosen(words: str, descriptions: Sequence[str], labels: Sequence[str]) -> int:
    """Number of the candidate that a reply names, from 1; 0 where it names none by itself.

    Args:
        words: the reply.
        descriptions: of the candidates, as they were asked about.
        labels: of the candidates.
    """
    if not any(character.isalnum() for character in words):
        return 0
    bare = _bare(words)
    same = [
        number
        for number, names in enumerate(zip(descriptions, labels, strict=True), 1)
        if bare and bare in map(_bare, names)
    ]
    if len(same) == 1:
        return same[0]
    number = _number(words, len(descriptions))
    return number if number <= len(descriptions) else 0


def _number(words: str, count: int) -> int:
    """The number that a reply counts among candidates, from 1; 0 where it counts none."""
    if (digits := folded(words).strip(' .!')).isdecimal() and len(digits) < 4:
        return int(digits)
    sentence = understand(words)
    thing = sentence.thing
    if sentence.unknown or not sentence.wanted or not isinstance(thing, Thing):
        return 0
    several = thing.free or thing.every or thing.count > 1
    if thing.noun.kind is not NounKind.GENERIC or (thing.pronoun and not several):
        return 0
    if not thing.said:
        # Any of them, both, all: the first is taken.
        if several:
            return thing.count if thing.count > 1 and _is_bare_number(words) else 1
        return 1 if folded(words) in ('one', 'eins') else 0
    said = thing.said[0]
    if len(thing.said) == 1 and isinstance(said, Ordinal) and said.side is None:
        return said.rank if said.rank > 0 else max(count + 1 + said.rank, 0)
    return 0


def _is_bare_number(words: str) -> bool:
    """Whether a reply is a number and nothing else: two."""
    return len(folded(words).split()) == 1 and folded(words) not in ('both', 'beide')


def joined(instruction: str, reply: str) -> str:
    """The sentence that an instruction and the reply to its question make together.

    Args:
        instruction: "pick up the red mug".
        reply: "the left one" gives "pick up the red mug, the left one"; after a no, as in "no, the
            blue one", the noun alone is left of the instruction; a reply that names a thing, or
            ends the request, is taken as it is.
    """
    understood = understand(reply)
    if understood.intent in (Intent.STOP, Intent.OTHER_SCRIPT, Intent.FORBID):
        return reply
    if not understood.denies and (said := _denied(reply)):
        # What was offered was not meant: of the old sentence its noun alone holds.
        node, understood = understand(instruction).thing, understand(said)
        noun = node.noun.text if isinstance(node, Thing) else ''
        instruction, reply = noun or instruction, said
    node = understood.thing
    if not isinstance(node, Thing) or node.is_named:
        return reply.strip()
    return f'{instruction.strip(" .,!?")}, {reply.strip()}'


def _denied(reply: str) -> str:
    """What follows a no, where a colour, place or size of another thing follows it."""
    words = folded(reply)
    for language in LANGUAGES:
        for word in sorted(lexicon(language).no, key=len, reverse=True):
            rest = words.removeprefix(word)
            if rest != words and rest[:1] in (',', ' ', '.', ';'):
                return rest.strip(' ,.;') if understand(rest).wanted else ''
    return ''


def _bare(words: str) -> str:
    said = ' '.join(re.sub(r'[^\w ]+', ' ', words.lower()).split())
    return re.sub(r'^(the|der|die|das) ', '', re.sub(r' one$', '', said))


def pronoun_of(words: str) -> tuple[str, str]:
    """The pronoun that a sentence turns on, 'it', 'other' or none, and the noun said with it.

    A sentence that says more of the thing than a noun, or was not understood, turns on none.
    """
    sentence = understand(words)
    thing = sentence.thing
    if sentence.unknown or not sentence.wanted or not isinstance(thing, Thing):
        return '', ''
    said = [m for m in thing.said if not isinstance(m, Except)]
    if said or thing.count or thing.every:
        return '', ''
    return thing.pronoun, thing.noun.text if thing.noun.kind is not NounKind.GENERIC else ''

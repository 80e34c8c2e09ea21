"""A sentence turned into what it asks of an object: colours, size, place and a noun."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum

from . import large_things, lexicon


class NounKind(Enum):
    """What the grounder knows of a noun."""

    GENERIC = 'any object'
    SHAPE = 'a class whose shape is known'
    UNKNOWN = 'a word that only recognition could confirm'
    LARGE = 'a thing too large to be seen on a table, unless a toy is meant'
    IMMATERIAL = 'nothing that a hand can hold'


class Place(Enum):
    """Where an object is said to be."""

    LEFT = 'on the left'
    RIGHT = 'on the right'
    MIDDLE = 'in the middle'
    FRONT = 'in front'
    BACK = 'at the back'


class Relation(Enum):
    """Where an object is said to be with respect to another."""

    LEFT_OF = 'to the left of'
    RIGHT_OF = 'to the right of'
    NEXT_TO = 'next to'
    IN_FRONT_OF = 'in front of'
    BEHIND = 'behind'
    ON = 'on top of'


@dataclass(frozen=True)
class Phrase:
    """What a noun phrase asks for.

    Attributes:
        text: the phrase without verbs and courtesies.
        noun: the head noun as said; empty when none was.
        kind: what is known of the noun.
        shape: the class in lexicon.SHAPES, or empty.
        colors: colour names it must show, all of them.
        excluded_colors: colour names that it must not show.
        sizes: (measure, sign) of adjectives such as big (+1) and small (-1).
        superlatives: (measure, sign) of words such as biggest and leftmost.
        postures: 'lying', 'standing' or 'round'.
        places: where it is in the image.
        relation: where it is with respect to the landmark.
        landmark: the other object.
        unconfirmed: words that neither depth nor colour can confirm.
        colorless: whether the image has no colour, so that none speaks for or against a thing.
        lost_colors: colour names asked for that such an image cannot show.
    """

    text: str
    noun: str = ''
    kind: NounKind = NounKind.GENERIC
    shape: str = ''
    colors: tuple[str, ...] = ()
    excluded_colors: tuple[str, ...] = ()
    sizes: tuple[tuple[str, int], ...] = ()
    superlatives: tuple[tuple[str, int], ...] = ()
    postures: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    relation: Relation | None = None
    landmark: Phrase | None = None
    unconfirmed: tuple[str, ...] = ()
    colorless: bool = False
    lost_colors: tuple[str, ...] = ()

    @property
    def doubts(self) -> tuple[str, ...]:
        """Every word, its landmark's too, that neither depth nor colour can confirm."""
        known = self.kind in (NounKind.GENERIC, NounKind.SHAPE)
        own = self.unconfirmed if known else (*self.unconfirmed, self.noun)
        return own + (self.landmark.doubts if self.landmark else ())

    @property
    def names_attributes(self) -> bool:
        """Whether it says anything but a noun."""
        return bool(
            self.colors
            or self.excluded_colors
            or self.sizes
            or self.superlatives
            or self.postures
            or self.places
            or self.relation
        )


_RELATIONS = (
    (r'(?:(?:to|on|at) (?:the |its )?)?left(?: hand)?(?: side)? (?:of|from)', Relation.LEFT_OF),
    (r'(?:(?:to|on|at) (?:the |its )?)?right(?: hand)?(?: side)? (?:of|from)', Relation.RIGHT_OF),
    (r'next to|beside|besides|near to|near|close to|alongside|adjacent to', Relation.NEXT_TO),
    (r'in front of|before', Relation.IN_FRONT_OF),
    (r'behind|in back of|at the back of|beyond', Relation.BEHIND),
    (r'on top of|atop|resting on|lying on|standing on|sitting on', Relation.ON),
)
_PLACES = (
    (r'(?:on|to|at|in) (?:the |your |my )?(?:far |very )?left(?: hand)?(?: side)?', Place.LEFT),
    (r'(?:on|to|at|in) (?:the |your |my )?(?:far |very )?right(?: hand)?(?: side)?', Place.RIGHT),
    (r'(?:in|at) (?:the )?(?:middle|center|centre)', Place.MIDDLE),
    (r'(?:in|at|on) (?:the )?(?:very )?front', Place.FRONT),
    (r'(?:in|at|on) (?:the )?(?:very )?(?:back|rear)', Place.BACK),
)
_PLACE_WORDS = {
    'left': Place.LEFT, 'right': Place.RIGHT, 'middle': Place.MIDDLE, 'center': Place.MIDDLE,
    'centre': Place.MIDDLE, 'central': Place.MIDDLE, 'front': Place.FRONT, 'back': Place.BACK,
    'rear': Place.BACK,
}  # fmt: skip
_POSTURES = {
    'lying': 'lying', 'toppled': 'lying', 'fallen': 'lying', 'standing': 'standing',
    'upright': 'standing', 'round': 'round', 'spherical': 'round',
}  # fmt: skip
_SURFACE = r'(?:of |from |on |off )?(?:the |a |this |that |my )?(?:table|desk|tabletop|bin|tote)\b'
# A drinking glass is a noun.
_UNCONFIRMED_ADJECTIVES = (lexicon.UNSEEN - {'glass'}) | lexicon.STATES | lexicon.TURNING
_CONTINUED = re.compile(
    r'\b(?:and|then) (?:then )?(?:put|place|drop|move|bring|give|hand|set)\b.*'
)
# What begins a sentence or an answer to a question, and says nothing of an object.
_OPENING = re.compile(
    r'^\W*(?:(?:yes|no|first|next)\s*[,.:;!]|(?:first|next) (?=(?:please )?(?:'
    + '|'.join(sorted(lexicon.VERBS))
    + r')\b))'
)
# A thing's content, its parts, where it is and what it is for follow.
_AFTER_NOUN = re.compile(
    r'\b(?:of|with|without|in|inside|into|on|at|from|off|under|below|above|over|near|by|against|for|'
    r'this)\b'
)
_PLACING = re.compile(r'^\W*(?:please )?(?:put|place|move|bring|set|drop)\b')
_DESTINATION = re.compile(r'\b(?:into|onto|in|on|to|next|beside|behind|near)\b.*')
_MODAL_CAN = re.compile(r'\bcan (?=you\b|i\b|we\b)')
_NEGATED = re.compile(r"\b(?:not|isn't|non|except|without|but not)\b(?: the| a| any)? ?([a-z]+)?")


def parse(instruction: str) -> Phrase:
    """Read what an instruction asks for; every string gives a phrase."""
    text = _OPENING.sub(' ', instruction.lower().replace('\u2019', "'"))
    text = re.sub(r"[^a-z0-9'\- ]+", ' ', text)
    text = ' '.join(_MODAL_CAN.sub(' ', ' '.join(text.split())).split())
    text = _CONTINUED.sub('', text)
    if _PLACING.match(text):
        text = _PLACING.sub('', text)
        text = _DESTINATION.sub('', text)
    text = re.sub(rf'\b(?:on|from|off|in) {_SURFACE}', ' ', text)
    return _parse_phrase(' '.join(text.split()))


def _parse_phrase(text: str) -> Phrase:
    """Read a phrase with at most one landmark, which may have its own."""
    first: tuple[int, int, Relation] | None = None
    for pattern, relation in _RELATIONS:
        match = re.search(rf'\b(?:{pattern})\b', text)
        if match and text[match.end() :].strip() and (first is None or match.start() < first[0]):
            first = match.start(), match.end(), relation
    if first is None:
        return _parse_words(text)
    head, tail = text[: first[0]], text[first[1] :]
    phrase = _parse_words(head)
    landmark = _parse_phrase(tail.strip())
    return replace(phrase, text=text, relation=first[2], landmark=landmark)


def _parse_words(text: str) -> Phrase:
    """Read a phrase without a landmark."""
    words_text = text
    places = []
    for pattern, place in _PLACES:
        words_text, count = re.subn(rf'\b(?:{pattern})\b', ' ', words_text)
        places += [place] * bool(count)
    excluded: list[str] = []
    unconfirmed: list[str] = []
    for match in _NEGATED.finditer(words_text):
        negated = match.group(1) or ''
        if color := _color(negated):
            excluded.append(color)
        else:
            # What is not to be done is no property of an object.
            forbids = negated in lexicon.VERBS
            unconfirmed.append('not' if forbids else match.group(0).strip())
    words_text = _NEGATED.sub(' ', words_text)
    words = _content_words(words_text)
    noun = _noun(words_text)
    modifiers = [word for word in words if word != noun]
    return _classify(text, noun, modifiers, places, excluded, unconfirmed)


def _content_words(text: str) -> list[str]:
    """The words that say something of the object."""
    words = [word.strip("'-") for word in text.split()]
    return [
        word
        for word in words
        if word
        and word not in lexicon.FILLERS | lexicon.VERBS
        and (not word.endswith('ly') or word in lexicon.NOUNS_IN_LY)
    ]


def _noun(text: str) -> str:
    """The noun that a phrase is about: the cup of a cup of tea, or in a sink."""
    head = _head_noun(_content_words(_AFTER_NOUN.split(text, maxsplit=1)[0]))
    if lexicon.SYNONYMS.get(head, head) in lexicon.SHAPES:
        return head
    return _head_noun(_content_words(text))


def _head_noun(words: list[str]) -> str:
    """The last word that is no adjective, or empty."""
    for word in reversed(words):
        adjective = word in lexicon.SIZES or word in lexicon.SUPERLATIVES or word in _POSTURES
        adjective |= word in _PLACE_WORDS or word in lexicon.SHADES or word == 'down'
        adjective |= bool(_color(word)) or word in _UNCONFIRMED_ADJECTIVES
        if not adjective:
            return word
    return ''


def _classify(
    text: str,
    noun: str,
    modifiers: list[str],
    places: list[Place],
    excluded: list[str],
    unconfirmed: list[str],
) -> Phrase:
    """Sort the modifiers of a noun into what they ask for."""
    colors: list[str] = []
    sizes: list[tuple[str, int]] = []
    superlatives: list[tuple[str, int]] = []
    postures: list[str] = []
    for position, word in enumerate(modifiers):
        extreme = position > 0 and modifiers[position - 1] in ('most', 'far')
        if color := _color(word):
            colors.append(color)
            unconfirmed += [word] * (word in lexicon.MATERIALS)
        elif word in lexicon.SUPERLATIVES:
            superlatives.append(lexicon.SUPERLATIVES[word])
        elif word in lexicon.SIZES:
            (superlatives if extreme else sizes).append(lexicon.SIZES[word])
        elif word in _POSTURES:
            postures.append(_POSTURES[word])
        elif word in _PLACE_WORDS:
            places.append(_PLACE_WORDS[word])
        elif word not in lexicon.SHADES and word not in lexicon.GENERIC | {'down', 'most', 'far'}:
            unconfirmed.append(word)
    if not colors:
        unconfirmed += [word for word in modifiers if word in lexicon.SHADES]
    kind, shape = _noun_class(noun, frozenset(text.split()))
    return Phrase(
        text, noun, kind, shape, tuple(dict.fromkeys(colors)), tuple(excluded), tuple(sizes),
        tuple(superlatives), tuple(postures), tuple(places), unconfirmed=tuple(unconfirmed),
    )  # fmt: skip


def _noun_class(noun: str, words: frozenset[str]) -> tuple[NounKind, str]:
    """What is known of a noun, given all the words of its phrase."""
    if not noun or noun in lexicon.GENERIC:
        return NounKind.GENERIC, ''
    toy = bool(words & large_things.TOYS)
    shape = lexicon.SYNONYMS.get(noun, noun)
    if shape in lexicon.SHAPES:
        high = lexicon.SHAPES[shape].is_flat and bool(words & lexicon.HEAPED)
        return (NounKind.UNKNOWN, '') if high else (NounKind.SHAPE, shape)
    if large_things.is_one_of(noun, large_things.IMMATERIAL) and not toy:
        return NounKind.IMMATERIAL, ''
    if large_things.is_one_of(noun, large_things.LARGE) and not toy:
        return NounKind.LARGE, ''
    return NounKind.UNKNOWN, ''


def _color(word: str) -> str:
    """The colour name of a word, with suffixes such as -ish and -coloured, or empty."""
    for suffix in ('', 'ish', 'dish', '-colored', '-coloured', 'y'):
        stem = word[: len(word) - len(suffix)] if suffix and word.endswith(suffix) else word
        if stem in lexicon.COLORS:
            return lexicon.COLORS[stem]
    return ''

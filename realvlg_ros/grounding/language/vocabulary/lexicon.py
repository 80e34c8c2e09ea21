"""The words of a language, read from its file in config/lexicon/."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType

from ....boundary import Boundary
from ....documents import LISTING, read_yaml
from ....errors import ParameterError
from ....fields import Fields
from ....quoting import quoted
from ....resources import config_file
from .spelling import Spelling, folded
from .tokens import Kind, Sense

LANGUAGES = ('en', 'de')
# Keys of a lexicon file whose value is a list of words of one kind.
_LISTS = (
    Kind.COLOR_NOUN, Kind.LIGHT, Kind.MOST, Kind.LEAST, Kind.MORE, Kind.LESS, Kind.LAST,
    Kind.PLACE_PREPOSITION, Kind.PLACE_NOUN, Kind.PLACE_OF, Kind.FROM, Kind.NEXT_TO_LAST,
    Kind.NUMBER_PREFIX, Kind.ALL, Kind.ANY, Kind.SPEAKER, Kind.TO, Kind.DESTINATION, Kind.AND,
    Kind.OR, Kind.BUT, Kind.NOT, Kind.EXCEPT, Kind.WITHOUT, Kind.WITH, Kind.THAN, Kind.OF,
    Kind.RELATIVE, Kind.COPULA, Kind.SAYS, Kind.DEMONSTRATIVE, Kind.ONE, Kind.GENERIC, Kind.STATE,
    Kind.MATERIAL, Kind.NOUN, Kind.LARGE, Kind.IMMATERIAL, Kind.PART, Kind.SUPPORT,
    Kind.CORRECTION,
)  # fmt: skip
# Keys whose value is a mapping of values with their words, and the values that there may be (none
# named: any).
_COLORS = (
    'black', 'grey', 'white', 'red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink',
    'brown',
)  # fmt: skip
_RELATIONS = (
    'left_of', 'right_of', 'next_to', 'near', 'far_from', 'nearest', 'farthest', 'in_front_of',
    'behind', 'between', 'on', 'in', 'under', 'among',
)  # fmt: skip
# Chosen: more than are counted at a glance.
_NUMBERS = tuple(str(number) for number in range(1, 13))
_MAPS: Mapping[Kind, tuple[str, ...]] = {
    Kind.COLOR: _COLORS,
    Kind.COLORFUL: ('many', 'none'),
    Kind.PLACE: ('left', 'right', 'middle', 'front', 'back'),
    Kind.ORDINAL: _NUMBERS,
    Kind.COUNT: _NUMBERS,
    Kind.RELATION: _RELATIONS,
    Kind.POSTURE: ('lying', 'standing', 'round', 'boxy', 'cylindrical', 'open', 'handle'),
    Kind.LOOK: ('transparent', 'patterned', 'plain'),
    Kind.SHAPED: (),
}
_MEASURES = (
    'volume', 'size', 'height', 'length', 'width', 'thickness', 'lightness', 'distance', 'right',
    'middle',
)  # fmt: skip
_DEGREES = (('plain', Kind.DEGREE), ('more', Kind.COMPARATIVE), ('most', Kind.SUPERLATIVE))
_OTHERS = (
    'language', 'name', 'letters', 'contractions', 'endings', 'compounds', 'ignored', 'verbs',
    'stop', 'greeting', 'yes', 'no', 'degrees', 'pronouns', 'heaped', 'toys',
)  # fmt: skip
_LETTERS = ('latin',)
# A name of a thing that nothing is known of is what a word was meant to be only where it has so
# many letters. Chosen: shorter ones are found beside too many other words.
_LONG_NAME = 7
_NAMES = (Kind.NOUN, Kind.STATE, Kind.MATERIAL, Kind.LARGE, Kind.IMMATERIAL, Kind.PART)


@dataclass(frozen=True)
class Lexicon:
    """The words of one language.

    Attributes:
        language: its code, such as en.
        senses: what each word or phrase may mean.
        contractions: what a short form stands for.
        endings: by 'noun', 'color' and 'adjective', endings with what stands in their place.
        stop, greeting, yes, no: what is said of no object, whole.
        denial: the plain word for no, which may stand before a thing: no, the red one.
        heaped: words beside which what is flat is high.
        toys: words beside which what is large is small.
        adverbs: endings of words that say how.
        compounds: whether two known words are written as one.
    """

    language: str
    senses: Mapping[str, tuple[Sense, ...]]
    contractions: Mapping[str, str]
    endings: Mapping[str, tuple[tuple[str, str], ...]]
    stop: frozenset[str]
    greeting: frozenset[str]
    yes: frozenset[str]
    no: frozenset[str]
    denial: str
    heaped: frozenset[str]
    toys: frozenset[str]
    compounds: bool
    adverbs: tuple[str, ...] = ()
    longest: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def spelling(self) -> Spelling:
        """What a word with one slip may have been."""
        return Spelling(
            phrase
            for phrase, senses in self.senses.items()
            if any(sense.kind not in _NAMES for sense in senses) or len(phrase) >= _LONG_NAME
        )


@cache
def lexicon(language: str) -> Lexicon:
    """The lexicon that the package has of a language.

    Raises:
        ParameterError: there is none, or its file is not as it should be.
    """
    if language not in LANGUAGES:
        known = ', '.join(LANGUAGES)
        raise ParameterError(f'language is {quoted(language)}; expected one of {known}')
    return read_lexicon(config_file(f'lexicon/{language}.yaml'))


def read_lexicon(path: Path) -> Lexicon:
    """The words of a lexicon file.

    Raises:
        ParameterError: with the key that is wrong.
    """
    boundary = Boundary(f'lexicon {path}', ParameterError)
    fields = Fields(read_yaml(path, boundary, LISTING), boundary)
    lists = [kind.value for kind in (*_LISTS, *_MAPS)]
    fields.check_keys([*_OTHERS, *lists], ('adverbs',))
    if fields.text('letters') not in _LETTERS:
        raise boundary.refusal(f'letters is {quoted(fields.text("letters"))}; expected latin')
    found: dict[str, list[Sense]] = {}
    for words, sense in _entries(fields, boundary):
        for word in words:
            senses = found.setdefault(folded(word), [])
            if sense not in senses:
                senses.append(sense)
    found.pop('', None)
    longest: dict[str, int] = {}
    for phrase in found:
        first, *rest = phrase.split()
        longest[first] = max(longest.get(first, 0), 1 + len(rest))
    return Lexicon(
        language=fields.text('language'),
        senses=MappingProxyType({key: tuple(senses) for key, senses in found.items()}),
        contractions=_texts_by_key(fields.block('contractions')),
        endings={name: _pairs(fields.block('endings'), name, boundary)
                 for name in ('noun', 'color', 'adjective')},
        stop=_folded(fields, 'stop'),
        greeting=_folded(fields, 'greeting'),
        yes=_folded(fields, 'yes'),
        no=_folded(fields, 'no'),
        denial=folded(next(iter(fields.texts('no')), '')),
        heaped=_folded(fields, 'heaped'),
        toys=_folded(fields, 'toys'),
        compounds=fields.flag('compounds'),
        adverbs=fields.texts('adverbs') if 'adverbs' in fields else (),
        longest=longest,
    )  # fmt: skip


def _entries(fields: Fields, boundary: Boundary) -> Iterator[tuple[tuple[str, ...], Sense]]:
    """The words of each sense."""
    for kind in _LISTS:
        yield fields.texts(kind.value), Sense(kind)
    for kind, values in _MAPS.items():
        yield from _of_values(fields.block(kind.value), kind, values, boundary)
    for reason in (ignored := fields.block('ignored')):
        yield ignored.texts(reason), Sense(Kind.IGNORED, reason)
    verbs = fields.block('verbs')
    verbs.check_keys(('take', 'place', 'forbid'))
    for kind in (Kind.TAKE, Kind.PUT, Kind.FORBID):
        yield verbs.texts(kind.value), Sense(kind)
    pronouns = fields.block('pronouns')
    pronouns.check_keys(('it', 'other'))
    for kind in (Kind.IT, Kind.OTHER):
        yield pronouns.texts(kind.value), Sense(kind)
    yield from _degrees(fields, boundary)


def _of_values(
    block: Fields, kind: Kind, values: tuple[str, ...], boundary: Boundary
) -> Iterator[tuple[tuple[str, ...], Sense]]:
    """The words of each value of a kind."""
    for value in block:
        if values and value not in values:
            known = ', '.join(values)
            raise boundary.refusal(f'{kind.value} has {quoted(value)}; expected {known}')
        yield block.texts(value), Sense(kind, value)


def _degrees(fields: Fields, boundary: Boundary) -> Iterator[tuple[tuple[str, ...], Sense]]:
    rows = fields.values['degrees']
    if not isinstance(rows, list):
        raise boundary.refusal(f'degrees is {quoted(rows)}; expected a list')
    for number, row in enumerate(rows):
        block = Fields(row, boundary, f'degrees[{number}]')
        block.check_keys(('measure', 'sign', 'plain', 'more', 'most'))
        measure, sign = block.text('measure'), int(block.number('sign', -1, 1))
        if measure not in _MEASURES or sign == 0:
            known = ', '.join(_MEASURES)
            raise boundary.refusal(
                f'degrees[{number}]: {quoted(measure)} with the sign {sign}; expected one of '
                f'{known}, with -1 or 1'
            )
        for key, kind in _DEGREES:
            yield block.texts(key), Sense(kind, f'{measure}{"+" if sign > 0 else "-"}')


def _folded(fields: Fields, key: str) -> frozenset[str]:
    return frozenset(folded(word) for word in fields.texts(key))


def _texts_by_key(block: Fields) -> Mapping[str, str]:
    """Texts by their keys, the longest key first."""
    return {
        folded(key): folded(block.text(key))
        for key in sorted(block, key=lambda key: (-len(key), key))
    }


def _pairs(block: Fields, key: str, boundary: Boundary) -> tuple[tuple[str, str], ...]:
    """Pairs of texts."""
    rows = block.values.get(key)
    pairs = isinstance(rows, list) and all(
        isinstance(row, list) and len(row) == 2 and all(isinstance(each, str) for each in row)
        for row in rows
    )
    if not pairs:
        raise boundary.refusal(f'endings.{key} is {quoted(rows)}; expected pairs of texts')
    return tuple((folded(end), folded(put)) for end, put in rows or ())

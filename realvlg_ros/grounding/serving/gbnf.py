"""Regular expressions as grammars of llama.cpp (GBNF)."""

from __future__ import annotations

import json
import re

from ...errors import ParameterError
from ...quoting import quoted

# Repetitions that a grammar counts; more are any number, as the length of a reply is limited
# anyway. From llama.cpp, whose parser refuses more than 2000 in a rule.
_MOST = 1000
_COUNT = re.compile(r'\{(\d+)(,?)(\d*)\}')
# A class of characters, with the escapes that both notations read alike.
_CLASS = re.compile(r'\[\^?(?:[^\[\]\\^]|\\[\\nt\[\]])+\]')
_ESCAPED = {'n': '\n', 't': '\t'}
_SPECIAL = '*+?{}[]().^$'


def to_gbnf(expression: str) -> str:
    """A grammar whose texts are those that a regular expression matches as a whole.

    Args:
        expression: of literals, escapes, classes, groups, alternatives and repetitions.

    Raises:
        ParameterError: it holds something else.
    """
    parser = _Parser(expression)
    rule = parser.alternatives()
    if parser.at < len(expression):
        raise parser.refusal()
    return f'root ::= {rule}'


class _Parser:
    """Reads an expression from left to right and writes the grammar of each part."""

    def __init__(self, expression: str) -> None:
        self.text, self.at = expression, 0

    def refusal(self) -> ParameterError:
        rest = self.text[self.at : self.at + 20]
        return ParameterError(
            f'the expression {quoted(self.text)} cannot be a grammar of llama.cpp: at {rest!r}; '
            'choose another guide, or simpler prompts'
        )

    def alternatives(self) -> str:
        parts = [self._sequence()]
        while self._next('|'):
            parts.append(self._sequence())
        return ' | '.join(parts)

    def _sequence(self) -> str:
        """Items up to the end of a group; literals that stand together become one."""
        parts: list[str] = []
        letters = ''
        while self.at < len(self.text) and self.text[self.at] not in '|)':
            letter = self._letter()
            count = self._repetition()
            if letter and not count:
                letters += letter
                continue
            if letters:
                parts.append(_literal(letters))
                letters = ''
            parts.append((_literal(letter) if letter else self._last) + count)
        if letters or not parts:
            parts.append(_literal(letters))
        return ' '.join(parts)

    def _letter(self) -> str:
        """A literal character; empty after a class or a group, which is in _last."""
        char = self.text[self.at]
        if found := _CLASS.match(self.text, self.at):
            self.at, self._last = found.end(), found[0]
            return ''
        if self._next('('):
            self._last = f'({self.alternatives()})'
            if not self._next(')'):
                raise self.refusal()
            return ''
        if char == '\\' and self.at + 1 < len(self.text):
            char = self.text[self.at + 1]
            if char.isalnum() and char not in _ESCAPED:
                raise self.refusal()
            self.at += 2
            return _ESCAPED.get(char, char)
        if char in _SPECIAL or char == '\\':
            raise self.refusal()
        self.at += 1
        return char

    def _repetition(self) -> str:
        for mark in '*+?':
            if self._next(mark):
                return mark
        found = _COUNT.match(self.text, self.at)
        if found is None:
            return ''
        self.at = found.end()
        low, comma, high = int(found[1]), found[2], found[3]
        if not comma:
            return f'{{{low}}}'
        if not high or int(high) > _MOST:
            return '*' if low == 0 else f'{{{low},}}'
        return f'{{{low},{high}}}'

    def _next(self, char: str) -> bool:
        found = self.text.startswith(char, self.at)
        self.at += len(char) * found
        return found


def _literal(letters: str) -> str:
    """A text in the quotes of a grammar, whose escapes are those of JSON."""
    return json.dumps(letters, ensure_ascii=False)

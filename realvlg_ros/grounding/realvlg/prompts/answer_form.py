"""The form of an answer: fixed text around the numbers of one thing, or of several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ....errors import ParameterError
from ....quoting import quoted
from .slot import escape

ITEMS = '{items}'
LABEL = '{label}'
_FIELD = re.compile(r'\{(x1|y1|x2|y2|x|y|theta|width)\}')


@dataclass(frozen=True)
class AnswerForm:
    """An answer as text: opening, numbers with text between them, closing.

    Attributes:
        fields: names of the numbers of one thing, in the order in which they are written.
        opening: before the first number.
        inner: between the numbers of one thing.
        joint: from the last number of a thing to the first of the next; empty where an answer
            holds one thing only.
        closing: after the last number.
        none: the whole answer where there is no such thing; empty where there is no such form.
    """

    fields: tuple[str, ...]
    opening: str
    inner: tuple[str, ...]
    joint: str
    closing: str
    none: str = ''

    @classmethod
    def of(cls, answer: str, item: str, between: str, none: str) -> AnswerForm:
        """Read the texts of a prompt set.

        Args:
            answer: the whole with a slot for each number, or with {items} for several things.
            item: one of the things, with a slot for each number; empty without {items}.
            between: text between two things.
            none: the whole where there is no such thing; empty for none.

        Raises:
            ParameterError: {items} without an item or the other way round, or numbers without
                text after them.
        """
        if answer.count(ITEMS) != (1 if item else 0):
            raise ParameterError(
                f'an answer of several things holds {ITEMS} once and has an item, any other '
                f'neither: {quoted(answer)}'
            )
        before, _, after = answer.partition(ITEMS) if item else ('', '', '')
        parts = _FIELD.sub('\0', item or answer).split('\0')
        head, *inner, tail = parts if len(parts) > 1 else (*parts, '')
        joint = tail + between + head if item else ''
        form = cls(
            tuple(_FIELD.findall(item or answer)), before + head, tuple(inner), joint,
            tail + after, none,
        )  # fmt: skip
        if not all((*inner, form.closing)) or (item and not (tail or between)):
            raise ParameterError(f'numbers must have fixed text after them: {quoted(answer)}')
        return form

    def write(self, numbers: Sequence[str]) -> str:
        """The answer of one thing.

        Args:
            numbers: as text, in the order in which they are written.
        """
        between = (*self.inner, self.closing)
        return self.opening + ''.join(map(''.join, zip(numbers, between, strict=True)))

    def about(self, words: str) -> AnswerForm:
        """The form with the words that were asked about as the label of things.

        They hold nothing that would end a text of JSON or a tag.
        """
        label = escape(words).replace('\\', '/')

        def fill(text: str) -> str:
            return text.replace(LABEL, label)

        return replace(
            self, opening=fill(self.opening), inner=tuple(map(fill, self.inner)),
            joint=fill(self.joint), closing=fill(self.closing), none=fill(self.none),
        )  # fmt: skip

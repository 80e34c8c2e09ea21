"""Answers as tuples of numbers in round brackets."""

from __future__ import annotations

import re

from .....errors import AnswerError
from .....quoting import quoted
from .item import Item

# Characters of a number. Chosen: those of a float.
_NUMBER = r'-?[0-9]{1,17}(?:\.[0-9]{0,17})?'
_TUPLE = re.compile(rf'\( ?({_NUMBER}(?: ?, ?{_NUMBER}){{1,3}}) ?\)')


def tuple_items(text: str, count: int) -> list[Item] | None:
    """The things of an answer like (x, y) or (x1,y1),(x2,y2); None where there are no tuples.

    Args:
        text: the answer.
        count: numbers of one thing; four of them may be two pairs.

    Raises:
        AnswerError: tuples of other numbers.
    """
    # With one space at most in a row the search takes time in proportion.
    found = [tuple(map(float, each.split(','))) for each in _TUPLE.findall(' '.join(text.split()))]
    if not found:
        return None
    if count == 4 and all(len(each) == 2 for each in found) and len(found) % 2 == 0:
        found = [first + second for first, second in zip(found[::2], found[1::2], strict=True)]
    if any(len(each) != count for each in found):
        raise AnswerError(
            f'the reply has the tuples {quoted(found)}; expected {count} numbers of each thing'
        )
    return [Item(each) for each in found]

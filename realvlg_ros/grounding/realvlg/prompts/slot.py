"""What goes into the slot of a prompt: words of the instruction that cannot leave it."""

from __future__ import annotations

import unicodedata
from enum import Enum

SLOT = '{desc}'
# Characters that could end the slot or begin a tag or special token, each with a look-alike.
_ESCAPES = str.maketrans({'<': '‹', '>': '›', '"': "'", '“': "'", '”': "'", '„': "'", '`': "'"})


class Slot(Enum):
    """Which words of an instruction go into the slot of a prompt."""

    PHRASE = 'phrase'
    """What is asked for, without verbs: the red mug on the left."""
    NAME = 'name'
    """Colour and name alone, where places and counts are decided on the boxes: red mug."""
    SENTENCE = 'sentence'
    """The whole instruction."""


def escape(instruction: str) -> str:
    """The instruction without characters that could end its slot or begin a tag.

    Quotation marks become apostrophes, angle brackets single guillemets, and control and format
    characters (line breaks, zero-width and bidirectional marks) are dropped.
    """
    kept = (c if unicodedata.category(c)[0] != 'C' else ' ' for c in instruction)
    return ' '.join(''.join(kept).translate(_ESCAPES).split())

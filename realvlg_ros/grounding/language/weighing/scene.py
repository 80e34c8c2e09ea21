"""What a sentence is weighed against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ....arrays import FloatArray
from .seen import Seen, View


@dataclass(frozen=True)
class Scene:
    """What a sentence is about.

    Attributes:
        items: the things.
        view: of who speaks.
        whole: whether the things are seen whole; of parts the form proves nothing.
        colorless: whether the image has no colour.
        nouns: chance (n,) of each thing to bear a name, by the name, where something recognises.
        hints: (n,) by name, larger for the likelier; they order candidates, and decide nothing.
    """

    items: Sequence[Seen]
    view: View
    whole: bool = True
    colorless: bool = False
    nouns: Mapping[str, FloatArray] = field(default_factory=dict)
    hints: Mapping[str, FloatArray] = field(default_factory=dict)

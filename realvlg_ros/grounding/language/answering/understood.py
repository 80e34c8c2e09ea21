"""What of a sentence was not understood, or is left open by it."""

from __future__ import annotations

from ..tree.kinds import Intent
from ..tree.syntax import (
    AllOf,
    Extreme,
    Node,
    Not,
    OneOf,
    Ordinal,
    Place,
    Posture,
    Related,
    Sentence,
    Thing,
)
from ..weighing import fits
from ..weighing.scene import Scene
from .risk import is_told


def not_understood(sentence: Sentence, index: int, scene: Scene) -> str:
    """What of a sentence keeps an answer from being sure; empty if nothing.

    A word that no lexicon has, and that a thing was recognised by, is understood.

    Args:
        sentence: what was said.
        index: of the thing that fits best.
        scene: that it is in.
    """
    unknown = [word for word in sentence.unknown if not is_told(word, index, scene)]
    if unknown:
        words = ', '.join(f'"{word}"' for word in unknown)
        return f'not understood: {words}'
    if sentence.intent is Intent.FORBID or sentence.denies:
        return 'it says what is not to be taken, and not what is'
    return _open(sentence.thing, scene)


def _open(node: Node, scene: Scene) -> str:
    """What a node leaves open."""
    if not isinstance(node, Thing):
        parts = node.branches[:1] if isinstance(node, AllOf) else node.branches
        return next((why for part in parts if (why := _open(part, scene))), '')
    if node.pronoun == 'other':
        return 'it is not known which one was meant before'
    if node.pronoun and len(scene.items) > 1:
        return 'it is not known what was meant before'
    for said in node.said:
        if any(isinstance(thing, Thing) and thing.pronoun for thing in said.landmarks):
            return 'it is not known what was meant before'
        if isinstance(said, Ordinal) and said.side is None:
            return 'it is not said from which side to count'
        if isinstance(said, OneOf) and (why := _open(said.things, scene)):
            return why
        if isinstance(said, Posture | Not) and not _is_measured(said, scene):
            return 'what is said of its form is not seen'
    if not scene.view.known and _turns_on_sides(node):
        return 'the frame in which left and right are meant is not known'
    return ''


def _is_measured(said: Posture | Not, scene: Scene) -> bool:
    """Whether a form, if one is said, was measured of all things."""
    part = said.part if isinstance(said, Not) else said
    return not isinstance(part, Posture) or all(
        fits.posture_fit(part.name, item) is not None for item in scene.items
    )


def _turns_on_sides(node: Thing) -> bool:
    """Whether a description says left, right, in front or behind."""
    return any(
        isinstance(said, Place | Ordinal | Related)
        or (isinstance(said, Extreme) and said.measure == 'right')
        for said in node.said
    )

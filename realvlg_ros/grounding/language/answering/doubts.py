"""Words of a sentence that what is seen cannot confirm, and names that something may recognise."""

from __future__ import annotations

from ..tree.kinds import NounKind
from ..tree.syntax import Node, OneOf, Thing, Unseen
from ..weighing.names import NEUTRAL
from ..weighing.scene import Scene


def names_of(node: Node) -> tuple[str, ...]:
    """The names in a node that something may recognise, its landmarks' and printed ones too."""
    names: list[str] = []
    for thing in node.things:
        if thing.is_named:
            names.append(thing.noun.text)
        names += [said.word for said in _unseen(thing) if said.why == 'text']
        for landmark in thing.landmarks:
            names += names_of(landmark)
    return tuple(dict.fromkeys(name for name in names if name))


def doubtful_words(node: Node) -> tuple[str, ...]:
    """Words of a node and its landmarks that neither colour nor depth can confirm."""
    words: list[str] = []
    for thing in node.things:
        words += [said.word for said in _unseen(thing)]
        words += thing.noun.beside
        if thing.noun.kind in (NounKind.UNVERIFIED, NounKind.LARGE) and thing.noun.text:
            words.append(thing.noun.text)
        for landmark in thing.landmarks:
            words += doubtful_words(landmark)
    return tuple(dict.fromkeys(words))


def unseen_of(node: Node) -> tuple[Unseen, ...]:
    """Words of a node, not of its landmarks, that neither colour nor depth can confirm."""
    words: list[Unseen] = []
    for thing in node.things:
        words += _unseen(thing)
        for said in thing.said:
            if isinstance(said, OneOf):
                words += unseen_of(said.things)
    return tuple(words)


def _unseen(thing: Thing) -> list[Unseen]:
    return [said for said in thing.said if isinstance(said, Unseen)]


def lost_colors(node: Node, scene: Scene) -> tuple[str, ...]:
    """Colours of a node and its landmarks that an image without colour cannot show."""
    return tuple(dict.fromkeys(_bright(node))) if scene.colorless else ()


def _bright(node: Node) -> list[str]:
    found: list[str] = []
    for thing in node.things:
        found += [n for said in thing.said for n in said.color_names if n not in NEUTRAL]
        for landmark in thing.landmarks:
            found += _bright(landmark)
    return found

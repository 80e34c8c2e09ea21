"""What the clauses of a sentence together ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..tree.kinds import NounKind
from ..tree.syntax import (
    AllOf,
    Except,
    Extreme,
    Modifier,
    Node,
    Ordinal,
    Place,
    Related,
    Thing,
)
from ..vocabulary.tokens import Kind, Token


def only_excludes(node: Node) -> Node | None:
    """The things of a phrase that says nothing but which are not meant."""
    if isinstance(node, Thing) and len(node.said) == 1 and not node.noun.text and not node.every:
        said = node.said[0]
        if isinstance(said, Except):
            return said.things
    return None


def without_destination(node: Node, before: int) -> Node:
    """The thing that is put somewhere, without the last thing said, which is where.

    Of what has no name nothing is left of a place: turn around, move to the left.

    Args:
        node: what the verb is about.
        before: how many things are said of it before its noun, and stay.
    """
    if not isinstance(node, Thing):
        return node
    where = [index for index, said in enumerate(node.said) if _is_where(said)]
    bare = not (node.noun.text or node.pronoun) and len(where) == len(node.said)
    last = [index for index in where if index >= before][-1:]
    dropped = where if bare else last
    kept = [said for index, said in enumerate(node.said) if index not in dropped]
    return replace(node, said=tuple(kept))


def _is_where(said: Modifier) -> bool:
    near = isinstance(said, Extreme) and said.measure in ('distance', 'to', 'right')
    return near or isinstance(said, Related | Place)


def joined(taken: Sequence[Node], forbidden: Sequence[Node]) -> Node | None:
    """What is asked for, without what is forbidden."""
    taken = _counted_from([part for node in taken for part in _parts(node)])
    others = [node for node in taken if only_excludes(node) is None]
    denied = list(forbidden)
    if others:
        denied += [things for node in taken if (things := only_excludes(node)) is not None]
    excluded = tuple(Except(node) for node in denied)
    if not taken:
        return Thing(said=excluded) if excluded else None
    nodes = [
        replace(node, said=(*node.said, *excluded)) if isinstance(node, Thing) else node
        for node in others or taken
    ]
    return nodes[0] if len(nodes) == 1 else AllOf(tuple(nodes))


def _counted_from(nodes: list[Node]) -> list[Node]:
    """Things of which a side before tells where to count from: from the left, the third one."""
    found: list[Node] = []
    for node in nodes:
        last = found[-1] if found else None
        if isinstance(last, Thing) and isinstance(node, Thing) and _is_any(last):
            sides = [said.side for said in last.said if isinstance(said, Place)]
            counts = any(isinstance(m, Ordinal) and m.side is None for m in node.said)
            if len(sides) == len(last.said) == 1 and counts:
                found[-1] = replace(
                    node,
                    said=tuple(
                        replace(m, side=sides[0]) if isinstance(m, Ordinal) else m
                        for m in node.said
                    ),
                )
                continue
        found.append(node)
    return found


def _is_any(thing: Thing) -> bool:
    return thing.noun.kind is NounKind.GENERIC


def _parts(node: Node) -> tuple[Node, ...]:
    return node.parts if isinstance(node, AllOf) else (node,)


def denies(tokens: Sequence[Token], node: Node | None) -> bool:
    """Whether a sentence begins with a no, and says nothing but which things are not meant."""
    said = node.said if isinstance(node, Thing) and not node.noun.text else ()
    first = next((t for t in tokens if not t.is_a(Kind.IGNORED, Kind.BREAK)), Token(''))
    return bool(said) and all(isinstance(m, Except) for m in said) and first.is_a(Kind.NOT)

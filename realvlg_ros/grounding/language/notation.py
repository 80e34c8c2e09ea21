"""A syntax tree in one line, for people who look why an answer came out as it did."""

from __future__ import annotations

from .syntax import (
    AllOf,
    AnyOf,
    Both,
    Color,
    Compared,
    Degree,
    Either,
    Except,
    Extreme,
    Intent,
    Modifier,
    Node,
    Not,
    OneOf,
    Ordinal,
    Place,
    Posture,
    Related,
    Sentence,
    Unseen,
)


def notation(node: Node) -> str:
    """The tree of a node: `mug(red, left_of[box(blue)])`.

    What is said of a thing stands in round brackets, the things it is compared with in square
    ones; `?word` cannot be confirmed by colour or depth.
    """
    if isinstance(node, AnyOf):
        return ' | '.join(notation(option) for option in node.options)
    if isinstance(node, AllOf):
        return ' & '.join(notation(part) for part in node.parts)
    before = f'{node.count} ' if node.count else ''
    before += 'all ' * node.every + 'any ' * node.free + (node.pronoun and f'{node.pronoun} ')
    name = node.noun.shape or node.noun.text
    if node.noun.kind.name == 'GENERIC':
        name = 'thing'
    beside = '{' + ' '.join(node.noun.beside) + '}' if node.noun.beside else ''
    said = ', '.join(_said(modifier) for modifier in node.said)
    return f'{before}{name}{beside}' + (f'({said})' if said else '')


def _said(said: Modifier) -> str:
    if isinstance(said, Color):
        return '+'.join(said.names)
    if isinstance(said, Degree):
        return f'{said.measure}{"+" if said.sign > 0 else "-"}'
    if isinstance(said, Extreme):
        return _extreme(said)
    if isinstance(said, Ordinal):
        return f'#{said.rank}' + (f' from {said.side.name.lower()}' if said.side else '')
    if isinstance(said, Place):
        return f'at {said.side.name.lower()}'
    if isinstance(said, Posture):
        return said.name
    if isinstance(said, Unseen):
        return f'?{said.word}'
    if isinstance(said, Related):
        return f'{said.relation.name.lower()}[{", ".join(map(notation, said.landmarks))}]'
    return _compound(said)


def _extreme(said: Extreme) -> str:
    words = f'{"max" if said.sign > 0 else "min"} {said.measure}'
    words += f' #{said.rank}' if said.rank != 1 else ''
    return words + (f'[{notation(said.landmark)}]' if said.landmark is not None else '')


def _compound(said: Modifier) -> str:
    if isinstance(said, Compared):
        return f'{said.measure} {">" if said.sign > 0 else "<"} [{notation(said.standard)}]'
    if isinstance(said, Not):
        return f'not {_said(said.part)}'
    if isinstance(said, Either):
        return '|'.join(_said(option) for option in said.options)
    if isinstance(said, Both):
        return '&'.join(_said(part) for part in said.parts)
    if isinstance(said, Except):
        return f'except[{notation(said.things)}]'
    if isinstance(said, OneOf):
        return f'of[{notation(said.things)}]'
    return type(said).__name__.lower()


def meaning(sentence: Sentence) -> str:
    """All that was understood of a sentence in one line.

    A word before a colon is the intent where nothing is to be taken; readings have || between
    them; !word was not understood, and ~word was taken for another.
    """
    intent = '' if sentence.intent is Intent.TAKE else f'{sentence.intent.name.lower()}: '
    words = [f'!{word}' for word in sentence.unknown]
    words += [f'~{said}' for said, _ in sentence.mended]
    trees = ' || '.join(notation(node) for node in sentence.wanted)
    return ' '.join([f'{intent}{trees}'.strip(), *words]).strip()

"""A syntax tree in one line, for people who look why an answer came out as it did."""

from __future__ import annotations

from functools import singledispatch

from . import syntax
from .kinds import Intent
from .syntax import AllOf, AnyOf, Modifier, Node, Sentence, Thing


def notation(node: Node) -> str:
    """The tree of a node: `mug(red, left_of[box(blue)])`.

    What is said of a thing stands in round brackets, the things it is compared with in square
    ones; `?word` cannot be confirmed by colour or depth.
    """
    if isinstance(node, AnyOf | AllOf):
        joint = ' | ' if isinstance(node, AnyOf) else ' & '
        return joint.join(notation(part) for part in node.branches)
    before = f'{node.count} ' if node.count else ''
    before += 'all ' * node.every + 'any ' * node.free + (node.pronoun and f'{node.pronoun} ')
    said = ', '.join(_said(modifier) for modifier in node.said)
    return f'{before}{_name(node)}' + (f'({said})' if said else '')


def _name(thing: Thing) -> str:
    name = (thing.noun.shape or thing.noun.text) if thing.is_named else 'thing'
    return name + ('{' + ' '.join(thing.noun.beside) + '}' if thing.noun.beside else '')


@singledispatch
def _said(said: Modifier) -> str:
    return type(said).__name__.lower()


@_said.register
def _(said: syntax.Color) -> str:
    return '+'.join(said.names)


@_said.register
def _(said: syntax.Degree) -> str:
    return f'{said.measure}{"+" if said.sign > 0 else "-"}'


@_said.register
def _(said: syntax.Extreme) -> str:
    words = f'{"max" if said.sign > 0 else "min"} {said.measure}'
    words += f' #{said.rank}' if said.rank != 1 else ''
    return words + (f'[{notation(said.landmark)}]' if said.landmark is not None else '')


@_said.register
def _(said: syntax.Ordinal) -> str:
    return f'#{said.rank}' + (f' from {said.side.name.lower()}' if said.side else '')


@_said.register
def _(said: syntax.Place) -> str:
    return f'at {said.side.name.lower()}'


@_said.register
def _(said: syntax.Posture) -> str:
    return said.name


@_said.register
def _(said: syntax.Unseen) -> str:
    return f'?{said.word}'


@_said.register
def _(said: syntax.Related) -> str:
    return f'{said.relation.name.lower()}[{", ".join(map(notation, said.to))}]'


@_said.register
def _(said: syntax.Compared) -> str:
    return f'{said.measure} {">" if said.sign > 0 else "<"} [{notation(said.standard)}]'


@_said.register
def _(said: syntax.Not) -> str:
    return f'not {_said(said.part)}'


@_said.register
def _(said: syntax.Either) -> str:
    return '|'.join(_said(option) for option in said.options)


@_said.register
def _(said: syntax.Both) -> str:
    return '&'.join(_said(part) for part in said.parts)


@_said.register
def _(said: syntax.Except) -> str:
    return f'except[{notation(said.things)}]'


@_said.register
def _(said: syntax.OneOf) -> str:
    return f'of[{notation(said.things)}]'


def readings(sentence: Sentence) -> str:
    """The trees of all readings of what is asked for, with || between them."""
    return ' || '.join(notation(node) for node in sentence.wanted)


def meaning(sentence: Sentence) -> str:
    """All that was understood of a sentence in one line.

    A word before a colon is the intent where nothing is to be taken; readings have || between
    them; !word was not understood, and ~word was taken for another.
    """
    intent = '' if sentence.intent is Intent.TAKE else f'{sentence.intent.name.lower()}: '
    words = [f'!{word}' for word in sentence.unknown]
    words += [f'~{said}' for said, _ in sentence.mended]
    return ' '.join([f'{intent}{readings(sentence)}'.strip(), *words]).strip()

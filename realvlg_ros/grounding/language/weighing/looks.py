"""What is said of colour and form, weighed against how things look."""

from __future__ import annotations

from functools import singledispatch

import numpy as np

from ....arrays import FloatArray
from ..tree.syntax import Both, Color, Either, Modifier, Not, Place, Posture, Related, Thing
from . import fits, relations
from .names import NEUTRAL
from .related import relate
from .seen import Seen
from .weights import CONTRADICTED, Draft, squashed

# A thing that shows a colour itself on less than this share has only what may pass for it, unless
# it shows more of it than others. Chosen: the blurred border and a reflection take less; the side
# of a can that is seen from above takes more.
_OWN_SHARE, _OWN_SHARE_IF_MOST = 0.12, 0.08


def look_at(said: Modifier, draft: Draft) -> None:
    """Take a colour or a form into account."""
    if isinstance(said, Color | Posture | Either | Not | Both):
        fit = evidence(said, draft)
        if fit is not None:
            draft.strength = draft.strength * fit
            items = draft.scene.items
            draft.keep(squashed(fit), lambda index: _contradiction(said, items[index]))


@singledispatch
def evidence(said: Modifier, draft: Draft) -> FloatArray | None:
    """Fit (n,) of each thing to what is said of colour, form and place; None: not known."""
    return None


@evidence.register
def _(said: Color, draft: Draft) -> FloatArray | None:
    names = said.names
    if draft.scene.colorless:
        names = tuple(name for name in names if name in NEUTRAL)
    return np.array([fits.colors_fit(names, i) for i in draft.scene.items]) if names else None


@evidence.register
def _(said: Posture, draft: Draft) -> FloatArray | None:
    found = [fits.posture_fit(said.name, item) for item in draft.scene.items]
    return None if None in found else np.array(found, float)


@evidence.register
def _(said: Place, draft: Draft) -> FloatArray | None:
    at = relations.sidedness(draft.scene.items, draft.scene.view, said.side)
    return (at > 0).astype(float)


@evidence.register
def _(said: Related, draft: Draft) -> FloatArray | None:
    alone = draft.fresh()
    relate(said, alone)
    return alone.chance


@evidence.register
def _(said: Not, draft: Draft) -> FloatArray | None:
    inner = evidence(said.part, draft)
    return None if inner is None else 1 - inner


@evidence.register
def _(said: Either, draft: Draft) -> FloatArray | None:
    known = _known(said.options, draft)
    return np.max(known, axis=0) if known else None


@evidence.register
def _(said: Both, draft: Draft) -> FloatArray | None:
    known = _known(said.parts, draft)
    return np.prod(known, axis=0) if known else None


def _known(parts: tuple[Modifier, ...], draft: Draft) -> list[FloatArray]:
    return [fit for part in parts if (fit := evidence(part, draft)) is not None]


def _contradiction(said: Modifier, item: Seen) -> str:
    if isinstance(said, Posture):
        return f'it is not {said.name}'
    if isinstance(said, Not) and not isinstance(said.part, Color):
        return 'what is said not to hold of it does'
    return f'it is {item.color_words()}'


def promote_rivals(thing: Thing, draft: Draft) -> None:
    """Let things that show the colour said, if on a small part, stand beside what passes for it.

    They get the weights of the weakest that fits.
    """
    items, names = draft.scene.items, thing.colors
    fitting = np.flatnonzero(draft.strength >= CONTRADICTED)
    if len(names) != 1 or not len(fitting) or draft.scene.colorless:
        return
    own = np.array([item.shows_itself(names[0]) for item in items])
    most = own[fitting].max()
    if most > _OWN_SHARE:
        return
    weakest = min(fitting, key=lambda index: draft.strength[index])
    for index in np.flatnonzero(draft.strength < CONTRADICTED):
        enough = own[index] > (_OWN_SHARE_IF_MOST if own[index] > most else _OWN_SHARE)
        if enough and draft.reasons[index] == [f'it is {items[int(index)].color_words()}']:
            draft.strength[index] = draft.strength[weakest]
            draft.chance[index] = draft.chance[weakest]
            draft.reasons[index].clear()
            draft.level = True

"""Sentences that name one object of a scene and no other, by what is true of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..arrays import FloatArray
from ..transforms import invert, transform_points

# One thing is left of all others when it is so by this much at least: to the camera's left, m, and
# in the image, as a share of the distance. Chosen: a person would not call less so.
_BESIDE = 0.04
_BESIDE_SEEN = 0.05
_FORMS = (
    'pick up the {}', 'grab the {}', 'please give me the {}', 'hand me the {}', 'take the {}',
)  # fmt: skip


@dataclass(frozen=True)
class Named:
    """An object as a person sees it.

    Attributes:
        name: unique in the scene.
        color: in words.
        noun: what it is called.
        position: (3,) in the camera's optical frame, m.
    """

    name: str
    color: str
    noun: str
    position: FloatArray


def name_objects(
    labels: Mapping[str, str], places: Mapping[str, FloatArray], camera2world: FloatArray
) -> list[Named]:
    """Objects with what is said of them.

    Args:
        labels: colour and noun of each, by name.
        places: (3,) middle of each in the world, m, by name.
        camera2world: 4x4.
    """
    world2camera = invert(camera2world)
    named = []
    for name, label in labels.items():
        color, _, noun = label.partition(' ')
        named.append(Named(name, color, noun, transform_points(world2camera, places[name])))
    return named


def sentence_for(target: str, things: Sequence[Named], rng: np.random.Generator) -> str:
    """An instruction that is true of one object alone.

    The colours of a scene differ; where an object is the outermost to one side by far, in space
    and in the image, that is said as often as its colour.

    Args:
        target: name of the object.
        things: all objects of the scene.
        rng: chooses the words.
    """
    one = next(thing for thing in things if thing.name == target)
    others = [thing for thing in things if thing.name != target]
    form = str(rng.choice(_FORMS))
    phrases = [f'{one.color} {one.noun}', f'{one.color} object', f'{one.color} thing']
    if not others:
        phrases.append('object')
    for word, axis, sign in (('on the left', 0, -1), ('on the right', 0, 1)):
        ahead = [sign * (one.position[axis] - o.position[axis]) for o in others]
        seen = [sign * (_bearing(one, axis) - _bearing(o, axis)) for o in others]
        if ahead and min(ahead) > _BESIDE and min(seen) > _BESIDE_SEEN:
            phrases += [f'{one.color} {one.noun} {word}', f'object {word}', f'thing {word}']
    return form.format(str(rng.choice(phrases)))


def _bearing(thing: Named, axis: int) -> float:
    """Where it is in the image, as a share of its distance from the middle of the view."""
    return float(thing.position[axis] / thing.position[2])

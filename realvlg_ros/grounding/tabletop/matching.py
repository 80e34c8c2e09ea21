"""How well each object on the support fits a phrase."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .attributes import SceneObject
from .grammar import NounKind, Phrase, Place, Relation
from .shape_fit import color_fit, posture_fit, shape_fit

# A fit below this contradicts the phrase. Chosen: the score of a confusion of neighbouring
# colours.
CONTRADICTED = 0.3
# A thing that shows a colour on this share is of that colour. Chosen: prints and lids take the
# rest.
_WELL_SHOWN = 0.55
# The best object must fit this many times better than the next to be the one meant. Chosen: a
# smaller difference is asked about.
_CLEAR_RATIO = 1.6
# A thing that shows a colour itself on less than this share has only what may pass for it, unless
# it shows more of it than others. Chosen: the blurred border and a reflection take less; the side
# of a can that is seen from above takes more.
_OWN_SHARE, _OWN_SHARE_IF_MOST = 0.12, 0.08
# One measure must exceed the other by this share to be biggest, tallest, ... Chosen: what an eye
# tells apart.
_CLEAR_SIZE = 1.15
# Two positions must differ by this share of the view's width for leftmost and the like. Chosen:
# what an eye tells apart.
_CLEAR_PLACE = 0.03


@dataclass(frozen=True)
class Fit:
    """How an object fits a phrase.

    Attributes:
        index: of the object.
        score: 0 to 1, all evidence together.
        reasons: what contradicts the phrase, in words.
    """

    index: int
    score: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Match:
    """Which objects a phrase may mean.

    Attributes:
        fits: those that nothing sets apart any further, best first; one when it is decided.
        rejected: the others, best first, with the reason.
        reason: why nothing fits, when nothing does.
    """

    fits: tuple[Fit, ...]
    rejected: tuple[Fit, ...]
    reason: str = ''


def match(
    phrase: Phrase, objects: Sequence[SceneObject], image_width: int, whole: bool = True
) -> Match:
    """Find which of the objects a phrase may mean.

    Args:
        phrase: what is asked for.
        objects: everything on the support.
        image_width: of the image that the objects' boxes refer to, px.
        whole: whether the objects are seen whole; of parts the form proves nothing.
    """
    if not whole:
        phrase = replace(phrase, shape='')
    if phrase.kind is NounKind.IMMATERIAL:
        reason = f'"{phrase.noun}" names nothing that a hand can hold'
        return Match((), tuple(Fit(i, 0.0, (reason,)) for i in range(len(objects))), reason)
    scored = [_score(phrase, index, item) for index, item in enumerate(objects)]
    fits = [fit for fit in scored if fit.score >= CONTRADICTED]
    rejected = [fit for fit in scored if fit.score < CONTRADICTED]
    reason = ''
    rivals = _rivals(phrase, fits, objects)
    if rivals:
        fits += rivals
        rejected = [fit for fit in rejected if fit.index not in {rival.index for rival in rivals}]
    for narrow in (_by_relation, _by_place, _by_superlative, _by_evidence, _by_size):
        # Of a colour that may pass for the one said and that colour on a small part, neither is
        # the better evidence.
        if fits and not (rivals and narrow is _by_evidence):
            fits, dropped, why = narrow(phrase, fits, objects, image_width)
            rejected += dropped
            reason = reason or why
    fits.sort(key=lambda fit: -fit.score)
    rejected.sort(key=lambda fit: -fit.score)
    return Match(tuple(fits), tuple(rejected), reason)


Narrowed = tuple[list[Fit], list[Fit], str]


def _score(phrase: Phrase, index: int, item: SceneObject) -> Fit:
    """Fit of colours, shape and posture."""
    reasons = []
    color = _colors_fit(phrase.colors, item)
    for name in phrase.excluded_colors:
        color = min(color, 1 - color_fit(item.shows(name)))
    if color < CONTRADICTED:
        reasons.append(f'it is {item.color_words()}')
    shape, why = shape_fit(phrase, item)
    if shape < CONTRADICTED:
        reasons.append(why)
    posture = posture_fit(phrase.postures, item)
    if posture < CONTRADICTED:
        reasons.append(f'it is not {" and ".join(phrase.postures)}')
    return Fit(index, color * shape * posture, tuple(reasons))


def _rivals(phrase: Phrase, fits: list[Fit], objects: Sequence[SceneObject]) -> list[Fit]:
    """Things that show the colour said, if on a small part, where fits only pass for it.

    They have the score of the weakest fit.
    """
    if len(phrase.colors) != 1 or not fits:
        return []
    own = [item.shows_itself(phrase.colors[0]) for item in objects]
    shown = max(own[fit.index] for fit in fits)
    if shown > _OWN_SHARE:
        return []
    score, found = min(fit.score for fit in fits), {fit.index for fit in fits}
    colorless = replace(phrase, colors=())
    return [
        Fit(index, score)
        for index, item in enumerate(objects)
        if index not in found
        and own[index] > (_OWN_SHARE_IF_MOST if own[index] > shown else _OWN_SHARE)
        and _score(colorless, index, item).score >= CONTRADICTED
    ]


def _colors_fit(names: tuple[str, ...], item: SceneObject) -> float:
    """Fit of all the colours said; of several each may be small, but together they must show."""
    if not names:
        return 1.0
    shown = [item.shows(name) for name in names]
    if len(shown) == 1:
        return color_fit(shown[0])
    each = min(float(np.clip((share - 0.02) / 0.08, 0, 1)) for share in shown)
    return each * float(np.clip((sum(shown) - 0.2) / 0.3, 0, 1))


def _by_evidence(
    phrase: Phrase, fits: list[Fit], objects: Sequence[SceneObject], image_width: int
) -> Narrowed:
    """Keep those that fit about as well as the best, and show about as much of the colours."""
    strength = {fit.index: fit.score * _shown(phrase, objects[fit.index]) for fit in fits}
    best = max(strength.values())
    kept = [fit for fit in fits if strength[fit.index] * _CLEAR_RATIO > best]
    dropped = [fit for fit in fits if strength[fit.index] * _CLEAR_RATIO <= best]
    return kept, dropped, ''


def _shown(phrase: Phrase, item: SceneObject) -> float:
    """Share of an object that shows the colours asked for; 1 without any."""
    if not phrase.colors:
        return 1.0
    return min(1.0, sum(item.shows(color) for color in phrase.colors) / _WELL_SHOWN)


def _by_superlative(
    phrase: Phrase, fits: list[Fit], objects: Sequence[SceneObject], image_width: int
) -> Narrowed:
    """Keep the extreme one of each superlative, and what is too close to call."""
    return _extremes(phrase.superlatives, fits, objects, image_width), [], ''


def _by_size(
    phrase: Phrase, fits: list[Fit], objects: Sequence[SceneObject], image_width: int
) -> Narrowed:
    """Let adjectives such as big decide among those that are left."""
    return _extremes(phrase.sizes, fits, objects, image_width), [], ''


def _extremes(
    measures: Iterable[tuple[str, int]],
    fits: list[Fit],
    objects: Sequence[SceneObject],
    image_width: int,
) -> list[Fit]:
    """The fits whose measures are largest (sign 1) or smallest (-1) within what is clear."""
    for measure, sign in measures:
        values = np.array([_measure(objects[fit.index], measure, image_width) for fit in fits])
        best = values.max() if sign > 0 else values.min()
        if measure in ('right', 'distance'):
            near = np.abs(values - best) <= _CLEAR_PLACE
        else:
            ratio = _CLEAR_SIZE ** (3 if measure == 'volume' else 1)
            near = values * ratio >= best if sign > 0 else values <= best * ratio
        fits = [fit for fit, close in zip(fits, near, strict=True) if close]
    return fits


def _measure(item: SceneObject, measure: str, image_width: int) -> float:
    if measure == 'right':
        return item.box.center[0] / image_width
    if measure == 'distance':
        return float(np.linalg.norm(item.position))
    return float(getattr(item, measure))


def _by_place(
    phrase: Phrase, fits: list[Fit], objects: Sequence[SceneObject], image_width: int
) -> Narrowed:
    """Keep those at the place said; among several the one farthest that way."""
    for place in phrase.places:
        side = np.array([_sidedness(objects, fit.index, place, image_width) for fit in fits])
        there = [fit for fit, value in zip(fits, side, strict=True) if value > 0]
        away = [fit for fit, value in zip(fits, side, strict=True) if value <= 0]
        if not there:
            return [], away, f'none of those that fit is {place.value}'
        best = side.max()
        kept = [f for f, value in zip(fits, side, strict=True) if value > max(best - 0.12, 0)]
        fits = kept if len(kept) < len(there) else there
    return fits, [], ''


def _sidedness(
    objects: Sequence[SceneObject], index: int, place: Place, image_width: int
) -> float:
    """How far an object is toward a place, in image widths; not positive where it is not."""
    x = objects[index].box.center[0] / image_width
    if place is Place.MIDDLE:
        return 0.25 - abs(x - 0.5)
    if place in (Place.LEFT, Place.RIGHT):
        toward = (0.5 - x) if place is Place.LEFT else (x - 0.5)
        spread = np.median([item.box.center[0] / image_width for item in objects])
        relative = (spread - x) if place is Place.LEFT else (x - spread)
        return float(max(toward, relative if toward > -0.1 else toward))
    depths = np.array([item.position[2] for item in objects])
    relative = (depths[index] - np.median(depths)) / max(float(np.ptp(depths)), 0.05)
    return float(relative if place is Place.BACK else -relative) + 0.01


def _by_relation(
    phrase: Phrase, fits: list[Fit], objects: Sequence[SceneObject], image_width: int
) -> Narrowed:
    """Keep those that stand in the relation to the landmark."""
    if phrase.relation is None or phrase.landmark is None:
        return fits, [], ''
    landmarks = match(phrase.landmark, objects, image_width)
    if not landmarks.fits:
        return [], fits, f'nothing fits the landmark "{phrase.landmark.text}"'
    distances = {}
    for fit in fits:
        reach = [
            _related(phrase.relation, objects[fit.index], objects[landmark.index])
            for landmark in landmarks.fits
            if landmark.index != fit.index
        ]
        distances[fit.index] = min(reach, default=np.inf)
    kept = [fit for fit in fits if np.isfinite(distances[fit.index])]
    dropped = [fit for fit in fits if not np.isfinite(distances[fit.index])]
    if not kept:
        return [], dropped, f'none of those that fit is {phrase.relation.value} the landmark'
    if len(landmarks.fits) == 1:
        nearest = min(distances.values())
        kept = [fit for fit in kept if distances[fit.index] < 1.5 * nearest + 0.03]
    return kept, dropped, ''


def _related(relation: Relation, item: SceneObject, landmark: SceneObject) -> float:
    """Distance to the landmark along the support, m; infinite where the relation is not so."""
    right, away = (item.ground - landmark.ground).astype(float)
    distance = float(np.hypot(right, away))
    half = (item.length + landmark.length) / 2
    holds = {
        Relation.LEFT_OF: right < -0.01 and -right > 0.6 * abs(away),
        Relation.RIGHT_OF: right > 0.01 and right > 0.6 * abs(away),
        Relation.BEHIND: away > 0.01 and away > 0.6 * abs(right),
        Relation.IN_FRONT_OF: away < -0.01 and -away > 0.6 * abs(right),
        Relation.NEXT_TO: distance < half + 0.15,
        Relation.ON: distance < half and item.height > landmark.height,
    }
    return distance if holds[relation] else float('inf')

"""How unsure an annotation is, and which one a person looks at first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..grounding.grounding import Grounding
from ..recording.event_rows import grounding_row
from ..recording.uncertainty import uncertainty_of
from .annotation import REVIEWED, AnnotatedImage, Annotation


def uncertainty(
    grounding: Grounding | None, quality: float | None, others: Iterable[Grounding] = ()
) -> float:
    """How unsure an annotation is, 0 to 1, as answers of the robot are (recording.uncertainty).

    Where several backends were asked, it is at least one less the least IoU of their boxes.

    Args:
        grounding: of its sentence; its score holds the confidence of a model's digits.
        quality: of its best grasp; None without one.
        others: of the same sentence, by other backends.
    """
    if grounding is None:
        return 1.0
    answer = {'event': 'answer', 'status': grounding.status.name, 'quality': quality}
    own = uncertainty_of([grounding_row(grounding), answer], grounding.status.name)
    return max([own, *(_disagreement(grounding, other) for other in others)])


def review_order(images: Sequence[AnnotatedImage]) -> list[tuple[str, int]]:
    """Names of images and numbers of objects as they are looked at.

    What nobody has looked at comes first; of this what breaks most rules, then the most uncertain.
    """
    found = [(image.name, item) for image in images for item in image.annotations]
    found.sort(key=lambda pair: _key(pair[1]))
    return [(name, item.number) for name, item in found]


def _key(item: Annotation) -> tuple[bool, int, float]:
    return item.status in REVIEWED, -len(item.failures), -item.uncertainty


def _disagreement(one: Grounding, other: Grounding) -> float:
    if one.box is None or other.box is None:
        return float(one.box is not other.box)
    return 1.0 - one.box.iou(other.box)

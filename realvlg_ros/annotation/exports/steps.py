"""One object as one step of a robot: image, sentence, box, and the best grasp as the action."""

from __future__ import annotations

from collections.abc import Sequence

from ...transforms import to_quaternion
from ..annotation import AnnotatedGrasp
from .labelled import Labelled, as_png

POSE = ('x', 'y', 'z', 'qx', 'qy', 'qz', 'qw')
RECTANGLE = ('x_px', 'y_px', 'angle', 'width_px', 'height_px')
CONTACTS = ('x1_px', 'y1_px', 'x2_px', 'y2_px')
BOX = ('x_min_px', 'y_min_px', 'x_max_px', 'y_max_px')
_NAN = float('nan')


class Step:
    """The values of a step; NaN is what is not known."""

    def __init__(self, each: Labelled) -> None:
        """Take an object."""
        self._each = each
        self._best = each.item.grasps[0] if each.item.grasps else None

    @property
    def instruction(self) -> str:
        """The sentence."""
        return self._each.item.description

    @property
    def image(self) -> bytes:
        """The image as PNG.

        Raises:
            AnnotationError: it is not where it was.
        """
        return as_png(self._each.image)

    @property
    def box(self) -> list[float]:
        """(4,) px."""
        return [float(value) for value in self._each.box.as_tuple()]

    @property
    def rectangle(self) -> list[float]:
        """(5,) of the best grasp: px and rad."""
        if self._best is None:
            return [_NAN] * len(RECTANGLE)
        r = self._best.rectangle
        return [r.x, r.y, r.angle, r.width, r.height]

    @property
    def contacts(self) -> list[float]:
        """(4,) of the best grasp, px."""
        if self._best is None:
            return [_NAN] * len(CONTACTS)
        return [float(value) for value in self._best.contacts.points.ravel()]

    @property
    def action(self) -> list[float]:
        """(8,) pose of the TCP in the optical frame and opening of the best grasp, m."""
        return _action(self._best)


def _action(grasp: AnnotatedGrasp | None) -> list[float]:
    if grasp is None or grasp.tcp2camera is None:
        return [_NAN] * (len(POSE) + 1)
    pose = grasp.tcp2camera
    opening = _NAN if grasp.opening is None else grasp.opening
    return [*pose[:3, 3].tolist(), *to_quaternion(pose).tolist(), opening]


def facts_of(each: Labelled) -> dict[str, object]:
    """Where an object comes from."""
    item = each.item
    return {
        'image': each.image.name,
        'object': item.number,
        'label': item.label,
        'origin': each.image.origin,
        'status': item.status.value,
        'uncertainty': item.uncertainty,
        'provenance': [
            {'who': entry.who, 'when': entry.when, 'what': entry.what} for entry in item.provenance
        ],
    }


def of_one_size(labelled: Sequence[Labelled]) -> tuple[list[Labelled], tuple[int, int]]:
    """The objects in images of the most frequent size, and that size (width, height), px."""
    sizes = [(each.image.width, each.image.height) for each in labelled]
    common = max(sorted(set(sizes)), key=sizes.count)
    return [e for e, size in zip(labelled, sizes, strict=True) if size == common], common

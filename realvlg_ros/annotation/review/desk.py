"""A set of annotations on a person's desk: the order, one item, and what is done to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from threading import Lock
from typing import Any

from ...errors import AnnotationError
from ...evaluation.formats.coco import polygons_of
from ...frame import RgbdFrame
from ...json_text import to_plain
from ..annotation import AnnotatedImage, Annotation
from ..annotator import Annotator, utc_now
from ..image_file import annotation_values
from ..order import review_order
from ..pixels import read_pixels
from ..store import AnnotationStore
from .edits import Bench, apply

# Frames that are kept while a person works on them. Chosen: one image back and one ahead.
_KEPT = 3


class Desk:
    """What the page asks of a set; one thing at a time."""

    def __init__(
        self,
        store: AnnotationStore,
        annotator: Annotator,
        who: str,
        clock: Callable[[], str] = utc_now,
    ) -> None:
        """Take a set.

        Args:
            store: of the annotations.
            annotator: with loaded backends.
            who: reviews; written into provenance.
            clock: the time as text.
        """
        self.who = who
        self._store, self._annotator, self._clock = store, annotator, clock
        self._lock = Lock()
        self._frames = lru_cache(_KEPT)(self._read_frame)

    def listing(self) -> dict[str, Any]:
        """Who reviews, and all objects in the order in which they are looked at.

        Raises:
            AnnotationError: a file of the set cannot be read.
        """
        with self._lock:
            images = list(self._store.images())
        known = {(image.name, item.number): item for image in images for item in image.annotations}
        items = [
            {'image': name, 'number': number, 'status': known[name, number].status.value}
            for name, number in review_order(images)
        ]
        return {'who': self.who, 'items': items}

    def item(self, name: str, number: int) -> dict[str, Any]:
        """One object as the page shows it.

        Raises:
            AnnotationError: there is none.
        """
        with self._lock:
            image = self._store.read(name)
        return _shown(image, _item(image, number))

    def picture(self, name: str) -> str:
        """Path of an image's file.

        Raises:
            AnnotationError: there is none.
        """
        with self._lock:
            return self._store.read(name).color

    def do(self, name: str, number: int, deed: Mapping[str, Any]) -> dict[str, Any]:
        """Do what a person wants; the object as it is then.

        Args:
            name: of the image.
            number: of the object in it.
            deed: see apply.

        Raises:
            RealvlgError: it cannot be done; nothing is changed.
        """
        with self._lock:
            image = self._store.read(name)
            bench = Bench(self._annotator, self._frames(name))
            item = apply(bench, _item(image, number), deed, self.who, self._clock())
            self._store.write(image.with_annotation(item))
        return _shown(image, item)

    def _read_frame(self, name: str) -> RgbdFrame:
        return read_pixels(self._store.read(name))


def _item(image: AnnotatedImage, number: int) -> Annotation:
    for item in image.annotations:
        if item.number == number:
            return item
    raise AnnotationError(f'image {image.name} has no object {number}')


def _shown(image: AnnotatedImage, item: Annotation) -> dict[str, Any]:
    values = annotation_values(item)
    del values['mask']
    corners = [to_plain(grasp.rectangle.corners()) for grasp in item.grasps]
    return {
        **values,
        'image': image.name,
        'origin': image.origin,
        'width': image.width,
        'height': image.height,
        'outline': [] if item.mask is None else polygons_of(item.mask),
        'corners': corners,
        'provenance': [{'who': e.who, 'when': e.when, 'what': e.what} for e in item.provenance],
    }

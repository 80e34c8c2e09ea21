"""Annotate a source into a folder; what is there already is left as it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from .annotation import AnnotatedImage, Status
from .annotator import Annotator
from .sources.image import Source
from .store import AnnotationStore


@dataclass(frozen=True)
class Tally:
    """What a set holds.

    Attributes:
        images: that were annotated.
        problems: images that could not be.
        statuses: objects by status.
        failures: objects by the failures that they have.
    """

    images: int
    problems: int
    statuses: Counter[Status]
    failures: Counter[str]

    @classmethod
    def of(cls, store: AnnotationStore) -> Tally:
        """Count a set.

        Raises:
            AnnotationError: a file of it cannot be read.
        """
        images = list(store.images())
        items = [item for image in images for item in image.annotations]
        problems = sum(bool(image.problem) for image in images)
        named = Counter(name for item in items for name in {f.name for f in item.failures})
        return cls(len(images) - problems, problems, Counter(item.status for item in items), named)

    def words(self) -> str:
        """A few lines for people."""
        count = sum(self.statuses.values())
        parts = ', '.join(f'{self.statuses[s]} {s.value}' for s in Status if self.statuses[s])
        lines = [f'{self.images} images, {count} objects: {parts or "none"}']
        if self.problems:
            lines.append(f'{self.problems} images could not be used; their files say why')
        lines += [f'  {name}: {n}' for name, n in self.failures.most_common()]
        return '\n'.join(lines)


def annotate(
    source: Source,
    annotator: Annotator,
    store: AnnotationStore,
    on_image: Callable[[AnnotatedImage], None] = lambda image: None,
    limit: int = 0,
) -> None:
    """Annotate the images that the store does not hold yet.

    Args:
        source: of images.
        annotator: with loaded backends.
        store: begun.
        on_image: called after each image that was annotated.
        limit: at most so many images of the source; 0 for all.

    Raises:
        AnnotationError: a file cannot be written.
        GroundingError: a backend could not do its work; what was done so far is kept.
    """
    for image in source.images[: limit or None]:
        if store.has(image.name):
            continue
        made = annotator.annotate(image)
        store.write(made)
        on_image(made)

"""What is exported: annotations that agree or were accepted, with their pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from ...boundary import Boundary
from ...errors import AnnotationError, FrameError
from ...files import read_bytes
from ...image_files import read_image
from ...image_region import Box, RegionMask
from ...limits import MAX_IMAGE_BYTES
from ..annotation import AnnotatedImage, Annotation, Status

IMAGES, MASKS = 'images', 'masks'
_PNG = b'\x89PNG'


@dataclass(frozen=True)
class Labelled:
    """An object that is exported: it has everything but perhaps grasps.

    Attributes:
        image: that it is in.
        item: its annotation.
        box: in the image, px.
        mask: in the image.
    """

    image: AnnotatedImage
    item: Annotation
    box: Box
    mask: RegionMask

    @property
    def mask_name(self) -> str:
        """Of its mask's file."""
        return f'{self.image.name}-{self.item.number}.png'


def chosen(images: Iterable[AnnotatedImage], only_reviewed: bool) -> Iterator[Labelled]:
    """The objects that may be exported.

    Args:
        images: of the set.
        only_reviewed: what agrees but was not accepted by a person is left out.
    """
    wanted = {Status.ACCEPTED} if only_reviewed else {Status.ACCEPTED, Status.AGREED}
    for image in images:
        for item in image.annotations:
            if item.status in wanted and item.box is not None and item.mask is not None:
                yield Labelled(image, item, item.box, item.mask)


def make_folder(folder: Path) -> None:
    """Make the folder of an export.

    Raises:
        AnnotationError: it holds something, or cannot be made.
    """
    with Boundary(str(folder), AnnotationError).guard('cannot be used for an export'):
        folder.mkdir(parents=True, exist_ok=True)
        filled = any(folder.iterdir())
    if filled:
        raise AnnotationError(f'{folder} is not empty; remove it, or give another folder')


def by_image(
    labelled: Iterable[Labelled],
) -> list[tuple[AnnotatedImage, list[Labelled]]]:
    """The images with their objects, in the order of both."""
    found: dict[str, tuple[AnnotatedImage, list[Labelled]]] = {}
    for each in labelled:
        found.setdefault(each.image.name, (each.image, []))[1].append(each)
    return list(found.values())


def as_png(image: AnnotatedImage) -> bytes:
    """An image as PNG: its own bytes where they are.

    Raises:
        AnnotationError: it is not where it was, or is no image.
    """
    path = Path(image.color)
    boundary = Boundary(
        f'image {image.name}: {path}', AnnotationError, 'put its source back where it was'
    )
    data = read_bytes(path, boundary, MAX_IMAGE_BYTES)
    if data.startswith(_PNG):
        return data
    pixels = read_image(path, cv2.IMREAD_COLOR, boundary)
    return bytes(cv2.imencode('.png', pixels)[1])


def write_images(folder: Path, labelled: Iterable[Labelled]) -> None:
    """Write the images of objects as PNG, each once.

    Raises:
        AnnotationError: one is not where it was, or cannot be written.
    """
    with Boundary(str(folder), AnnotationError).guard('cannot be written'):
        folder.mkdir(parents=True, exist_ok=True)
        for image, _ in by_image(labelled):
            (folder / f'{image.name}.png').write_bytes(as_png(image))


def write_masks(folder: Path, labelled: Iterable[Labelled]) -> None:
    """Write the masks of objects as PNG, 255 on the object.

    Raises:
        AnnotationError: one does not lie in its image, or cannot be written.
    """
    with Boundary(str(folder), AnnotationError).guard('cannot be written'):
        folder.mkdir(parents=True, exist_ok=True)
        for each in labelled:
            try:
                full = each.mask.to_full(each.image.height, each.image.width)
            except FrameError as error:
                raise AnnotationError(f'image {each.image.name}: {error}') from error
            cv2.imwrite(str(folder / each.mask_name), full.astype(np.uint8) * 255)

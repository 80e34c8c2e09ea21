"""COCO JSON (Lin et al. 2014): images with boxes and polygons, as review tools import them.

A pixel with the index i covers i to i + 1, so that a Box, which covers the indices from its
minimum up to its maximum, has the same numbers. What COCO does not know is in `attributes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ...image_region import Box, RegionMask
from ...json_text import to_json_text

# A mask is enlarged so many times before its outline is followed, which goes through centres of
# pixels. Chosen: the outline is then an eighth of a pixel within the mask.
_ENLARGED = 4


@dataclass(frozen=True)
class CocoObject:
    """One object of an image.

    Attributes:
        category: what it is, in words.
        box: in the image, px.
        mask: in the image; None where there is none.
        score: 0 to 1; None where it is not known.
        attributes: anything else, by name.
    """

    category: str
    box: Box
    mask: RegionMask | None = None
    score: float | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CocoImage:
    """One image, which need not show an object.

    Attributes:
        file_name: relative to the folder of images.
        width, height: px.
        objects: in it.
        attributes: anything else, by name.
    """

    file_name: str
    width: int
    height: int
    objects: tuple[CocoObject, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)


def write_coco(path: Path, images: Sequence[CocoImage], info: Mapping[str, Any]) -> None:
    """Write annotations; ids count from 1 in the order that is given.

    Args:
        path: of the JSON file; its folder is made.
        images: in their order.
        info: the section `info`: description, version and so on.
    """
    names = sorted({item.category for image in images for item in image.objects})
    categories = {name: number for number, name in enumerate(names, 1)}
    annotations: list[dict[str, Any]] = []
    for image_id, image in enumerate(images, 1):
        for item in image.objects:
            number = len(annotations) + 1
            annotations.append(_annotation(item, number, image_id, categories[item.category]))
    values = {
        'info': info,
        'licenses': [],
        'images': [_image(image, number) for number, image in enumerate(images, 1)],
        'categories': [
            {'id': number, 'name': name, 'supercategory': ''}
            for name, number in categories.items()
        ],
        'annotations': annotations,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(to_json_text(values, indent=1) + '\n')


def polygons_of(mask: RegionMask) -> list[list[float]]:
    """The outlines of a mask's parts as [x1, y1, x2, y2, ...]; COCO knows no holes."""
    large = cv2.resize(
        mask.data.astype(np.uint8), None, fx=_ENLARGED, fy=_ENLARGED,
        interpolation=cv2.INTER_NEAREST,
    )  # fmt: skip
    contours, _ = cv2.findContours(large, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    offset = np.array([mask.x_offset, mask.y_offset])
    return [
        (offset + (contour.reshape(-1, 2) + 0.5) / _ENLARGED).reshape(-1).tolist()
        for contour in contours
    ]


def _image(image: CocoImage, number: int) -> dict[str, Any]:
    return {
        'id': number,
        'file_name': image.file_name,
        'width': image.width,
        'height': image.height,
        'attributes': image.attributes,
    }


def _annotation(item: CocoObject, number: int, image_id: int, category: int) -> dict[str, Any]:
    box, mask = item.box, item.mask
    values = {
        'id': number,
        'image_id': image_id,
        'category_id': category,
        'bbox': [box.x_min, box.y_min, box.width, box.height],
        'segmentation': [] if mask is None else polygons_of(mask),
        'area': box.area if mask is None else mask.area,
        'iscrowd': 0,
        'attributes': {'score': item.score, **item.attributes},
    }
    return values if item.score is None else {**values, 'score': item.score}

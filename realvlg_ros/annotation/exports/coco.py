"""Annotations as COCO JSON, in the layout of CVAT's COCO 1.0."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...evaluation.formats.coco import CocoImage, CocoObject, write_coco
from ...recording.export import COCO_FILE
from .labelled import IMAGES, Labelled, by_image, make_folder, write_images


def export_coco(folder: Path, labelled: Sequence[Labelled]) -> str:
    """Write images/ and annotations/instances_default.json; returns what was written, in words.

    Raises:
        AnnotationError: the folder is not empty, or an image is not where it was.
    """
    make_folder(folder)
    write_images(folder / IMAGES, labelled)
    images = [
        CocoImage(
            f'{image.name}.png', image.width, image.height,
            tuple(_object(each) for each in items), {'origin': image.origin},
        )
        for image, items in by_image(labelled)
    ]  # fmt: skip
    write_coco(folder / COCO_FILE, images, {'description': 'Annotations of realvlg_ros'})
    return f'{folder / COCO_FILE}: {len(labelled)} objects in {len(images)} images'


def _object(each: Labelled) -> CocoObject:
    item = each.item
    attributes: dict[str, Any] = {
        'instruction': item.description,
        'status': item.status.value,
        'uncertainty': item.uncertainty,
        'model': item.provenance[0].who if item.provenance else '',
        'reviewed_by': item.provenance[-1].who if len(item.provenance) > 1 else '',
        'grasps': [grasp.rectangle.corners().ravel().tolist() for grasp in item.grasps],
        'contact_points': [grasp.contacts.points.ravel().tolist() for grasp in item.grasps],
    }
    return CocoObject(item.label, each.box, each.mask, item.score, attributes)

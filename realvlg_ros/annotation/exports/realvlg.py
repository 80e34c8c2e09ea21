"""Annotations as RealVLG-11B metadata, with images and masks beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...evaluation.formats.realvlg import RealVlgLabel, write_realvlg
from .labelled import IMAGES, MASKS, Labelled, make_folder, write_images, write_masks

REALVLG_FILE = 'realvlg.json'


def export_realvlg(folder: Path, labelled: Sequence[Labelled]) -> str:
    """Write realvlg.json, images/ and masks/; returns what was written, in words.

    Raises:
        AnnotationError: the folder is not empty, or an image is not where it was.
    """
    make_folder(folder)
    write_images(folder / IMAGES, labelled)
    write_masks(folder / MASKS, labelled)
    write_realvlg(folder / REALVLG_FILE, [_label(each) for each in labelled])
    return f'{folder / REALVLG_FILE}: {len(labelled)} objects'


def _label(each: Labelled) -> RealVlgLabel:
    name, item = f'{each.image.name}.png', each.item
    return RealVlgLabel(
        image_name=name,
        image_path=f'{IMAGES}/{name}',
        object_id=item.number,
        mask_path=f'{MASKS}/{each.mask_name}',
        description=item.description,
        label=item.label,
        box=each.box,
        rectangles=tuple(grasp.rectangle for grasp in item.grasps),
        contacts=tuple(grasp.contacts for grasp in item.grasps),
    )

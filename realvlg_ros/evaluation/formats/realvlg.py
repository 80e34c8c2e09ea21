"""RealVLG-11B metadata (arXiv 2603.14880): a JSON list of objects with boxes, grasps, contacts.

A grasp is eight numbers, the corners P0 to P3 with P0 P1 the opening axis; a contact pair is four.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...boundary import Boundary
from ...documents import LISTING, read_json
from ...errors import LabelError
from ...image_region import Box
from ...json_text import to_json_text
from ...quoting import quoted
from ...rectangle import ContactPair, GraspRectangle


@dataclass(frozen=True)
class RealVlgLabel:
    """One object of one image.

    Attributes:
        image_name, image_path: of the image.
        object_id: of the object in its subset.
        mask_path: of its mask.
        description: the referring expression.
        label: its class.
        box: in the image, px.
        rectangles: its grasps.
        contacts: its contact pairs.
    """

    image_name: str
    image_path: str
    object_id: int | str
    mask_path: str
    description: str
    label: str
    box: Box
    rectangles: tuple[GraspRectangle, ...]
    contacts: tuple[ContactPair, ...]


def read_realvlg(path: Path) -> list[RealVlgLabel]:
    """Read a metadata file.

    Raises:
        LabelError: not JSON, a key is missing, or a box, grasp or contact pair cannot be used.
    """
    items = read_json(path, Boundary(f'label file {path}', LabelError), LISTING)
    if not isinstance(items, list):
        raise LabelError(f'{path}: a {type(items).__name__}; expected a list of objects')
    return [parse_label(item, f'{path}: object {index}') for index, item in enumerate(items)]


def parse_label(item: Any, where: str) -> RealVlgLabel:
    """One object of a metadata file; keys that are not the format's are left alone.

    Args:
        item: as it stands in the file.
        where: it stands there.

    Raises:
        LabelError: a key is missing, or a box, grasp or contact pair cannot be used.
    """
    with Boundary(where, LabelError).guard():
        return _label(item)


def write_realvlg(path: Path, labels: Sequence[RealVlgLabel]) -> None:
    """Write a metadata file."""
    items = [
        {
            'image_name': label.image_name,
            'image_path': label.image_path,
            'object_id': label.object_id,
            'mask_path': label.mask_path,
            'description': label.description,
            'label': label.label,
            'bbox': list(label.box.as_tuple()),
            'grasps': [r.corners().ravel().tolist() for r in label.rectangles],
            'contact_points': [c.points.ravel().tolist() for c in label.contacts],
        }
        for label in labels
    ]
    path.write_text(to_json_text(items, indent=1) + '\n')


def _label(item: Mapping[str, Any]) -> RealVlgLabel:
    x_min, y_min, x_max, y_max = (float(v) for v in item['bbox'])
    return RealVlgLabel(
        image_name=_text(item, 'image_name'),
        image_path=_text(item, 'image_path'),
        object_id=item['object_id'],
        mask_path=_text(item, 'mask_path'),
        description=_text(item, 'description'),
        label=_text(item, 'label'),
        box=Box(x_min, y_min, x_max, y_max),
        rectangles=tuple(GraspRectangle.from_corners(corners) for corners in item['grasps']),
        contacts=tuple(ContactPair(*map(float, pair)) for pair in item['contact_points']),
    )


def _text(item: Mapping[str, Any], key: str) -> str:
    value = item[key]
    if not isinstance(value, str):
        raise TypeError(f'{key} is {quoted(value)}; expected text')
    return value

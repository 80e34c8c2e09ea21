"""OCID-VLG (Tziafas et al. 2023): refer/VERSION/{train,val,test}_expressions.json.

An item has `image_filename` "FOLDER,NAME", `question`, `target` (a label), `answer` (its number
in the mask), `box` [x, y, width, height] and `grasps`, corners p1 to p4, of which p1 p4 is the
opening axis. Depth is read where a camera.json at the root tells the camera, which the data set
does not.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ....boundary import Boundary
from ....documents import LISTING, read_json
from ....errors import LabelError
from ....fields import Fields
from ....grounding.grounding import check_instruction
from ....image_files import read_size
from ....image_region import Box
from ....rectangle import GraspRectangle
from ..dataset import Dataset, Group, Reading
from ..mask import MaskFile
from ..sample import Sample, Truth
from ..view import image_view
from .reading import Collector, existing, inside

_SUFFIX = '_expressions.json'


def find(path: Path) -> Dataset | None:
    """Every version and split below refer/; None without one.

    Raises:
        LabelError: a file of expressions is not JSON or of another form.
    """
    groups = []
    for file in sorted((path / 'refer').glob(f'*/*{_SUFFIX}')):
        by_image: dict[str, list[tuple[int, Any]]] = defaultdict(list)
        for index, item in enumerate(_items(file)):
            name = item.get('image_filename') if isinstance(item, dict) else None
            by_image[str(name)].append((index, item))
        part = f'{file.parent.name}/{file.name.removesuffix(_SUFFIX)}'
        for name, items in sorted(by_image.items()):
            read = partial(_read, path, file, part, items)
            groups.append(Group(f'{part}/{name.replace(",", "/")}', read))
    return Dataset(path, 'OCID-VLG', tuple(groups)) if groups else None


def _items(file: Path) -> list[Any]:
    boundary = Boundary(f'label file {file}', LabelError)
    content = read_json(file, boundary, LISTING)
    items = content.get('data') if isinstance(content, dict) else None
    if not isinstance(items, list):
        raise boundary.refusal('holds no list `data` of expressions')
    return items


def _read(root: Path, file: Path, part: str, items: list[tuple[int, Any]]) -> Reading:
    collector = Collector()
    boxes: dict[int, Box] = {}
    for index, item in items:
        try:
            with Boundary(f'{file}: expression {index}', LabelError).guard():
                boxes[int(item['answer'])] = _box(item)
        except LabelError:
            # It is told of where its own sample is made.
            continue
    for index, item in items:
        make = partial(_sample, root, f'{file}: expression {index}', part, item, boxes)
        collector.add(f'{file}: expression {index}', make)
    return collector.reading()


def _box(item: dict[str, Any]) -> Box:
    x, y, width, height = (float(value) for value in item['box'])
    return Box(x, y, x + width, y + height)


def _sample(root: Path, where: str, part: str, item: Any, boxes: dict[int, Box]) -> Sample:
    """The sample of one expression.

    Args:
        root: of the data set.
        where: it stands.
        part: version and split.
        item: as it stands there.
        boxes: of the objects that are asked for in the image, by their numbers.
    """
    boundary = Boundary(where, LabelError)
    fields = Fields(item, boundary)
    folder, _, name = fields.text('image_filename').partition(',')
    image = existing(root / folder / 'rgb' / name, 'image')
    size = read_size(image, boundary)
    with boundary.guard():
        number = int(item['answer'])
        truth = Truth(
            (inside(_box(item), *size),),
            MaskFile(existing(root / folder / 'seg_mask_instances_combi' / name, 'mask'), number),
            *_grasps(item['grasps']),
            tuple(box for other, box in boxes.items() if other != number),
        )
        return Sample(
            f'{part}/{folder}/{name}#{item["question_index"]}',
            image_view(image, root / folder / 'depth' / name, root / 'camera.json'),
            check_instruction(fields.text('question')),
            truth,
            fields.text('target'),
            part,
        )


def _grasps(given: Any) -> tuple[tuple[GraspRectangle, ...], tuple[Any, ...]]:
    """Rectangles, and the contacts in the middle of their jaws."""
    rectangles = tuple(
        # Ours begin with the opening axis: p1 p4 p3 p2.
        GraspRectangle.from_corners(np.asarray(corners, float).reshape(4, 2)[[0, 3, 2, 1]])
        for corners in given
    )
    return rectangles, tuple(rectangle.to_contacts() for rectangle in rectangles)

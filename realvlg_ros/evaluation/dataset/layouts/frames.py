"""Frame folders with objects_seen.json, or with labels.json of the simulator.

objects_seen.json holds `objects`, of which each has a `phrase` and a box `box_xyxy_approx` or
`box_xyxy`; objects of one phrase are all right. `absent` lists phrases of what is not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from ....boundary import Boundary
from ....documents import read_json
from ....errors import LabelError
from ....fields import Fields
from ....grounding.grounding import check_instruction
from ....image_files import read_size
from ....image_region import Box
from ....rectangle import ContactPair, GraspRectangle
from ..dataset import Dataset
from ..mask import MaskFile
from ..sample import Expected, Sample, Truth
from ..view import FolderView
from .reading import Collector, existing, file_group, inside

SEEN, RENDERED = 'objects_seen.json', 'labels.json'
_KEYS = (
    'name', 'phrase', 'box_xyxy', 'box_xyxy_approx', 'decided_by', 'split', 'mask', 'grasps',
    'contact_points',
)  # fmt: skip
_BOXES = ('box_xyxy', 'box_xyxy_approx')
_FILE_KEYS = ('made_by', 'absent', 'split')
# Pixels that the simulator must show of an object that is asked for. Chosen: less cannot be told.
_SEEN_PX = 100


def find(path: Path) -> Dataset | None:
    """Frame folders at or below a path that say what is in them; None without one."""
    folders = sorted({file.parent for file in _listings(path)})
    groups = [
        file_group(
            folder.relative_to(path).as_posix() if folder != path else path.name,
            partial(_read_seen if (folder / SEEN).is_file() else _read_rendered, path),
            folder / (SEEN if (folder / SEEN).is_file() else RENDERED),
        )
        for folder in folders
    ]
    return Dataset(path, 'frame folders', tuple(groups)) if groups else None


def _listings(path: Path) -> Iterator[Path]:
    for name in (SEEN, RENDERED):
        for file in path.rglob(name):
            if (file.parent / 'color.png').is_file():
                yield file


def _read_seen(root: Path, collector: Collector, path: Path) -> None:
    boundary = Boundary(str(path), LabelError)
    content = Fields(read_json(path, boundary), boundary)
    collector.note_unknown(str(path), content, ('objects', *_FILE_KEYS))
    split = content.text('split') if 'split' in content else ''
    size = read_size(path.parent / 'color.png', Boundary(str(path.parent), LabelError))
    items = content.values.get('objects')
    if not isinstance(items, list):
        raise boundary.refusal('objects is no list')
    found: list[tuple[Fields, Box]] = []
    for index, item in enumerate(items):
        where = f'objects[{index}]'
        try:
            fields = Fields(item, boundary, where)
            collector.note_unknown(f'{path}: {where}', fields, _KEYS)
            fields.text('phrase')
            found.append((fields, _box(fields, size)))
        except LabelError as error:
            collector.note(str(path), str(error))
    boxes = [box for _, box in found]
    for phrase in dict.fromkeys(fields.text('phrase') for fields, _ in found):
        mine = [k for k, (fields, _) in enumerate(found) if fields.text('phrase') == phrase]
        right = {boxes[k] for k in mine}
        # A thing that several phrases are about is drawn once for each.
        others = tuple(box for box in dict.fromkeys(boxes) if box not in right)
        make = partial(_seen, root, path, [found[k] for k in mine], others, split)
        collector.add(str(path), make)
    for phrase in content.texts('absent') if 'absent' in content else ():
        collector.add(
            str(path), partial(_absent, root, path, phrase, tuple(dict.fromkeys(boxes)), split)
        )


def _box(fields: Fields, size: tuple[int, int]) -> Box:
    key = next((key for key in _BOXES if key in fields), _BOXES[0])
    return inside(Box(*fields.numbers(key, 4)), *size)


def _seen(
    root: Path,
    path: Path,
    items: list[tuple[Fields, Box]],
    others: tuple[Box, ...],
    split: str,
) -> Sample:
    """The sample of all objects that one phrase is about."""
    first = items[0][0]
    decided_by = first.text('decided_by') if 'decided_by' in first else ''
    truth = Truth(
        tuple(box for _, box in items),
        _mask(path, first) if len(items) == 1 else None,
        tuple(r for fields, _ in items for r in _rectangles(fields)),
        tuple(c for fields, _ in items for c in _contacts(fields)),
        others,
    )
    return Sample(
        _key(root, path, first.text('phrase')),
        FolderView(path.parent),
        check_instruction(first.text('phrase')),
        truth,
        first.text('name'),
        first.text('split') if 'split' in first else split,
        Expected.QUESTION if decided_by == 'ambiguous' else Expected.OBJECT,
    )


def _absent(root: Path, path: Path, phrase: str, others: tuple[Box, ...], split: str) -> Sample:
    return Sample(
        _key(root, path, phrase), FolderView(path.parent), check_instruction(phrase),
        Truth(others=others), split=split, expected=Expected.ABSENT,
    )  # fmt: skip


def _mask(path: Path, fields: Fields) -> MaskFile | None:
    if 'mask' not in fields:
        return None
    return MaskFile(existing(path.parent / fields.text('mask'), 'mask'))


def _rectangles(fields: Fields) -> tuple[GraspRectangle, ...]:
    """Each is eight numbers, the corners, of which the first edge is the opening axis."""
    given: Any = fields.values.get('grasps') or ()
    return tuple(GraspRectangle.from_corners(corners) for corners in given)


def _contacts(fields: Fields) -> tuple[ContactPair, ...]:
    given: Any = fields.values.get('contact_points') or ()
    return tuple(ContactPair(*map(float, pair)) for pair in given)


def _key(root: Path, path: Path, phrase: str) -> str:
    return f'{path.parent.relative_to(root).as_posix()}#{phrase}'


def _read_rendered(root: Path, collector: Collector, path: Path) -> None:
    boundary = Boundary(str(path), LabelError)
    content = Fields(read_json(path, boundary), boundary)
    if 'world' not in content:
        raise boundary.refusal(f'is not of the simulator; write {SEEN} beside it')
    with boundary.guard():
        items = [item for item in content.values['objects'] if item['label']]
        seen = {
            item['id']: Box(*item['box_xyxy'])
            for item in items
            if item['box_xyxy'] and item['visible_px'] >= _SEEN_PX
        }
        for label in dict.fromkeys(item['label'] for item in items):
            mine = [item['id'] for item in items if item['label'] == label]
            make = partial(_rendered, root, path, label, mine, seen)
            collector.add(str(path), make)


def _rendered(root: Path, path: Path, label: str, mine: list[int], seen: dict[int, Box]) -> Sample:
    """The sample of one label; several objects of it that are seen need a question."""
    shown = [number for number in mine if number in seen]
    expected = (Expected.ABSENT, Expected.OBJECT, Expected.QUESTION)[min(len(shown), 2)]
    ids = path.parent / 'instance_ids.png'
    truth = Truth(
        tuple(seen[number] for number in shown),
        MaskFile(existing(ids, 'mask'), shown[0]) if len(shown) == 1 else None,
        others=tuple(box for number, box in seen.items() if number not in mine),
    )
    phrase = f'the {label}'
    return Sample(
        _key(root, path, phrase), FolderView(path.parent), phrase, truth, label, '', expected
    )

"""RealVLG metadata: a file, or a subset with metadata/CAMERA/scene_XXXX/YYYY.json.

Paths of images and masks are below the subset's folder, as in the published evaluation, or below
any folder between it and the file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from ....boundary import Boundary
from ....documents import LISTING, read_json
from ....errors import LabelError
from ....files import is_file
from ....grounding.grounding import check_instruction
from ....image_files import read_size
from ...formats.realvlg import RealVlgLabel, parse_label
from ..dataset import Dataset, Group, Reading
from ..mask import MaskFile
from ..sample import Sample, Truth
from ..view import view_beside
from .reading import Collector, existing, file_group, inside
from .splits import graspnet_split

# The published keys, and one that a file of ours may have beside them.
_KEYS = (
    'image_name', 'image_path', 'object_id', 'mask_path', 'description', 'label', 'bbox', 'grasps',
    'contact_points', 'split',
)  # fmt: skip


def find(path: Path) -> Dataset | None:
    """A metadata file, or all of a subset or of several; None where there is none."""
    if path.is_file():
        return _one_file(path)
    roots = [path] if (path / 'metadata').is_dir() else sorted(path.glob('*_VLG'))
    files = [file for root in roots for file in sorted((root / 'metadata').rglob('*.json'))]
    groups = [
        file_group(file.relative_to(path).as_posix(), partial(_read_file, path), file)
        for file in files
    ]
    return Dataset(path, 'RealVLG metadata', tuple(groups)) if groups else None


def _one_file(path: Path) -> Dataset:
    """A group for each image that a file lists.

    Raises:
        LabelError: it is no list.
    """
    items = _items(path)
    by_image: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    for index, item in enumerate(items):
        name = item.get('image_path') if isinstance(item, dict) else None
        by_image[str(name)].append((index, item))
    groups = [
        Group(name, partial(_read_items, path.parent, path, part))
        for name, part in by_image.items()
    ]
    return Dataset(path, 'RealVLG metadata', tuple(sorted(groups, key=lambda g: g.key)))


def _items(path: Path) -> list[Any]:
    items = read_json(path, Boundary(f'label file {path}', LabelError), LISTING)
    if not isinstance(items, list):
        raise LabelError(f'{path}: a {type(items).__name__}; expected a list of objects')
    return items


def _read_file(root: Path, collector: Collector, path: Path) -> None:
    _collect(collector, root, path, enumerate(_items(path)))


def _read_items(root: Path, path: Path, items: Iterable[tuple[int, Any]]) -> Reading:
    collector = Collector()
    _collect(collector, root, path, items)
    return collector.reading()


def _collect(
    collector: Collector, root: Path, path: Path, items: Iterable[tuple[int, Any]]
) -> None:
    """Samples of objects; those of the same image are each other's others.

    Args:
        collector: takes them.
        root: below which images are, at the farthest.
        path: of the file.
        items: by their place in it.
    """
    labels: list[tuple[int, dict[str, Any], RealVlgLabel]] = []
    for index, item in items:
        where = f'{path}: object {index}'
        try:
            labels.append((index, item, parse_label(item, where)))
            collector.note_unknown(where, item, _KEYS)
        except LabelError as error:
            collector.note(where, str(error))
    for index, item, label in labels:
        others = [o for k, _, o in labels if k != index and o.image_path == label.image_path]
        make = partial(_sample, root, path, index, item, label, others)
        collector.add(f'{path}: object {index}', make)


def _sample(
    root: Path,
    path: Path,
    index: int,
    item: dict[str, Any],
    label: RealVlgLabel,
    others: list[RealVlgLabel],
) -> Sample:
    """The sample of one object."""
    image = _below(root, path, label.image_path, 'image')
    size = read_size(image, Boundary(f'image {image}', LabelError))
    # Objects of the same sentence are told apart by their places in the file.
    key = f'{label.image_path}#{index}:{label.object_id}'
    truth = Truth(
        (inside(label.box, *size),),
        MaskFile(_below(root, path, label.mask_path, 'mask')) if label.mask_path else None,
        label.rectangles,
        label.contacts,
        tuple(other.box for other in others),
    )
    return Sample(
        key,
        view_beside(image),
        check_instruction(label.description),
        truth,
        label.label,
        str(item.get('split') or graspnet_split(f'{path} {label.image_path}')),
    )


def _below(root: Path, path: Path, name: str, what: str) -> Path:
    """A file that the data set names, below the root or a folder nearer to the metadata."""
    for folder in _folders(root, path):
        if is_file(folder / name):
            return folder / name
    return existing(root / name, what)


def _folders(root: Path, path: Path) -> Iterator[Path]:
    yield root
    for folder in reversed(path.parents):
        if folder != root and folder.is_relative_to(root):
            yield folder

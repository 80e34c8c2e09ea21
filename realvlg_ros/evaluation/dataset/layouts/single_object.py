"""Cornell and Jacquard: images that show one object, with rectangles and without a sentence.

Every sample asks for the object.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from ....errors import LabelError
from ....rectangle import GraspRectangle
from ...formats import read_cornell, read_jacquard
from ..dataset import Dataset
from ..mask import MaskFile
from ..sample import Sample, Truth
from ..view import ImageView
from .reading import Collector, existing, file_group

SENTENCE = 'the object'


def find_cornell(path: Path) -> Dataset | None:
    """Files pcdXXXXcpos.txt beside pcdXXXXr.png, at any depth; None without one."""
    return _find(path, 'pcd*cpos.txt', 'Cornell', _cornell)


def find_jacquard(path: Path) -> Dataset | None:
    """Files N_ID_grasps.txt beside N_ID_RGB.png and N_ID_mask.png; None without one."""
    return _find(path, '*_grasps.txt', 'Jacquard', _jacquard)


def _find(
    path: Path, pattern: str, layout: str, sample: Callable[[str, Path], Sample]
) -> Dataset | None:
    """The data set of all label files of a pattern.

    Args:
        path: below which they are.
        pattern: of their names.
        layout: what the format is called.
        sample: makes one of its key and its label file.
    """
    groups = []
    for file in sorted(path.rglob(pattern)):
        key = file.relative_to(path).as_posix()
        groups.append(file_group(key, partial(_read, key, sample), file))
    return Dataset(path, layout, tuple(groups)) if groups else None


def _read(
    key: str, sample: Callable[[str, Path], Sample], collector: Collector, path: Path
) -> None:
    collector.add(str(path), partial(sample, key, path))


def _cornell(key: str, path: Path) -> Sample:
    image = path.with_name(path.name.removesuffix('cpos.txt') + 'r.png')
    return _sample(key, image, read_cornell(path), path)


def _jacquard(key: str, path: Path) -> Sample:
    stem = path.name.removesuffix('_grasps.txt')
    mask = path.with_name(f'{stem}_mask.png')
    image = path.with_name(f'{stem}_RGB.png')
    return _sample(
        key, image, read_jacquard(path), path, MaskFile(mask) if mask.is_file() else None
    )


def _sample(
    key: str,
    image: Path,
    rectangles: list[GraspRectangle],
    path: Path,
    mask: MaskFile | None = None,
) -> Sample:
    """A sample of one image.

    Args:
        key: of the sample.
        image: its file.
        rectangles: its labels.
        path: of them.
        mask: of the object.

    Raises:
        LabelError: the image is missing, or there is no rectangle.
    """
    if not rectangles:
        raise LabelError(f'{path} holds no rectangle')
    contacts = tuple(rectangle.to_contacts() for rectangle in rectangles)
    truth = Truth(mask=mask, rectangles=tuple(rectangles), contacts=contacts)
    return Sample(key, ImageView(existing(image, 'image')), SENTENCE, truth)

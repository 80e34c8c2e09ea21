"""GraspNet-1Billion: scenes/scene_XXXX/CAMERA/{rgb,depth,label,rect}/YYYY, and camK.npy.

Its objects have no names and there are no sentences: every sample asks for any object, and the
rectangles of all are right. With the sentences of RealVLG it is read as RealVLG metadata.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import cv2
import numpy as np

from ....boundary import Boundary
from ....errors import LabelError
from ....image_files import read_image
from ....image_region import Box, RegionMask
from ...formats import read_graspnet
from ..dataset import Dataset
from ..sample import Sample, Truth
from ..view import MatrixView
from .reading import Collector, existing, file_group
from .splits import graspnet_split

SENTENCE = 'any object'


def find(path: Path) -> Dataset | None:
    """Every image with rectangles; None without one."""
    root = path / 'scenes' if (path / 'scenes').is_dir() else path
    files = sorted(root.glob('scene_*/*/rect/*.npy'))
    groups = [
        file_group(file.relative_to(root).as_posix(), partial(_read, root), file) for file in files
    ]
    return Dataset(path, 'GraspNet', tuple(groups)) if groups else None


def _read(root: Path, collector: Collector, path: Path) -> None:
    collector.add(str(path), partial(_sample, root, path))


def _sample(root: Path, path: Path) -> Sample:
    folder, name = path.parents[1], f'{path.stem}.png'
    labels = read_graspnet(path)
    if not labels:
        raise LabelError(f'{path} holds no rectangle')
    rectangles = tuple(label.rectangle for label in labels)
    view = MatrixView(
        existing(folder / 'rgb' / name, 'image'),
        existing(folder / 'depth' / name, 'depth'),
        existing(folder / 'camK.npy', 'camera matrix'),
    )
    truth = Truth(
        _boxes(folder / 'label' / name),
        None,
        rectangles,
        tuple(rectangle.to_contacts() for rectangle in rectangles),
    )
    key = path.relative_to(root).as_posix()
    return Sample(key, view, SENTENCE, truth, split=graspnet_split(key))


def _boxes(path: Path) -> tuple[Box, ...]:
    """Of the objects of an image of labels; none without it."""
    if not path.is_file():
        return ()
    numbers = read_image(path, cv2.IMREAD_UNCHANGED, Boundary(f'labels {path}', LabelError))
    return tuple(
        RegionMask.from_full(numbers == number).box for number in np.unique(numbers) if number
    )

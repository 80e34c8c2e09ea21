"""The formats of exports by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ...errors import AnnotationError, ParameterError
from ...quoting import quoted
from ..annotation import Status
from ..store import AnnotationStore
from .coco import export_coco
from .kitti import export_kitti
from .labelled import Labelled, chosen
from .lerobot import export_lerobot
from .nuscenes import export_nuscenes
from .realvlg import export_realvlg
from .rlds import export_rlds

FORMATS: Mapping[str, Callable[[Path, Sequence[Labelled]], str]] = {
    'realvlg': export_realvlg,
    'coco': export_coco,
    'lerobot': export_lerobot,
    'rlds': export_rlds,
    'kitti': export_kitti,
    'nuscenes': export_nuscenes,
}


def check_format(name: str) -> None:
    """Refuse a name that is no format.

    Raises:
        ParameterError: it is none.
    """
    if name not in FORMATS:
        raise ParameterError(f'--export is {quoted(name)}; expected one of {", ".join(FORMATS)}')


def export(store: AnnotationStore, name: str, only_reviewed: bool) -> str:
    """Write a set in a format, below export/ in its folder; returns what was written, in words.

    Args:
        store: the set.
        name: of the format.
        only_reviewed: only what a person has accepted.

    Raises:
        ParameterError: there is no such format.
        AnnotationError: there is nothing to export, or it cannot be written.
        MissingDependencyError: a package that the format needs is not installed.
    """
    check_format(name)
    return FORMATS[name](store.folder / 'export' / name, exported(store, only_reviewed))


def exported(store: AnnotationStore, only_reviewed: bool) -> list[Labelled]:
    """The objects of a set that are exported.

    Args:
        store: the set.
        only_reviewed: only what a person has accepted.

    Raises:
        AnnotationError: there is none, or a file of the set cannot be read.
    """
    labelled = list(chosen(store.images(), only_reviewed))
    if not labelled:
        wanted = Status.ACCEPTED.value if only_reviewed else 'agreed or accepted'
        raise AnnotationError(f'{store.folder} has no {wanted} object: there is nothing to export')
    return labelled

"""Frame folders, of which nothing is known but the pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ...files import is_folder
from ...frame import RgbdFrame
from ...frame_folder import read_frame
from ..annotation import AnnotatedGrasp
from ..stages.describe import Described
from ..stages.unify import GivenGrasp
from .image import Source, file_name

# Frame folders lie so many levels below a folder at most. Chosen: source/scene/frame.
_LEVELS = 3


@dataclass(frozen=True)
class FrameImage:
    """A frame folder, of which nothing is known but the pixels."""

    name: str
    folder: Path
    origin: str = 'frames'
    spoken: tuple[Described, ...] = ()

    @property
    def color(self) -> str:
        """Path of color.png."""
        return str(self.folder / 'color.png')

    def read(self) -> RgbdFrame:
        """The frame."""
        return read_frame(self.folder)

    def given(self) -> tuple[GivenGrasp, ...]:
        """None."""
        return ()

    def proposals(self, index: int) -> tuple[AnnotatedGrasp, ...]:
        """None."""
        return ()


def open_frames(path: Path) -> Source | None:
    """The frame folders below a folder; None where there is none."""
    folders = list(_frame_folders(path)) if is_folder(path) else []
    if not folders:
        return None
    return Source(tuple(FrameImage(_name(path, each), each) for each in folders))


def _frame_folders(path: Path) -> Iterator[Path]:
    for level in range(_LEVELS + 1):
        for found in sorted(path.glob('/'.join(['*'] * level + ['color.png']))):
            yield found.parent


def _name(root: Path, folder: Path) -> str:
    parts = folder.relative_to(root).parts if folder != root else (folder.resolve().name,)
    return file_name('-'.join(parts))

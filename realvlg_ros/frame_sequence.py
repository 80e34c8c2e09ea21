"""Frame folders in a row: one folder, or a parent that holds several."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from .errors import FrameError
from .files import is_folder
from .frame import RgbdFrame
from .frame_folder import read_frame

# Frames kept in memory. Chosen: at 640x480 with depth in float this is about 130 MB.
_KEPT_FRAMES = 64


class FrameSequence:
    """Frames by number, in the order of their folders' names; the latest read are kept."""

    def __init__(self, folder: Path) -> None:
        """Find the frames.

        Raises:
            FrameError: there is no frame in the folder.
        """
        if not is_folder(folder):
            raise FrameError(
                f'{folder} is not a folder; expected a frame folder or a parent of some'
            )
        found = sorted(path.parent for path in folder.glob('*/color.png'))
        self.folders = [folder] if (folder / 'color.png').exists() else found
        if not self.folders:
            raise FrameError(
                f'{folder} holds no frame; expected color.png, depth.png and camera.json in it, '
                'or in the folders in it'
            )
        self._read = lru_cache(maxsize=_KEPT_FRAMES)(read_frame)

    def __len__(self) -> int:
        return len(self.folders)

    def __getitem__(self, index: int) -> RgbdFrame:
        """The frame of a number.

        Raises:
            FrameError: a file is missing or cannot be read.
            CameraError: camera.json cannot be used.
        """
        return self._read(self.folders[index])

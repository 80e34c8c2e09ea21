"""What a path holds is seen from its files."""

from __future__ import annotations

from pathlib import Path

from ...errors import AnnotationError
from .frames import open_frames
from .image import Source
from .recordings import open_recordings


def open_source(path: Path) -> Source:
    """The images of a recorder's folder, or of frame folders.

    Raises:
        AnnotationError: there is nothing of the kind.
        RecordingError: there are recordings, and none can be read.
    """
    found = open_recordings(path) or open_frames(path)
    if found is None:
        raise AnnotationError(
            f'{path} holds nothing to annotate; expected recordings, or frame folders with '
            'color.png, depth.png and camera.json; with --labelled a data set'
        )
    return found

"""The frame of an annotated image, read again."""

from __future__ import annotations

from pathlib import Path

from ..errors import AnnotationError
from ..evaluation.dataset.view import FolderView, ImageView
from ..frame import RgbdFrame
from .annotation import AnnotatedImage


def read_pixels(image: AnnotatedImage) -> RgbdFrame:
    """The frame, without depth where there is none beside the image.

    Raises:
        FrameError, CameraError: it cannot be read.
        AnnotationError: it is of another size than it was.
    """
    color = Path(image.color)
    whole = all((color.parent / name).is_file() for name in ('depth.png', 'camera.json'))
    view = FolderView(color.parent) if whole and color.name == 'color.png' else ImageView(color)
    frame = view.load()
    size = frame.camera.width, frame.camera.height
    if size != (image.width, image.height):
        raise AnnotationError(
            f'image {image.name} was {image.width}x{image.height} px when it was annotated and '
            f'is {size[0]}x{size[1]} now: {color}; annotate it again in another folder'
        )
    return frame

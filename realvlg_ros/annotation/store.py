"""The folder of a set of annotations: settings, a file an image, what is done stays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..boundary import Boundary
from ..documents import as_mapping, read_json
from ..errors import AnnotationError
from ..json_text import to_json_text
from ..quoting import quoted
from .annotation import AnnotatedImage
from .image_file import read_image, write_image

SETTINGS_FILE, IMAGES = 'annotation.json', 'images'
# What a name of an image may hold, as it becomes a file's name.
_NAME = re.compile(r'[\w.-]+')


class AnnotationStore:
    """Annotated images by name."""

    def __init__(self, folder: Path) -> None:
        """Take a folder; nothing is read yet."""
        self.folder = folder

    def begin(self, settings: Mapping[str, Any]) -> None:
        """Make the folder for such settings, or go on with it.

        Raises:
            AnnotationError: it was made with others, or cannot be used.
        """
        path = self.folder / SETTINGS_FILE
        wanted = {key: str(value) for key, value in settings.items()}
        if path.exists():
            found = self.settings()
            differs = sorted(key for key in wanted if found.get(key) != wanted[key])
            if differs:
                key = differs[0]
                raise AnnotationError(
                    f'{path}: {key} is {quoted(found.get(key))}, and {quoted(wanted[key])} is '
                    'asked for; give another --out, or the same settings'
                )
            return
        with Boundary(str(self.folder), AnnotationError).guard('cannot be used'):
            (self.folder / IMAGES).mkdir(parents=True, exist_ok=True)
            path.write_text(to_json_text(wanted, indent=1) + '\n', encoding='utf-8')

    def settings(self) -> dict[str, str]:
        """What the set was made with.

        Raises:
            AnnotationError: there is no such file.
        """
        path = self.folder / SETTINGS_FILE
        boundary = Boundary(str(path), AnnotationError, 'give a folder of `realvlg annotate`')
        values = as_mapping(read_json(path, boundary), boundary)
        return {key: str(value) for key, value in values.items()}

    def names(self) -> list[str]:
        """Of the images that are there, in order."""
        return sorted(path.stem for path in (self.folder / IMAGES).glob('*.json'))

    def has(self, name: str) -> bool:
        """Whether an image is there."""
        return self._path(name).is_file()

    def read(self, name: str) -> AnnotatedImage:
        """An image.

        Raises:
            AnnotationError: it is not there, or cannot be read.
        """
        return read_image(self._path(name))

    def write(self, image: AnnotatedImage) -> None:
        """Keep an image.

        Raises:
            AnnotationError: it cannot be written.
        """
        write_image(self._path(image.name), image)

    def images(self) -> Iterator[AnnotatedImage]:
        """All images, in order.

        Raises:
            AnnotationError: one cannot be read.
        """
        for name in self.names():
            yield self.read(name)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name) or name.startswith('.'):
            raise AnnotationError(
                f'{quoted(name)} is no name of an image; letters, digits and ._- are allowed'
            )
        return self.folder / IMAGES / f'{name}.json'

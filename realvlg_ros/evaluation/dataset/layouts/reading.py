"""Gathers the samples of a group, and what is wrong with those that cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from ....boundary import Boundary
from ....errors import LabelError
from ....image_region import Box
from ....quoting import quoted
from ..dataset import Group, Problem, Reading
from ..sample import Sample


class Collector:
    """Samples one by one; an error becomes a problem, and the next one is tried."""

    def __init__(self) -> None:
        """Begin with none."""
        self._samples: dict[str, Sample] = {}
        self._problems: list[Problem] = []

    def add(self, where: str, make: Callable[[], Sample]) -> None:
        """Take a sample.

        Args:
            where: file, and the place in it.
            make: makes the sample; whatever is wrong is told as a problem.
        """
        try:
            with Boundary(where, LabelError).guard():
                sample = make()
        except LabelError as error:
            self.note(where, str(error))
            return
        if sample.key in self._samples:
            self.note(where, f'a second sample is called {sample.key}; it is left out')
            return
        self._samples[sample.key] = sample

    def note(self, where: str, reason: str) -> None:
        """Tell what cannot be used."""
        self._problems.append(Problem(where, reason))

    def note_unknown(self, where: str, keys: Iterable[str], known: Iterable[str]) -> None:
        """Tell of keys that mean nothing here; what has them is taken all the same.

        Args:
            where: file, and the place in it.
            keys: that are there.
            known: that have a meaning.
        """
        if unknown := sorted(set(keys) - set(known)):
            self.note(where, f'unknown keys {quoted(unknown)} are not read')

    def reading(self) -> Reading:
        """What came together."""
        return Reading(tuple(self._samples.values()), tuple(self._problems))


def file_group(key: str, read: Callable[[Collector, Path], None], path: Path) -> Group:
    """A group that is read from one file.

    Args:
        key: of the group.
        read: adds what the file holds; whatever is wrong with it is told as a problem.
        path: of the file.
    """
    return Group(key, partial(_read_file, read, path))


def _read_file(read: Callable[[Collector, Path], None], path: Path) -> Reading:
    collector = Collector()
    try:
        with Boundary(str(path), LabelError).guard():
            read(collector, path)
    except LabelError as error:
        collector.note(str(path), str(error))
    return collector.reading()


def existing(path: Path, what: str) -> Path:
    """The path of a file that is there.

    Raises:
        LabelError: it is not.
    """
    try:
        there = path.is_file()
    except OSError:
        there = False
    if not there:
        raise LabelError(f'{what} {path} is missing; is the data set whole?')
    return path


def inside(box: Box, width: int, height: int) -> Box:
    """The box if it lies in the image.

    Args:
        box: px.
        width: of the image, px.
        height: of the image, px.

    Raises:
        LabelError: a part of it, of more than a pixel, lies outside.
    """
    x_min, y_min, x_max, y_max = box.as_tuple()
    if min(x_min, y_min) < -1 or x_max > width + 1 or y_max > height + 1:
        raise LabelError(f'box {box.as_tuple()} lies outside the {width}x{height} image')
    return box.clipped(width, height)

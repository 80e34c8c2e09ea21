"""A data set as groups of samples, each about one image, which are read when they are needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .sample import Sample


@dataclass(frozen=True)
class Problem:
    """Something of a data set that cannot be used, and is left out.

    Attributes:
        where: file, and the place in it.
        reason: what is wrong.
    """

    where: str
    reason: str

    def words(self) -> str:
        """In one line; the reason often begins with the place."""
        said = self.reason
        return said if said.startswith(self.where) else f'{self.where}: {said}'


@dataclass(frozen=True)
class Reading:
    """What a group held.

    Attributes:
        samples: that can be used.
        problems: what cannot.
    """

    samples: tuple[Sample, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Group:
    """Samples about one image.

    Attributes:
        key: names it; no other group of the data set has it.
        read: reads them; what is wrong is told as a problem, not raised.
    """

    key: str
    read: Callable[[], Reading]


@dataclass(frozen=True)
class Dataset:
    """A data set that was found.

    Attributes:
        path: where it is.
        layout: its format, in words.
        groups: in order of their keys.
    """

    path: Path
    layout: str
    groups: tuple[Group, ...]

    def samples(self) -> Iterator[Sample]:
        """All samples that can be used, image by image."""
        for group in self.groups:
            yield from group.read().samples

    def problems(self) -> Iterator[Problem]:
        """All that cannot be used; every group is read."""
        for group in self.groups:
            yield from group.read().problems

"""One boundary: what it is given when all is well, and what takes it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

Use = Callable[[bytes, Path], object]


@dataclass(frozen=True)
class Target:
    """A boundary that is fuzzed.

    Attributes:
        name: as it is printed, such as 'gripper profile'.
        seeds: makes sound inputs by their names, with a folder for what is needed to make them;
            a name is a file's, and its suffix tells which mutations fit.
        use: takes an input, and a folder of its own to write it into; raises what it raises.
        weight: how many inputs it gets in a round; the fast ones get more.
    """

    name: str
    seeds: Callable[[Path], Mapping[str, bytes]]
    use: Use
    weight: int = 1


def all_targets() -> tuple[Target, ...]:
    """The targets of every module of benchmarks.fuzz.targets, each in its tuple TARGETS."""
    return tuple(_collect())


def _collect() -> Iterator[Target]:
    package = importlib.import_module('benchmarks.fuzz.targets')
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda each: each.name):
        yield from importlib.import_module(f'benchmarks.fuzz.targets.{found.name}').TARGETS

"""What a hand was told and what came of it, one line of JSON for each attempt."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from ...arrays import FloatArray
from ...boundary import Boundary
from ...documents import parse_json
from ...errors import WorldError
from ...files import read_text
from ...json_text import to_json_text
from .pick_result import PickResult, Snapshot

ATTEMPTS_FILE = 'attempts.jsonl'


@dataclass(frozen=True, eq=False)
class Attempt:
    """One pick that was carried out.

    Attributes:
        start: (3,) where the straight approach began, in the world, m.
        tcp2world: 4x4 pose of the TCP at the grasp.
        opening: that was commanded before the approach, m.
        lifted: whether the hand went up with what it had; False where it opened again before.
        result: what came of it.
    """

    start: FloatArray
    tcp2world: FloatArray
    opening: float
    lifted: bool
    result: PickResult

    @property
    def standoff(self) -> float:
        """Length of the approach, m."""
        return float(np.linalg.norm(self.tcp2world[:3, 3] - self.start))

    def append_to(self, path: Path) -> None:
        """Add its line to a file.

        Raises:
            WorldError: it cannot be written.
        """
        try:
            with path.open('a', encoding='utf-8') as file:
                file.write(to_json_text(self) + '\n')
        except OSError as error:
            raise WorldError(f'{path} cannot be written: {error.strerror}') from error


def read_attempts(path: Path) -> list[Attempt]:
    """The attempts of a file, the first one first; none where there is no file.

    Raises:
        WorldError: it holds something else.
    """
    if not path.exists():
        return []
    boundary = Boundary(str(path), WorldError)
    lines = read_text(path, boundary).splitlines()
    with boundary.guard('holds no attempts'):
        return [_attempt(parse_json(line, boundary)) for line in lines]


def _attempt(values: dict[str, Any]) -> Attempt:
    told = dict(values['result'])
    told['snapshots'] = [_snapshot(snapshot) for snapshot in told['snapshots']]
    for name in ('lifted', 'gripped'):
        told[name] = tuple(told[name])
    unknown = set(told) - {f.name for f in fields(PickResult)}
    if unknown:
        raise KeyError(f'unknown keys {sorted(unknown)}')
    return Attempt(
        np.array(values['start'], np.float64),
        np.array(values['tcp2world'], np.float64),
        float(values['opening']),
        bool(values['lifted']),
        PickResult(**told),
    )


def _snapshot(values: dict[str, Any]) -> Snapshot:
    poses = {name: np.array(pose, np.float64) for name, pose in values['poses'].items()}
    tcp2world = np.array(values['tcp2world'], np.float64)
    return Snapshot(values['time'], values['phase'], poses, tcp2world, values['opening'])

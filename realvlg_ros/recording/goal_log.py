"""The goals of a folder of recordings as a CSV file, a line each."""

from __future__ import annotations

import csv
from datetime import datetime, timezone
from pathlib import Path
from typing import TextIO

from ..errors import RecordingError
from .goal_figures import EndedGoal

FILE_NAME = 'goals.csv'
COLUMNS = (
    'time', 'event', 'action', 'request_id', 'instruction', 'status', 'success', 'elapsed_s',
    'intervention', 'recovery_s', 'message',
)  # fmt: skip
# Above this size the file is put aside as goals.1.csv, in place of the one before, bytes. Chosen:
# some ten thousand goals.
_MAX_BYTES = 10_000_000


class GoalLog:
    """Appends to goals.csv."""

    def __init__(self, folder: Path) -> None:
        """Write into a folder that is there."""
        self._path = folder / FILE_NAME

    def goal(self, ended: EndedGoal, time_s: float) -> None:
        """Write a goal that has ended.

        Args:
            ended: the goal.
            time_s: when, s since 1970.

        Raises:
            RecordingError: the file cannot be written.
        """
        event = ended.event
        self._append(
            time_s, 'goal', event.action, event.request_id, event.instruction, event.status,
            'true' if ended.success else 'false', _seconds(ended.elapsed_s), ended.intervention,
            _seconds(ended.recovery_s), event.message,
        )  # fmt: skip

    def recovery(self, request_id: str, seconds: float, time_s: float) -> None:
        """Write that a target is followed again that was lost.

        Args:
            request_id: of the target.
            seconds: for how long it was lost, s.
            time_s: when, s since 1970.

        Raises:
            RecordingError: the file cannot be written.
        """
        self._append(
            time_s, 'recovery', '', request_id, '', 'CONFIRMED', '', '', '', _seconds(seconds), ''
        )

    def _append(self, time_s: float, *values: str) -> None:
        when = datetime.fromtimestamp(time_s, timezone.utc).isoformat(timespec='milliseconds')
        try:
            if self._path.exists() and self._path.stat().st_size > _MAX_BYTES:
                self._path.replace(self._path.with_suffix('.1.csv'))
            with self._path.open('a', newline='', encoding='utf-8') as file:
                _write(file, (when, *values))
        except OSError as error:
            raise RecordingError(
                f'{self._path} cannot be written: {error.strerror or error}'
            ) from error


def _write(file: TextIO, row: tuple[str, ...]) -> None:
    writer = csv.writer(file)
    if file.tell() == 0:
        writer.writerow(COLUMNS)
    writer.writerow(row)


def _seconds(value: float | None) -> str:
    return '' if value is None else f'{value:.3f}'

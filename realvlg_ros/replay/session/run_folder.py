"""The folder of a run: what is written into it stays valid wherever the run ends."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from ...errors import ReplayError
from ...json_text import to_json_text
from ..runs.run_reader import (
    ANSWERS_FILE,
    RECORDING_FILE,
    REPORT_FILE,
    RUN_FILE,
    TIMINGS_FILE,
)
from .step import Step

_FILES = (RUN_FILE, ANSWERS_FILE, TIMINGS_FILE, RECORDING_FILE, REPORT_FILE)


class RunFolder:
    """Writes the events and timings of a run as they come, and run.json at its start and end."""

    def __init__(self, path: Path, force: bool = False) -> None:
        """Make the folder, and the files that are written line by line.

        Args:
            path: of the folder.
            force: replace the run that is in it.

        Raises:
            ReplayError: there is a run in it, or it cannot be written.
        """
        self.path = path
        old = [path / name for name in _FILES if (path / name).exists()]
        if old and not force:
            raise ReplayError(
                f'{path} holds a run already ({", ".join(file.name for file in old)}); give '
                'another folder, or --force to replace it'
            )
        try:
            path.mkdir(parents=True, exist_ok=True)
            for file in old:
                file.unlink()
            for unfinished in path.glob(f'.{RECORDING_FILE}.*'):
                # Of a run that was killed.
                shutil.rmtree(unfinished)
            self._answers = self._open(ANSWERS_FILE)
            self._timings = self._open(TIMINGS_FILE)
        except OSError as error:
            raise ReplayError(f'the run cannot be written: {error}') from error

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._answers.close()
        self._timings.close()

    def add(self, step: Step) -> None:
        """Write what came with an image or a notice."""
        lines = [to_json_text(line) for line in step.lines()]
        _write(self._answers, lines)
        if step.frame is not None:
            timing = {
                'stamp_ns': step.stamp_ns,
                't_s': step.time_ns / 1e9,
                'ms': {stage: round(ms, 3) for stage, ms in step.timings_ms.items()},
            }
            _write(self._timings, [to_json_text(timing)])

    def describe(self, values: Mapping[str, Any]) -> None:
        """Write run.json; the one before it is there until the new one is whole."""
        file = self.path / RUN_FILE
        part = file.with_suffix('.part')
        try:
            part.write_text(to_json_text(values, indent=1) + '\n')
            part.replace(file)
        except OSError as error:
            raise ReplayError(f'the run cannot be written: {error}') from error

    def _open(self, name: str) -> TextIO:
        return (self.path / name).open('w', encoding='utf-8', newline='\n')


def _write(file: TextIO, lines: list[str]) -> None:
    """Write whole lines, and give them to the system at once.

    Raises:
        ReplayError: such as where the disk is full.
    """
    if not lines:
        return
    try:
        file.write('\n'.join(lines) + '\n')
        file.flush()
    except OSError as error:
        raise ReplayError(f'the run cannot be written: {error}') from error

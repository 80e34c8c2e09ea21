"""Recordings of many robots, with the success that is wanted."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import told_goals
from told_goals import Watched

from realvlg_ros.recording.episode_store import episode_name

SECOND = 10**9


@cache
def _template() -> str:
    """episode.json of a goal that was answered, without frames."""
    seen = Watched()
    seen.frames(6)
    seen.answered()
    seen.frames(20)
    values = json.loads(told_goals.files_of(seen.done[0])['episode.json'])
    return json.dumps({**values, 'frames': [], 'missing_frames': []})


def write_goal(folder: Path, second: int, status: str, instruction: str = '', **goal: Any) -> Path:
    """An episode that ended at a second of the robot's life, 2 s after it was accepted."""
    values = json.loads(_template())
    values['goal'].update(instruction=instruction or f'take thing {second}', **goal)
    values['goal']['goal_id'] = f'{second:032x}'
    success = status in ('OK', 'HELD', 'PLANNED')
    values['result'].update(
        status=status, success=success, ended_ns=second * SECOND, elapsed_s=2.0
    )
    path = folder / episode_name(second, status, f'{second}')
    path.mkdir(parents=True)
    (path / 'episode.json').write_text(json.dumps(values))
    return path


def write_robot(folder: Path, statuses: Sequence[str]) -> None:
    """A robot that has a goal each thousand seconds, with another sentence each."""
    for number, status in enumerate(statuses, 1):
        write_goal(folder, 1000 * number, status)

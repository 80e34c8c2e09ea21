"""What a replay asks, and at which times of the bag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from ...boundary import Boundary
from ...documents import lines_of_items, parse_yaml
from ...errors import RealvlgError, ReplayError
from ...files import read_text
from ...grounding.grounding import check_instruction
from ...limits import MAX_DOCUMENT_BYTES
from ...quoting import quoted
from ...ros.conversions.stamps import stamp_to_ns
from ...settings import Settings, from_options, setting
from ..bags.bag import Bag

# The latest time that a goal can have, s. Chosen: a day, longer than any bag.
_LATEST_S = 86400.0
_EXPECTED = (
    'expected a list of goals, each with the time and the words: '
    '[{at: 2.5, instruction: pick up the red mug}]'
)


@dataclass(frozen=True)
class ReplayGoal(Settings):
    """One goal: the options of a goal of PlanGrasps, and when it is sent."""

    instruction: str = setting('', 'What a person would say.')
    at: float = setting(
        0.0, 'When it is asked, after the first image of the bag.',
        unit='s', low=0.0, high=_LATEST_S,
    )  # fmt: skip
    wait_for_stable: bool = setting(True, 'Wait until the target is stable.')
    min_quality: float = setting(
        0.0, 'Grasps of less quality are left out.', unit='unitless', low=0.0, high=1.0
    )
    max_grasps: int = setting(
        0, 'At most so many grasps in the answer; 0 for all.', unit='grasps', low=0, high=1000
    )
    timeout: float = setting(
        0.0, 'The answer comes within this time of the bag; 0 takes default_timeout.',
        unit='s', low=0.0, high=3600.0,
    )  # fmt: skip
    goal_id: str = setting('', 'Names it in what comes of it; by default goal-1 and so on.')

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, 'instruction', check_instruction(self.instruction))

    @property
    def at_ns(self) -> int:
        """When it is asked, ns after the first image."""
        return round(self.at * 1e9)


def numbered(goals: Sequence[ReplayGoal]) -> tuple[ReplayGoal, ...]:
    """The goals in the order of their times, those without an id named by their number.

    Raises:
        ReplayError: there is none, or two have the same id.
    """
    if not goals:
        raise ReplayError('there is no goal; give --instruction "pick up the red mug", or --goals')
    ordered = sorted(goals, key=lambda goal: goal.at_ns)
    named = tuple(
        goal if goal.goal_id else replace(goal, goal_id=f'goal-{number}')
        for number, goal in enumerate(ordered, 1)
    )
    ids = [goal.goal_id for goal in named]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise ReplayError(f'two goals have the id {quoted(twice[0])}; give each its own')
    return named


def read_goals(path: Path) -> tuple[ReplayGoal, ...]:
    """The goals of a YAML or JSON file: a list of mappings of ReplayGoal's settings.

    Raises:
        ReplayError: the file cannot be read, or a goal is wrong; names its line.
    """
    boundary = Boundary(f'goals {path}', ReplayError)
    text = read_text(path, boundary, MAX_DOCUMENT_BYTES)
    entries = parse_yaml(text, boundary)
    if not isinstance(entries, list) or not entries:
        raise ReplayError(f'{path} holds no list of goals; {_EXPECTED}')
    lines = lines_of_items(text)
    return numbered(
        [
            _read_goal(entry, f'{path}, goal {number} (line {line})')
            for number, (entry, line) in enumerate(zip(entries, lines, strict=True), 1)
        ]
    )


def check_times(goals: Sequence[ReplayGoal], bag: Bag, camera_info: str) -> None:
    """Refuse goals after the end of a bag.

    Args:
        goals: that are asked.
        bag: open.
        camera_info: its topic, whose stamps tell the time where the log times do not: a bag may
            have been recorded faster than it was taken.

    Raises:
        ReplayError: names the goal and how long the bag is.
    """
    latest = max(goals, key=lambda goal: goal.at_ns)
    duration_ns = bag.end_ns - bag.start_ns
    if latest.at_ns > duration_ns:
        duration_ns = max(duration_ns, _stamped_ns(bag, camera_info))
    if latest.at_ns > duration_ns:
        raise ReplayError(
            f'goal {latest.goal_id} is asked at {latest.at:g} s, and the bag is '
            f'{duration_ns / 1e9:.2f} s long; give a time within it'
        )


def _stamped_ns(bag: Bag, topic: str) -> int:
    """The time that passes by the stamps of a topic, ns; what jumps back goes on from there."""
    stamps = [stamp_to_ns(each.message.header.stamp) for each in bag.messages([topic])]
    return sum(max(0, after - before) for before, after in pairwise(stamps))


def _read_goal(entry: Any, place: str) -> ReplayGoal:
    if not isinstance(entry, dict):
        raise ReplayError(f'{place} is {quoted(entry)}; {_EXPECTED}')
    if 'instruction' not in entry:
        raise ReplayError(f'{place} has no instruction; {_EXPECTED}')
    try:
        return from_options(ReplayGoal, {str(key): value for key, value in entry.items()})
    except (RealvlgError, RecursionError) as error:
        raise ReplayError(f'{place}: {error}') from error

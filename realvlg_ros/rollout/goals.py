"""The goals of robots from their recordings: success, intervention, recovery, wrong object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..recording.episode_reader import RecordedEpisode
from ..recording.goal_event import CANCELED, GoalEvent, GoalStep
from ..recording.goal_figures import EndedGoal, GoalFigures

# An instruction that is given again so soon after a failure counts as an intervention, s. From the
# default of the recorder's parameter repeat_within.
REPEAT_WITHIN_S = 60.0


@dataclass(frozen=True)
class RobotGoal:
    """What became of one goal of one robot.

    Attributes:
        robot: id.
        recording: name of its episode.
        judged: it was not canceled.
        success: it ended with what was asked for.
        intervention: a person answered, repeated or canceled.
        wrong_object: a person found that another object was taken; None where nobody looked.
        recovery_s: with the first success after failures, the time since the first of these, s.
    """

    robot: str
    recording: str
    judged: bool
    success: bool
    intervention: bool
    wrong_object: bool | None
    recovery_s: float | None


def goals_of(
    robot: str,
    episodes: Iterable[RecordedEpisode],
    wrong: Mapping[str, bool],
    repeat_within_s: float = REPEAT_WITHIN_S,
) -> list[RobotGoal]:
    """The goals of a robot, counted as its recorder counts them, in order of time.

    Args:
        robot: id.
        episodes: of it.
        wrong: whether another object was taken, by the names of recordings that were reviewed.
        repeat_within_s: as the recorder's parameter.
    """
    ordered = sorted(episodes, key=_ended_ns)
    clock = _Clock()
    figures: dict[str, GoalFigures] = {}
    found = []
    for episode in ordered:
        counted = figures.setdefault(_action(episode), GoalFigures(repeat_within_s, clock))
        ended = _counted(counted, clock, episode)
        found.append(
            RobotGoal(
                robot, episode.name, episode.status != CANCELED, ended.success,
                bool(ended.intervention), wrong.get(episode.name), ended.recovery_s,
            )
        )  # fmt: skip
    return found


class _Clock:
    """The time of the recordings, s."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def _counted(figures: GoalFigures, clock: _Clock, episode: RecordedEpisode) -> EndedGoal:
    result = episode.values['result']
    end_s = _ended_ns(episode) / 1e9
    clock.now = end_s - float(result['elapsed_s'] or 0.0)
    figures.accepted(_event(GoalStep.ACCEPTED, episode))
    clock.now = end_s
    return figures.ended(_event(GoalStep.ENDED, episode))


def _event(step: GoalStep, episode: RecordedEpisode) -> GoalEvent:
    goal = episode.values['goal']
    status = episode.status if step is GoalStep.ENDED else ''
    token = str(goal['answers_token']) if step is GoalStep.ACCEPTED else ''
    return GoalEvent(
        step, _action(episode), str(goal['goal_id']) or episode.name, _ended_ns(episode),
        instruction=episode.instruction, token=token, status=status,
    )  # fmt: skip


def _action(episode: RecordedEpisode) -> str:
    return str(episode.values['goal']['action'])


def _ended_ns(episode: RecordedEpisode) -> int:
    value: Any = episode.values['result']['ended_ns']
    return int(value or 0)


def recoveries(goals: Sequence[RobotGoal]) -> list[float]:
    """The times to recovery, s."""
    return [goal.recovery_s for goal in goals if goal.recovery_s is not None]

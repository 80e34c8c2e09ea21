"""Two models on line: shares and times with intervals, and what follows from them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from ..arrays import FloatArray
from ..errors import ParameterError
from ..evaluation.intervals import newcombe_interval
from .goals import RobotGoal, recoveries

# Draws of the bootstrap, and its seed. Chosen: the ends of the interval stay within 1 %.
_DRAWS, _SEED = 2000, 0
# Times from which an interval is drawn, of either model. Chosen: fewer tell nothing of a spread.
_LEAST_TIMES = 5
# Per cent of the draws between the ends of an interval. From the custom of 95 %.
_LEVEL = (2.5, 97.5)


class Verdict(Enum):
    """What to do with the new model."""

    PROMOTE = 'promote'
    HOLD = 'hold'
    ROLL_BACK = 'roll back'


@dataclass(frozen=True)
class Limits:
    """When a new model is promoted.

    Attributes:
        margin: a share may be worse by so much.
        goals: least number of judged goals of either model.
        robots: least number of robots of either model.
    """

    margin: float = 0.03
    goals: int = 50
    robots: int = 2

    def __post_init__(self) -> None:
        if not 0 < self.margin < 1 or self.goals < 1 or self.robots < 1:
            raise ParameterError(
                f'margin {self.margin} must be above 0 and below 1, goals {self.goals} and robots '
                f'{self.robots} at least 1'
            )


@dataclass(frozen=True)
class Compared:
    """One figure of both models.

    Attributes:
        name: of it.
        old, new: its values; NaN where nothing is known.
        low, high: 95 % interval of new less old; NaN where it is not known.
        counts: goals that it is made of, of the old and the new model.
        higher_is_better: whether more of it is better.
        unit: s, or empty for a share.
    """

    name: str
    old: float
    new: float
    low: float
    high: float
    counts: tuple[int, int]
    higher_is_better: bool
    unit: str = ''

    @property
    def known(self) -> bool:
        """Whether there is an interval."""
        return bool(np.isfinite(self.low) and np.isfinite(self.high))

    @property
    def worse(self) -> bool:
        """Whether the new model is surely worse."""
        return self.known and (self.high < 0 if self.higher_is_better else self.low > 0)

    def within(self, margin: float) -> bool:
        """Whether the new model is surely not worse by more than a margin."""
        if not self.known:
            return False
        return self.low > -margin if self.higher_is_better else self.high < margin


def compare(old: Sequence[RobotGoal], new: Sequence[RobotGoal]) -> list[Compared]:
    """All figures.

    Args:
        old: goals of robots with the model in use.
        new: goals of robots with the new one.
    """
    return [
        _compared(old, new, 'success', _judged(lambda goal: goal.success), True),
        _compared(old, new, 'wrong object', _wrong, False),
        _compared(old, new, 'intervention', lambda goal: float(goal.intervention), False),
        _recovery(old, new),
    ]


def decide(
    figures: Sequence[Compared],
    old: Sequence[RobotGoal],
    new: Sequence[RobotGoal],
    limits: Limits,
) -> tuple[Verdict, str]:
    """What to do, and why.

    A share that is surely worse rolls back, however few goals there are; to promote takes enough
    of them, and every share surely within the margin. Wrong objects count where they are known.

    Args:
        figures: of compare.
        old: goals of robots with the model in use.
        new: goals of robots with the new one.
        limits: when to promote.
    """
    shares = [figure for figure in figures if not figure.unit]
    for figure in shares:
        if figure.worse:
            return Verdict.ROLL_BACK, f'{figure.name} is surely worse'
    for name, goals in (('old', old), ('new', new)):
        judged = sum(goal.judged for goal in goals)
        robots = len({goal.robot for goal in goals})
        if judged < limits.goals or robots < limits.robots:
            words = f'the {name} model has {judged} goals of {robots} robots'
            return Verdict.HOLD, f'{words}; {limits.goals} of {limits.robots} are needed'
    for figure in shares:
        needed = figure.known or figure.name != 'wrong object'
        if needed and not figure.within(limits.margin):
            words = f'{figure.name} may be worse by more than {limits.margin:.0%}'
            return Verdict.HOLD, f'{words}; more goals will tell'
    unseen = [figure.name for figure in shares if not figure.known]
    words = f'; nobody has looked for {unseen[0]}' if unseen else ''
    return Verdict.PROMOTE, f'no share is worse by more than {limits.margin:.0%}{words}'


Value = Callable[[RobotGoal], float | None]


def _judged(value: Callable[[RobotGoal], bool]) -> Value:
    return lambda goal: float(value(goal)) if goal.judged else None


def _wrong(goal: RobotGoal) -> float | None:
    return None if goal.wrong_object is None else float(goal.wrong_object)


def _compared(
    old: Sequence[RobotGoal], new: Sequence[RobotGoal], name: str, value: Value, higher: bool
) -> Compared:
    """A share, with Newcombe's interval of as many goals as the robots' goals are worth."""
    tables = [_by_robot(goals, value) for goals in (old, new)]
    counts = int(tables[0][:, 1].sum()), int(tables[1][:, 1].sum())
    low = high = np.nan
    if all(counts):
        low, high = newcombe_interval(_worth(tables[0]), _worth(tables[1]))
    return Compared(name, _mean(tables[0]), _mean(tables[1]), low, high, counts, higher)


def _recovery(old: Sequence[RobotGoal], new: Sequence[RobotGoal]) -> Compared:
    """The mean time to recovery, s, with a bootstrap interval (percentiles)."""
    times = [np.array(recoveries(goals)) for goals in (old, new)]
    means = [float(each.mean()) if len(each) else np.nan for each in times]
    low = high = np.nan
    if min(len(each) for each in times) >= _LEAST_TIMES:
        rng = np.random.default_rng(_SEED)
        drawn = [rng.choice(each, (_DRAWS, len(each))).mean(axis=1) for each in times]
        low, high = (float(v) for v in np.percentile(drawn[1] - drawn[0], _LEVEL))
    counts = len(times[0]), len(times[1])
    return Compared('time to recovery', means[0], means[1], low, high, counts, False, 's')


def _by_robot(goals: Sequence[RobotGoal], value: Value) -> FloatArray:
    """Sum and number (robots, 2) of a value of each robot."""
    found: dict[str, list[float]] = {}
    for goal in goals:
        if (known := value(goal)) is not None:
            found.setdefault(goal.robot, []).append(known)
    return np.array([[sum(v), len(v)] for v in found.values()], float).reshape(-1, 2)


def _mean(table: FloatArray) -> float:
    return float(table[:, 0].sum() / table[:, 1].sum()) if len(table) else np.nan


def _worth(table: FloatArray) -> tuple[float, float]:
    """Successes and trials that goals (robots, 2) are worth, as goals of a robot are alike.

    Divided by the design effect (Kish 1965): the variance of the share between robots by that of
    independent goals, where it is larger.
    """
    sums, counts = table.T
    total, robots, share = float(counts.sum()), len(table), _mean(table)
    alone = share * (1 - share) / total
    effect = 1.0
    if robots > 1 and alone > 0:
        between = robots / (robots - 1) * float(((sums - share * counts) ** 2).sum()) / total**2
        effect = max(1.0, between / alone)
    return share * total / effect, total / effect

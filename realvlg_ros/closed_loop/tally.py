"""Episodes counted: by cause, by object, by quality, and against the judge."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..evaluation import calibration
from ..evaluation.calibration import ProbabilityRange
from ..evaluation.intervals import wilson_interval
from .record import Cause, Episode

# A force that is told of, N. Chosen: an arm of 5000 N/m that is 1 mm off.
_PRESS = 5.0
# How pick_executor ends a pick in which a grasp was tried. From Pick.action.
_EXECUTOR_ENDS = ('HELD', 'NOT_VERIFIED', 'FAILED', 'TIMED_OUT')


@dataclass(frozen=True)
class Share:
    """Successes of trials.

    Attributes:
        successes: how many.
        trials: of how many.
    """

    successes: int
    trials: int

    @property
    def value(self) -> float:
        """0 to 1; NaN without a trial."""
        return self.successes / self.trials if self.trials else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Of 95 %, by Wilson."""
        return wilson_interval(self.successes, self.trials)

    def words(self) -> str:
        """As people read it."""
        low, high = self.interval
        if not self.trials:
            return 'no trial'
        return (
            f'{self.successes} of {self.trials} ({self.value:.1%}, 95 % interval {low:.1%} to '
            f'{high:.1%})'
        )


def success(episodes: Sequence[Episode]) -> Share:
    """Successes of the episodes whose target could be grasped."""
    trials = [e for e in episodes if e.counts]
    return Share(sum(e.cause is Cause.SUCCESS for e in trials), len(trials))


def causes(episodes: Sequence[Episode]) -> dict[Cause, Share]:
    """How many episodes ended so, the most frequent first."""
    counted = Counter(e.cause for e in episodes)
    return {cause: Share(n, len(episodes)) for cause, n in counted.most_common()}


def by_object(episodes: Sequence[Episode]) -> dict[str, Share]:
    """Successes by the kind of object, the worst first."""
    shares = {
        thing: success([e for e in episodes if e.thing == thing])
        for thing in sorted({e.thing for e in episodes})
    }
    return dict(sorted(shares.items(), key=lambda item: (item[1].value, -item[1].trials)))


def reliability(episodes: Sequence[Episode]) -> list[ProbabilityRange]:
    """The successes of grasps that were tried, by ranges of their quality."""
    tried = [e for e in episodes if math.isfinite(e.quality)]
    held = np.array([e.cause is Cause.SUCCESS for e in tried], bool)
    return calibration.reliability(np.array([e.quality for e in tried], float), held)


def calibration_error(episodes: Sequence[Episode]) -> float:
    """The expected calibration error of quality; NaN without a grasp."""
    return calibration.calibration_error(reliability(episodes))


def agreement(episodes: Sequence[Episode]) -> dict[tuple[bool, bool], int]:
    """How often (the judge on the mesh holds a grasp valid, the hand held the object)."""
    tried = [e for e in episodes if e.judged]
    return dict(Counter((e.judged == 'valid', e.held) for e in tried))


def executor(episodes: Sequence[Episode]) -> dict[tuple[str, bool], int]:
    """How often a pick through the nodes ended with (the executor's status, held by physics).

    An episode without a grasp that was tried is left out.
    """
    ends = [e for e in episodes if e.status in _EXECUTOR_ENDS and e.judged]
    return dict(Counter((e.status, e.held) for e in ends).most_common())


def stage_seconds(episodes: Sequence[Episode]) -> dict[str, float]:
    """Median wall time of each stage, s."""
    stages = {name for e in episodes for name in e.seconds}
    return {
        name: float(np.median([e.seconds[name] for e in episodes if name in e.seconds]))
        for name in sorted(stages)
    }


def table_force(episodes: Sequence[Episode]) -> float:
    """The largest force of the hand on the table, N."""
    return max((e.table_force for e in episodes), default=0.0)


def describe(episodes: Sequence[Episode]) -> str:
    """All of it in words."""
    everything = sum(e.cause is Cause.SUCCESS for e in episodes)
    lines = [
        f'success: {success(episodes).words()}; of all episodes {everything} of {len(episodes)}'
    ]
    lines += [
        f'  {cause.value:<16} {share.successes}' for cause, share in causes(episodes).items()
    ]
    for words, forces in (
        ('on the table', [e.table_force for e in episodes]),
        ('of the open hand', [e.approach_force for e in episodes]),
    ):
        above = sum(force > _PRESS for force in forces)
        most = max(forces, default=0.0)
        lines.append(f'force {words}: {most:.1f} N at most, above {_PRESS:g} N in {above}')
    error = calibration_error(episodes)
    if math.isfinite(error):
        lines.append(f'quality: expected calibration error {error:.3f}')
    for (status, held), count in executor(episodes).items():
        lines.append(f'executor {status}, physics {"held" if held else "lost"}: {count}')
    seconds = stage_seconds(episodes)
    told = ', '.join(f'{name} {value:.2f}' for name, value in seconds.items())
    lines.append(f'median seconds of an episode: {told}')
    return '\n'.join(lines)

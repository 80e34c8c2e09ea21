"""What a comparison of two runs comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..runs.json_fields import leaves, mapping
from ..runs.latency import StageLatency, latencies_of
from ..runs.run_reader import Run
from .figures import Figure, Verdict, figures_of
from .limits import LimitCheck, check_limits
from .pairs import RunPair
from .same_bag import bag_differences, check_same_bag

# What of run.json is compared, beside versions and parameters.
_USED = ('gripper', 'backend', 'latency', 'fixed_frame', 'intrinsics', 'lighting')


@dataclass(frozen=True)
class Difference:
    """A fact in which the runs differ: its name, and its value in A and in B."""

    name: str
    a: Any
    b: Any


@dataclass(frozen=True)
class Comparison:
    """Two runs, side by side.

    Attributes:
        pair: the runs with their goals and frames paired.
        figures: by which they differ.
        checks: the limits that were given.
        stages: latency by the name of the stage: in A and in B, None where one lacks it.
        used: parameters, versions and other facts that differ.
        remarks: what the reader must know, such as that the bags differ.
    """

    pair: RunPair
    figures: tuple[Figure, ...]
    checks: tuple[LimitCheck, ...]
    stages: dict[str, tuple[StageLatency | None, StageLatency | None]]
    used: tuple[Difference, ...]
    remarks: tuple[str, ...]

    @property
    def within_limits(self) -> bool:
        """Whether every limit holds."""
        return all(check.holds for check in self.checks)

    def with_verdict(self, verdict: Verdict) -> list[Figure]:
        """The figures that say so."""
        return [figure for figure in self.figures if figure.verdict is verdict]


def compare_runs(a: Run, b: Run, limits: Mapping[str, float], force: bool = False) -> Comparison:
    """Compare two runs on the same bag.

    Args:
        a: the run before.
        b: the run after.
        limits: the largest value of a figure, by its name.
        force: also compare runs on different bags.

    Raises:
        RunError: the bags differ.
    """
    if not force:
        check_same_bag(a, b)
    remarks = [f'The bags differ: {words}.' for words in bag_differences(a, b)]
    remarks += [f'A: {words}.' for words in a.remarks] + [f'B: {words}.' for words in b.remarks]
    pair = RunPair.of(a, b)
    if others := _other_frames(pair):
        remarks.append(
            f'The poses of A are in {others[0]}, those of B in {others[1]}: they are not '
            'compared. Replay both with the same --fixed-frame.'
        )
    figures = tuple(figures_of(pair))
    return Comparison(
        pair,
        figures,
        tuple(check_limits(figures, limits)),
        _stages(a, b),
        tuple(_used(a, b)),
        tuple(remarks),
    )


def _other_frames(pair: RunPair) -> tuple[str, str] | None:
    """Frames of two poses of one image that are in different ones."""
    for goal in pair.goals:
        for frame in goal.frames:
            poses = [event.pose for event in (frame.a, frame.b) if event and event.pose]
            if len(poses) == 2 and poses[0].frame_id != poses[1].frame_id:
                return poses[0].frame_id, poses[1].frame_id
    return None


def _stages(a: Run, b: Run) -> dict[str, tuple[StageLatency | None, StageLatency | None]]:
    one = {stage.stage: stage for stage in latencies_of(a)}
    two = {stage.stage: stage for stage in latencies_of(b)}
    return {
        name: (one.get(name), two.get(name))
        for name in [*one, *(stage for stage in two if stage not in one)]
    }


def _used(a: Run, b: Run) -> list[Difference]:
    sides = []
    for run in (a, b):
        facts = {name: mapping(run.facts, name) for name in ('versions', 'parameters')}
        others = {name: run.facts.get(name) for name in _USED}
        sides.append(dict(leaves({**facts, **others})))
    names = [*sides[0], *(name for name in sides[1] if name not in sides[0])]
    return [
        Difference(name, sides[0].get(name), sides[1].get(name))
        for name in names
        if sides[0].get(name) != sides[1].get(name)
    ]

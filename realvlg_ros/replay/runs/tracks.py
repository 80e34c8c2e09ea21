"""What was followed: one track an object, cut into spans of one state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .events import Event, EventKind
from .run_reader import Run

# A gap of so many frame periods ends a span. Chosen: three frames may be dropped in a row.
GAP_PERIODS = 4.5


@dataclass(frozen=True)
class Track:
    """The target events of one object.

    Attributes:
        track_id: 0 where there is no track.
        goal: id of the goal it belongs to.
        label: the object in words.
        events: in order of frames.
    """

    track_id: int
    goal: str
    label: str
    events: tuple[Event, ...]

    @property
    def name(self) -> str:
        """For people."""
        number = f'track {self.track_id}' if self.track_id else 'no track'
        return f'{self.label or "object without a name"} ({number})'


@dataclass(frozen=True)
class Span:
    """A time in which a track was in one state.

    Attributes:
        state: as in GraspTarget.
        start, end: s since the first frame; it ends where the next one begins.
        frames: how many.
        stable: how many of them had a stable pose.
        reasons: what was said, with the number of frames, most frequent first.
        first_ns: stamp of its first frame.
    """

    state: str
    start: float
    end: float
    frames: int
    stable: int
    reasons: tuple[tuple[str, int], ...]
    first_ns: int


def tracks_of(run: Run) -> list[Track]:
    """The tracks of a run in the order in which they began."""
    groups: dict[tuple[int, str], list[Event]] = {}
    for event in run.of_kind(EventKind.TARGET):
        groups.setdefault((event.track_id, event.goal), []).append(event)
    return [
        Track(track_id, goal, next((e.label for e in events if e.label), ''), tuple(events))
        for (track_id, goal), events in groups.items()
    ]


def frame_period(run: Run) -> float:
    """Median time between two frames, s; 0 where there are not two."""
    times = np.array(list(run.frame_times.values()))
    steps = np.diff(times)
    steps = steps[steps > 0]
    return float(np.median(steps)) if steps.size else 0.0


def spans_of(events: Sequence[Event], period: float) -> list[Span]:
    """Cut the events of a track where its state changes or where frames lack.

    Args:
        events: of one track, in order.
        period: time between frames, s.
    """
    groups: list[list[Event]] = []
    for event in events:
        last = groups[-1][-1] if groups else None
        joined = last is not None and last.status == event.status
        if joined and last is not None and 0 <= event.t - last.t <= GAP_PERIODS * period:
            groups[-1].append(event)
        else:
            groups.append([event])
    spans = []
    for index, group in enumerate(groups):
        end = group[-1].t + period
        if index + 1 < len(groups):
            following = groups[index + 1][0].t
            if group[-1].t <= following <= group[-1].t + GAP_PERIODS * period:
                end = following
        reasons = Counter(event.message for event in group if event.message).most_common()
        stable = sum(event.stable for event in group)
        spans.append(
            Span(
                group[0].status, group[0].t, end, len(group), stable, tuple(reasons),
                group[0].stamp_ns,
            )
        )  # fmt: skip
    return spans

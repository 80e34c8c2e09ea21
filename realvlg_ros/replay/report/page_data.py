"""What the page's script draws: lanes, marks, charts, pictures, scenes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..runs.events import Event, EventKind
from ..runs.goals import Goal, goals_of
from ..runs.jpeg import SizedJpeg
from ..runs.json_fields import mapping, number, text
from ..runs.latency import StageLatency, latencies_of
from ..runs.motion import Motion, motion_of
from ..runs.recording import Recording, read_recording
from ..runs.run_reader import FrameKey, Run
from ..runs.tracks import Span, Track, frame_period, spans_of, tracks_of
from . import series, words
from .key_frames import Choice, Moment, choose_frames, moments_of
from .markup import data_address
from .scenes import scenes_of

# Marks of the timeline, those that matter more first.
_KINDS = ('answer', 'goal', 'jump', 'notice', 'grounding')
# Spans of all lanes, of which the shortest are left out, and marks; reasons of a span, and the
# length of a text. Chosen: 2 MB at most; more is not seen in a line.
_MOST_SPANS = 2000
_MOST_MARKS = 1000
_MOST_REASONS = 2
_MOST_CHARACTERS = 200


@dataclass(frozen=True)
class Content:
    """A run with all that a page about it is made from.

    Attributes:
        run: as read.
        goals: of the run.
        period: time between frames, s.
        tracks: with their spans and the motion of their best grasp.
        latencies: of the stages.
        moments: every event that is worth a look.
        choice: of key frames.
        recording: pictures and clouds.
        scenes: for the 3-D view.
        scenes_left_out: clouds for which there was no room.
    """

    run: Run
    goals: tuple[Goal, ...]
    period: float
    tracks: tuple[tuple[Track, list[Span], Motion | None], ...]
    latencies: tuple[StageLatency, ...]
    moments: tuple[Moment, ...]
    choice: Choice
    recording: Recording
    scenes: tuple[dict[str, Any], ...]
    scenes_left_out: int

    @classmethod
    def of(cls, run: Run) -> Content:
        """Compute and read everything."""
        goals, period = goals_of(run), frame_period(run)
        tracks = tuple(
            (track, spans_of(track.events, period), motion_of(track.events, period))
            for track in tracks_of(run)
        )
        moments = moments_of(run, goals, tracks)
        needed = [key for goal in goals if (key := _shown_for(run, goal)) is not None]
        choice = choose_frames(run, moments, needed)
        recording = Recording()
        if run.recording.exists():
            answers = [goal.answer.stamp_ns for goal in goals if goal.answer]
            recording = read_recording(run.recording, choice.frames, answers)
        scenes, left_out = scenes_of(goals, recording.clouds, text(run.facts, 'fixed_frame'))
        return cls(
            run, tuple(goals), period, tracks, tuple(latencies_of(run)), tuple(moments),
            choice, recording,
            tuple(scenes), left_out,
        )  # fmt: skip

    def picture_indices(self) -> dict[FrameKey, int]:
        """The index of each picture that is there, in order of time."""
        there = [key for key in self.choice.frames if key in self.recording.pictures]
        return {key: k for k, key in enumerate(there)}

    def picture_for(self, goal: Goal) -> int | None:
        """The index of the picture of a goal's answer; None without one."""
        key = _shown_for(self.run, goal)
        return None if key is None else self.picture_indices().get(key)

    def image_size(self) -> tuple[float, float] | None:
        """Width and height of the camera's images, px; None where it is not told."""
        camera = mapping(self.run.facts, 'intrinsics')
        width, height = number(camera, 'width'), number(camera, 'height')
        return (width, height) if width and height and min(width, height) > 0 else None

    def motion_for(self, goal: Goal) -> Motion | None:
        """Of the target that was followed longest for a goal."""
        mine = [(len(t.events), m) for t, _, m in self.tracks if t.goal == goal.id and m]
        return max(mine, key=lambda item: item[0])[1] if mine else None

    def to_json(self) -> dict[str, Any]:
        """For the script of the page."""
        run = self.run
        times = run.frame_times
        first, last = run.span()
        room = series.MAX_POINTS // max(1, sum(m is not None for _, _, m in self.tracks))
        jumps = [moment for moment in self.moments if moment.kind == 'jump']
        numbers = {goal.id: number for number, goal in enumerate(self.goals, 1)}
        stages = [latency.stage for latency in self.latencies]
        pictures = [self.recording.pictures[key] for key in self.picture_indices()]
        shown = [times[key] for key in self.picture_indices()]
        return {
            'span': [round(first, 4), round(max(last, first + 0.001), 4)],
            'period': round(self.period, 5),
            'lanes': lanes_json([(track, spans) for track, spans, _ in self.tracks]),
            **bounded_marks(marks_json(run, numbers, jumps)),
            'tracks': [
                {
                    'name': track.name,
                    'frame': motion.frame_id,
                    'others': list(motion.other_frames),
                    **series.motion_lines(motion, self.period, room),
                }
                for track, _, motion in self.tracks
                if motion is not None
            ],
            'latency': series.latency_lines(run, stages, series.MAX_POINTS),
            'pictures': [
                picture_json(picture, t, words.seconds(t))
                for picture, t in zip(pictures, shown, strict=True)
            ],
            'scenes': list(self.scenes),
        }


def _shown_for(run: Run, goal: Goal) -> FrameKey | None:
    """The frame of the image that a question is about, else of the answer."""
    asking = goal.question
    if asking is not None and asking.grounded_stamp_ns:
        return run.frame_of(asking.grounded_stamp_ns, asking.t)
    return run.frame_key(goal.answer) if goal.answer else None


def lanes_json(tracks: Sequence[tuple[Track, Sequence[Span]]]) -> list[dict[str, Any]]:
    """Tracks with their spans as lanes of the timeline, as many spans as there is room for."""
    room = max(1, _MOST_SPANS // max(1, len(tracks)))
    return [_lane(track, spans, room) for track, spans in tracks]


def _lane(track: Track, spans: Sequence[Span], room: int) -> dict[str, Any]:
    kept = sorted(spans, key=lambda span: span.start - span.end)[:room]
    kept.sort(key=lambda span: span.start)
    return {
        'name': track.name,
        'left_out': len(spans) - len(kept),
        'spans': [
            {
                'state': span.state,
                'from': round(span.start, 4),
                'to': round(span.end, 4),
                'frames': span.frames,
                'stable': span.stable,
                'reasons': [
                    [reason[:_MOST_CHARACTERS], count]
                    for reason, count in span.reasons[:_MOST_REASONS]
                ],
                'more': max(0, len(span.reasons) - _MOST_REASONS),
            }
            for span in kept
        ],
    }


def marks_json(
    run: Run, numbers: Mapping[str, int], jumps: Sequence[Moment] = ()
) -> list[dict[str, Any]]:
    """Goals, groundings, answers, notices and jumps as marks of the timeline, in order of time.

    Args:
        run: that they are of.
        numbers: of the goals, by their ids.
        jumps: of best grasps.
    """
    marks = []
    for event in run.events:
        if event.kind is not EventKind.TARGET:
            title = _title(event, numbers.get(event.goal))
            words = event.instruction or event.message
            marks.append(_mark(event.t, event.kind.value, event.status, title, words))
    marks += [_mark(jump.t, 'jump', '', jump.title, jump.detail) for jump in jumps]
    return sorted(marks, key=lambda mark: float(mark['t']))


def bounded_marks(marks: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The marks that matter most, as many as there is room for, and how many are left out."""
    by_weight = sorted(marks, key=lambda mark: _KINDS.index(mark['kind']))[:_MOST_MARKS]
    shown = sorted(by_weight, key=lambda mark: float(mark['t']))
    return {'marks': shown, 'marks_left_out': len(marks) - len(shown)}


def _mark(t: float, kind: str, status: str, title: str, words: str) -> dict[str, Any]:
    shown = words[:_MOST_CHARACTERS]
    return {'t': round(t, 4), 'kind': kind, 'status': status, 'title': title, 'text': shown}


def picture_json(picture: SizedJpeg, t: float, name: str) -> dict[str, Any]:
    """A picture as the address that holds it.

    Args:
        picture: as JPEG.
        t: of its frame, s since the first.
        name: for people.
    """
    return {
        't': round(t, 4),
        'name': name,
        'w': picture.width,
        'h': picture.height,
        'uri': data_address(picture.data, 'jpeg'),
    }


def _title(event: Event, number: int | None) -> str:
    of_goal = '' if number is None else f' {number}'
    if event.kind is EventKind.GOAL:
        return f'Goal{of_goal} is asked'
    if event.kind is EventKind.ANSWER:
        return f'Goal{of_goal} is answered: {event.status}'
    if event.kind is EventKind.GROUNDING:
        word = 'looked for again' if event.again else 'looked for'
        return f'Object of goal{of_goal} {word}: {event.status}'
    return 'Notice'

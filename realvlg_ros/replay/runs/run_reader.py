"""A run folder: what was given (run.json), what came (answers.jsonl), how long it took."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from ...boundary import Boundary
from ...documents import parse_json
from ...errors import RunError
from ...files import read_text
from ...limits import MAX_LISTING_BYTES
from ...quoting import quoted
from .events import Event, EventKind
from .json_fields import integer, mapping, number, sequence, text

# Names of the files in a run folder, and the form that run.json names.
RUN_FILE = 'run.json'
ANSWERS_FILE = 'answers.jsonl'
TIMINGS_FILE = 'timings.jsonl'
RECORDING_FILE = 'out.mcap'
REPORT_FILE = 'report.html'
FORMAT = 'realvlg-replay-1'

# A frame: its stamp, ns, and how often that stamp had come before, as in a recording that loops.
FrameKey = tuple[int, int]
# Times of one frame differ by less, s. From the stamps, which are in ns.
_SAME_S = 1e-6

_Line = TypeVar('_Line')


@dataclass(frozen=True)
class FrameTiming:
    """How long the stages of one frame took.

    Attributes:
        stamp_ns: of the frame, ns.
        t: since the first frame of the bag, s.
        stages_ms: wall time by the name of the stage, ms.
    """

    stamp_ns: int
    t: float
    stages_ms: dict[str, float]

    @classmethod
    def from_json(cls, fields: dict[str, Any]) -> FrameTiming:
        """Read one line of timings.jsonl.

        Raises:
            RunError: a value is not what it should be.
        """
        stamp_ns, t = integer(fields, 'stamp_ns'), number(fields, 't_s')
        if stamp_ns is None or t is None:
            raise RunError('a line lacks stamp_ns or t_s')
        stages = mapping(fields, 'ms')
        times = {name: number(stages, name) for name in stages}
        return cls(stamp_ns, t, {n: time for n, time in times.items() if time is not None})


@dataclass(frozen=True)
class Run:
    """One replay.

    Attributes:
        folder: where it lies.
        facts: what run.json holds: bag, goals, gripper, parameters, versions, and so on.
        events: the lines of answers.jsonl, in order.
        timings: the lines of timings.jsonl; empty where there is no such file.
        remarks: what is missing or broken in the folder, in words.
    """

    folder: Path
    facts: dict[str, Any]
    events: tuple[Event, ...]
    timings: tuple[FrameTiming, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Of the folder."""
        return self.folder.resolve().name

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the replay warned of, and what its folder lacks."""
        return (*(str(w) for w in sequence(self.facts, 'warnings')), *self.remarks)

    @property
    def recording(self) -> Path:
        """The bag of pictures, poses and clouds; it may be missing."""
        return self.folder / RECORDING_FILE

    def of_kind(self, kind: EventKind) -> list[Event]:
        """The events of one kind, in order."""
        return [event for event in self.events if event.kind is kind]

    @cached_property
    def frame_times(self) -> dict[FrameKey, float]:
        """The time, s, of every frame that is told of, in order."""
        told = [(event.t, event.stamp_ns) for event in self.of_kind(EventKind.TARGET)]
        told += [(timing.t, timing.stamp_ns) for timing in self.timings]
        frames: dict[FrameKey, float] = {}
        seen: dict[int, tuple[int, float]] = {}
        for t, stamp_ns in sorted(told):
            count, before = seen.get(stamp_ns, (-1, -1.0))
            if count < 0 or t - before > _SAME_S:
                seen[stamp_ns] = count + 1, t
                frames[stamp_ns, count + 1] = t
        return frames

    def frame_key(self, event: Event) -> FrameKey | None:
        """The frame that an event is about; None where no frame is told of."""
        return self.frame_of(event.stamp_ns, event.t)

    def frame_of(self, stamp_ns: int, t: float) -> FrameKey | None:
        """The frame of a stamp, ns; of several the one that is nearest to a time, s."""
        same = self._keys.get(stamp_ns)
        return min(same, key=lambda pair: abs(pair[1] - t))[0] if same else None

    @cached_property
    def _keys(self) -> dict[int, list[tuple[FrameKey, float]]]:
        keys: dict[int, list[tuple[FrameKey, float]]] = {}
        for key, t in self.frame_times.items():
            keys.setdefault(key[0], []).append((key, t))
        return keys

    def span(self) -> tuple[float, float]:
        """From the first to the last frame or event, s."""
        times = [event.t for event in self.events] + [timing.t for timing in self.timings]
        frames = mapping(self.facts, 'frames')
        first, last = integer(frames, 'first_ns'), integer(frames, 'last_ns')
        if first is not None and last is not None:
            times += [0.0, (last - first) * 1e-9]
        return (min(times), max(times)) if times else (0.0, 0.0)


def read_run(folder: Path) -> Run:
    """Read a run folder.

    Raises:
        RunError: it is no run folder, or a file in it cannot be read.
    """
    if not folder.is_dir():
        raise RunError(f'{folder} is not a folder; give the --out folder of `realvlg replay`')
    missing = [name for name in (RUN_FILE, ANSWERS_FILE) if not (folder / name).is_file()]
    if missing:
        held = ', '.join(sorted(path.name for path in folder.iterdir())[:12]) or 'nothing'
        raise RunError(
            f'{folder} is no run folder: it lacks {" and ".join(missing)} and holds {held}; give '
            'the --out folder of `realvlg replay`'
        )
    facts = _read_facts(folder / RUN_FILE)
    remarks: list[str] = []
    events = tuple(_lines(folder / ANSWERS_FILE, Event.from_json, remarks))
    timings: tuple[FrameTiming, ...] = ()
    if (folder / TIMINGS_FILE).is_file():
        timings = tuple(_lines(folder / TIMINGS_FILE, FrameTiming.from_json, remarks))
    else:
        remarks.append(f'{TIMINGS_FILE} is missing: nothing is known of the latency')
    if not (folder / RECORDING_FILE).exists():
        remarks.append(f'{RECORDING_FILE} is missing: there are no pictures and no 3-D view')
    return Run(folder, facts, events, timings, tuple(remarks))


def _read_facts(path: Path) -> dict[str, Any]:
    facts = _parse(_content(path), str(path))
    if text(facts, 'format') != FORMAT:
        raise RunError(
            f'{path}: format is {quoted(text(facts, "format"))}, expected {quoted(FORMAT)}; '
            'replay the bag '
            'again with this version'
        )
    try:
        for key in ('bag', 'parameters', 'versions', 'intrinsics', 'frames', 'lighting'):
            mapping(facts, key)
        for key in ('goals', 'warnings'):
            sequence(facts, key)
    except RunError as error:
        raise RunError(f'{path}: {error}') from error
    return facts


def _lines(
    path: Path, read: Callable[[dict[str, Any]], _Line], remarks: list[str]
) -> Iterator[_Line]:
    """The lines of a file; one that was cut off at the very end is left out with a remark."""
    lines = _content(path).split('\n')
    for index, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield read(_parse(line, 'it'))
        except RunError as error:
            if index == len(lines):
                remarks.append(f'{path.name} ends in the middle of line {index}: left out')
                return
            raise RunError(f'{path}, line {index}: {error}') from error


def _content(path: Path) -> str:
    return read_text(path, Boundary(str(path), RunError), MAX_LISTING_BYTES)


def _parse(content: str, where: str) -> dict[str, Any]:
    value = parse_json(content, Boundary(where, RunError))
    if not isinstance(value, dict):
        raise RunError(f'{where} is not a JSON object')
    return value

"""Stamped transforms between named frames, looked up at a time.

Fed by /tf and /tf_static in a node and by the bag in a replay.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from threading import Lock

import numpy as np

from .arrays import FloatArray
from .errors import TransformError
from .message_limits import MAX_ID_CHARACTERS, MAX_METRES, MAX_TF_FRAMES, MAX_TF_POSES
from .missing_transform import explain_gap
from .stamp_guard import StampGuard, StampVerdict
from .transforms import interpolate, invert

_Stamped = tuple[int, FloatArray]


class TransformBuffer:
    """A tree of frames, each with the recent history of its pose in its parent."""

    def __init__(self, history_s: float = 10.0) -> None:
        """Keep transforms for history_s seconds before the newest of the same frame.

        A stamp that is farther from the newest is an outlier, until several in a row go on from
        one another.
        """
        self._history_ns = int(history_s * 1e9)
        self._parents: dict[str, str] = {}
        self._static: dict[str, FloatArray] = {}
        self._moving: dict[str, list[_Stamped]] = {}
        self._guards: dict[str, StampGuard] = {}
        self._lock = Lock()

    def set_transform(
        self,
        parent: str,
        child: str,
        child2parent: FloatArray,
        stamp_ns: int,
        static: bool = False,
    ) -> None:
        """Add the pose of a child frame in its parent (4x4).

        Args:
            parent: name of the frame.
            child: name of the frame.
            child2parent: (4x4) m.
            stamp_ns: time of the pose, ns.
            static: whether it holds at all times.

        Raises:
            TransformError: a name that is empty or too long, a frame that is its own parent, a
                value that is not finite, or too many frames.
        """
        parent, child = parent.lstrip('/'), child.lstrip('/')
        if max(len(parent), len(child)) > MAX_ID_CHARACTERS:
            raise TransformError(
                f'transform from {child[:40]!r} to {parent[:40]!r}: a name of more than '
                f'{MAX_ID_CHARACTERS} characters is not taken'
            )
        if not parent or not child or parent == child:
            raise TransformError(f'transform from {child!r} to {parent!r} needs two frame names')
        if not np.all(np.abs(child2parent) <= MAX_METRES):
            raise TransformError(f'transform from {child!r} to {parent!r} is not finite')
        with self._lock:
            if child not in self._parents and len(self._parents) >= MAX_TF_FRAMES:
                raise TransformError(
                    f'transform from {child!r} to {parent!r}: {MAX_TF_FRAMES} frames are known '
                    'already; stop who publishes so many'
                )
            if self._parents.get(child) != parent:
                self._moving.pop(child, None)
                self._static.pop(child, None)
            self._parents[child] = parent
            if static:
                self._static[child] = child2parent
            else:
                self._insert(child, stamp_ns, child2parent)

    def lookup(self, target: str, source: str, stamp_ns: int) -> FloatArray:
        """The 4x4 transform source2target at a time, interpolated between neighbours.

        Args:
            target: name of the frame.
            source: name of the frame.
            stamp_ns: time, ns.

        Raises:
            TransformError: an unknown frame, no connection, or a time outside the history.
        """
        target, source = target.lstrip('/'), source.lstrip('/')
        if target == source:
            return np.eye(4)
        with self._lock:
            source_chain = self._chain(source)
            target_chain = self._chain(target)
            common = next((frame for frame in source_chain if frame in target_chain), None)
            if common is None:
                raise TransformError(
                    explain_gap(target, source, target_chain, source_chain, self._frames())
                )
            source2common = self._compose(source_chain, common, stamp_ns)
            target2common = self._compose(target_chain, common, stamp_ns)
        return invert(target2common) @ source2common

    def clear(self) -> None:
        """Forget everything that moves, as after a jump back of the clock; static ones stay."""
        with self._lock:
            for child in self._moving:
                self._parents.pop(child, None)
            self._moving.clear()
            self._guards.clear()

    def _insert(self, child: str, stamp_ns: int, child2parent: FloatArray) -> None:
        guard = self._guards.setdefault(child, StampGuard(self._history_ns, self._history_ns))
        verdict = guard.judge(stamp_ns)
        if verdict is StampVerdict.OUTLIER and self._moving.get(child):
            return
        history = self._moving.setdefault(child, [])
        if verdict is StampVerdict.JUMP:
            history.clear()
        index = bisect_left(history, stamp_ns, key=_stamp)
        if index < len(history) and history[index][0] == stamp_ns:
            history[index] = (stamp_ns, child2parent)
        else:
            insort(history, (stamp_ns, child2parent), key=_stamp)
        oldest = history[-1][0] - self._history_ns
        del history[: bisect_left(history, oldest, key=_stamp)]
        del history[:-MAX_TF_POSES]

    def _frames(self) -> set[str]:
        return set(self._parents) | set(self._parents.values())

    def _chain(self, frame: str) -> list[str]:
        """The frame and its ancestors; empty when it is not known."""
        if frame not in self._frames():
            return []
        chain = [frame]
        while chain[-1] in self._parents:
            parent = self._parents[chain[-1]]
            if parent in chain:
                raise TransformError(f'transforms form a loop: {" -> ".join([*chain, parent])}')
            chain.append(parent)
        return chain

    def _compose(self, chain: list[str], ancestor: str, stamp_ns: int) -> FloatArray:
        transform = np.eye(4)
        for child in chain[: chain.index(ancestor)]:
            transform = self._at(child, stamp_ns) @ transform
        return transform

    def _at(self, child: str, stamp_ns: int) -> FloatArray:
        if child in self._static:
            return self._static[child]
        history = self._moving[child]
        index = bisect_left(history, stamp_ns, key=_stamp)
        if index < len(history) and history[index][0] == stamp_ns:
            return history[index][1]
        if index == 0 or index == len(history):
            nearest = history[0][0] if index == 0 else history[-1][0]
            raise TransformError(
                f'{child!r} in {self._parents[child]!r} is not known at {stamp_ns / 1e9:.3f} s; '
                f'the nearest is {(nearest - stamp_ns) / 1e9:+.3f} s away: check that clocks '
                'agree and that tf is published at least as often as images'
            )
        (before, start), (after, end) = history[index - 1], history[index]
        return interpolate(start, end, (stamp_ns - before) / (after - before))


def _stamp(stamped: _Stamped) -> int:
    return stamped[0]
